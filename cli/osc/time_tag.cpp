#include "time_tag.hpp"

#include <time.h>

#include "wingbeat/wingbeat.h"

namespace wingbeat::osc {

namespace {

constexpr std::uint64_t kSecondsTo1970 = 2208988800, kSecond = 1'000'000'000;

std::uint64_t day_clock_ns() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * kSecond + static_cast<std::uint64_t>(now.tv_nsec);
}

TimeTag tag_of(std::uint64_t day_ns) {
  return (day_ns / kSecond + kSecondsTo1970) << 32 | (day_ns % kSecond << 32) / kSecond;
}

}  // namespace

TimeTag now_tag() { return tag_of(day_clock_ns()); }

TimeTag tag_of_monotonic(std::uint64_t ns) { return tag_of(day_clock_ns() - (wb_now_ns() - ns)); }

// Seconds wrap in 2036: differences do not mind.
std::int64_t nanoseconds_until(TimeTag tag) {
  const auto difference = static_cast<std::int64_t>(tag - now_tag());
  const std::int64_t seconds = difference >> 32, fraction = difference & 0xFFFFFFFF;
  return seconds * static_cast<std::int64_t>(kSecond) + (fraction * static_cast<std::int64_t>(kSecond) >> 32);
}

}  // namespace wingbeat::osc
