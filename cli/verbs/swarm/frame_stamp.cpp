#include "frame_stamp.hpp"

#include <bit>
#include <cstring>
#include <string_view>

namespace wingbeat::cli {

namespace {

static_assert(std::endian::native == std::endian::little, "words are summed as they lie in memory");

std::uint64_t sum_of_words(const unsigned char* bytes, std::uint64_t size) {
  std::uint64_t sum = 0, word = 0;
  for (; size >= sizeof word; size -= sizeof word, bytes += sizeof word) {
    std::memcpy(&word, bytes, sizeof word);
    sum += word;
  }
  word = 0;
  std::memcpy(&word, bytes, size);
  return sum + word;
}

}  // namespace

std::uint64_t frame_stamp(const void* data, const std::vector<wb_field_info>& fields, std::uint64_t seq) {
  std::uint64_t stamp = seq * kStampStep;
  for (const auto& field : fields)
    if (field.name != std::string_view(kStampField))
      stamp += sum_of_words(static_cast<const unsigned char*>(data) + field.offset_bytes, field.size_bytes);
  return stamp;
}

}  // namespace wingbeat::cli
