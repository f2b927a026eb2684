#include "lane.hpp"

namespace wingbeat::cli::bench {

[[gnu::noinline]] void fill(float* payload, std::uint64_t floats, float value) {
  for (std::uint64_t i = 0; i < floats; ++i) payload[i] = value;
}

// Sixteen partial sums, so that adding is not what takes the time.
[[gnu::noinline]] float sum_of(const float* payload, std::uint64_t floats) {
  float part[16] = {};
  for (std::uint64_t i = 0; i < floats; i += 16) {
    for (std::uint64_t k = 0; k < 16; ++k) part[k] += payload[i + k];
  }
  float sum = 0;
  for (float value : part) sum += value;
  return sum;
}

}  // namespace wingbeat::cli::bench
