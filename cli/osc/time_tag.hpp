// OSC's time tags: NTP's 32 bits of seconds since 1900 and 32 of their fraction, by the system's clock of the day.
#pragma once

#include <cstdint>

namespace wingbeat::osc {

using TimeTag = std::uint64_t;

inline constexpr TimeTag kAtOnce = 1;

TimeTag now_tag();
// The moment that a frame's publish_time_ns, of the monotonic clock, means.
TimeTag tag_of_monotonic(std::uint64_t ns);
// How long it is until then, in ns; negative if it has passed.
std::int64_t nanoseconds_until(TimeTag tag);

}  // namespace wingbeat::osc
