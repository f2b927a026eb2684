// The clock that continues CLOCK_MONOTONIC by counting ticks.
#include "platform/tick_clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "platform/platform.hpp"

namespace {

using wingbeat::platform::now_ns;
using wingbeat::platform::sleep_ns;
using wingbeat::platform::TickClock;

constexpr std::uint64_t kToleranceNs = 1'000;

// How far a reading lies outside of what the system's clock says before and after it.
std::uint64_t error_ns(TickClock& clock) {
  const std::uint64_t before = now_ns(), read = clock.now_ns(), after = now_ns();
  if (read < before) return before - read;
  return read > after ? read - after : 0;
}

TEST(TickClock, is_the_monotonic_clock_read_after_read) {
  TickClock clock;
  const std::uint64_t end_ns = now_ns() + 300'000'000;  // the rate is measured meanwhile, and again
  std::uint64_t worst = 0, reads = 0;
  for (; now_ns() < end_ns; ++reads) worst = std::max(worst, error_ns(clock));
  EXPECT_LE(worst, kToleranceNs);
  EXPECT_GT(reads, 1'000u);
}

TEST(TickClock, is_right_after_any_pause) {
  TickClock clock;
  for (const int pause_ns : {0, 50'000, 300'000, 700'000, 3'000'000, 0, 120'000'000, 0, 1'000}) {
    sleep_ns(static_cast<std::uint64_t>(pause_ns));
    EXPECT_LE(error_ns(clock), kToleranceNs) << "after " << pause_ns << " ns";
    EXPECT_LE(error_ns(clock), kToleranceNs) << "directly behind it";
  }
}

}  // namespace
