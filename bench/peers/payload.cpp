#include "payload.hpp"

namespace wingbeat::bench {
namespace {

constexpr std::uint64_t kStampWords = kStampBytes / 8;

std::uint64_t word_of(std::uint64_t seq) { return seq * 0x9e3779b97f4a7c15u + 1; }

}  // namespace

[[gnu::noinline]] void fill(std::byte* frame, std::uint64_t bytes, std::uint64_t seq) {
  auto* words = reinterpret_cast<std::uint64_t*>(frame);
  const std::uint64_t value = word_of(seq);
  for (std::uint64_t i = kStampWords; i < bytes / 8; ++i) words[i] = value;
}

[[gnu::noinline]] bool sums_up(const std::byte* frame, std::uint64_t bytes, std::uint64_t seq) {
  const auto* words = reinterpret_cast<const std::uint64_t*>(frame) + kStampWords;
  const std::uint64_t count = bytes / 8 - kStampWords;
  std::uint64_t part[8] = {};  // so that adding is not what takes the time
  std::uint64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::uint64_t k = 0; k < 8; ++k) part[k] += words[i + k];
  }
  std::uint64_t sum = 0;
  for (; i < count; ++i) sum += words[i];
  for (const std::uint64_t value : part) sum += value;
  return sum == word_of(seq) * count;
}

}  // namespace wingbeat::bench
