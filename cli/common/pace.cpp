#include "pace.hpp"

#include <algorithm>
#include <ctime>

#include "wingbeat/wingbeat.h"

namespace wingbeat::cli {

namespace {

constexpr std::uint64_t kLongestSleepNs = 100'000'000;
constexpr std::uint64_t kLongestCatchUpNs = 250'000'000;

timespec to_timespec(std::uint64_t ns) {
  timespec time = {};
  time.tv_sec = static_cast<time_t>(ns / 1'000'000'000);
  time.tv_nsec = static_cast<long>(ns % 1'000'000'000);
  return time;
}

void sleep_until(std::uint64_t deadline_ns, std::uint64_t now_ns) {
// An absolute deadline: time lost before the system call does not lengthen the sleep.
#if defined(__linux__)
  static_cast<void>(now_ns);
  const timespec time = to_timespec(deadline_ns);
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
#else
  const timespec time = to_timespec(deadline_ns - now_ns);
  nanosleep(&time, nullptr);
#endif
}

}  // namespace

Pace::Pace(double steps_per_second, std::uint64_t start_ns)
    : period_ns_(steps_per_second > 0 ? 1e9 / steps_per_second : 0), start_ns_(start_ns) {}

// Computed from the start, not from the last step, so that rounding errors do not add up.
std::uint64_t Pace::deadline() const {
  return start_ns_ + static_cast<std::uint64_t>(period_ns_ * static_cast<double>(next_));
}

bool Pace::wait() {
  if (period_ns_ == 0) return true;
  std::uint64_t now = wb_now_ns();
  if (now < deadline()) {
    sleep_until(std::min(deadline(), now + kLongestSleepNs), now);
    now = wb_now_ns();
  }
  if (now < deadline()) return false;
  // Moves the whole schedule, so that lost steps are not made up in a burst.
  if (now - deadline() > kLongestCatchUpNs) start_ns_ += now - deadline();
  return true;
}

void Pace::finish(std::uint64_t now_ns) {
  ++next_;
  if (period_ns_ != 0 && now_ns > deadline()) ++late_;
}

}  // namespace wingbeat::cli
