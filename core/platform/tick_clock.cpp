#include "tick_clock.hpp"

#include "platform.hpp"
#include "system.hpp"

namespace wingbeat::platform {
namespace {

constexpr std::uint64_t kMostTicks = 1u << 20;  // 0.2 to 0.5 ms: an error of the rate of 0.1 % makes half a microsecond
constexpr std::uint64_t kUndisturbedTicks =
    1'000;  // between which both clocks were read, or the thread was interrupted
constexpr std::uint64_t kFirstMeasureNs = 1'000'000;  // a measure of the rate that is good enough to begin with
constexpr std::uint64_t kMeasureNs = 100'000'000;     // the system adjusts its clock, slowly
constexpr std::uint64_t kMostChange = 1'000;          // of the rate, as a part of it
constexpr int kTries = 3;

}  // namespace

TickClock::TickClock() {
  is_trusted_ = ticks_are_time();
  Moment now;
  if (is_trusted_) is_trusted_ = read_both(now);  // else the clock is slow, as under an emulator
  anchor_ = base_ = now;
}

std::uint64_t TickClock::read() {
  Moment now;
  if (!is_trusted_ || !read_both(now)) return platform::now_ns();
  measure_rate(now);
  anchor_ = now;
  return now.ns;
}

// Both at the same moment. False if the thread was interrupted each time.
bool TickClock::read_both(Moment& out) const {
  for (int i = 0; i < kTries; ++i) {
    const std::uint64_t before = ticks();
    out.ns = platform::now_ns();
    const std::uint64_t took = ticks() - before;
    out.ticks = before + took / 2;
    if (took < kUndisturbedTicks) return true;
  }
  return false;
}

void TickClock::measure_rate(const Moment& now) {
  const std::uint64_t ns = now.ns - base_.ns;
  if (ns < (most_ticks_ == 0 ? kFirstMeasureNs : kMeasureNs)) return;
  const double per_tick = static_cast<double>(ns) / static_cast<double>(now.ticks - base_.ticks);
  const auto rate = static_cast<std::uint64_t>(per_tick * static_cast<double>(std::uint64_t{1} << kRateBits));
  const std::uint64_t change = rate > rate_ ? rate - rate_ : rate_ - rate;
  // Believed when two measures in a row agree: the machine may have slept meanwhile, or have been moved.
  most_ticks_ = change <= rate_ / kMostChange ? kMostTicks : 0;
  rate_ = rate;
  base_ = now;
}

}  // namespace wingbeat::platform
