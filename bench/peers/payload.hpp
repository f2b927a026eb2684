// What is in a frame: who it is, when it was made, and words that all follow from its number, so that a receiver that sums them
// knows whether it got the whole frame.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wingbeat::bench {

struct Stamp {
  std::uint64_t seq;         // 1, 2, 3 ...; 0 while receivers warm up
  std::uint64_t start_ns;    // before the first byte was written; when paced: when that should have been
  std::uint64_t publish_ns;  // before send()
};
inline constexpr std::uint64_t kStampBytes = sizeof(Stamp);

// Both are the same code in every peer's program, and not inlined.
void fill(std::byte* frame, std::uint64_t bytes, std::uint64_t seq);
bool sums_up(const std::byte* frame, std::uint64_t bytes, std::uint64_t seq);  // reads every word behind the stamp

}  // namespace wingbeat::bench
