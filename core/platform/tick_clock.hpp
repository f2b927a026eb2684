// A clock that costs about as much as a memory access, so that the writer can read it while readers wait for the frame.
//
// It continues CLOCK_MONOTONIC by the processor's counter of ticks (10 ns a reading instead of 25 to 50). The rate of
// the counter is measured, and used only where two measures in a row agree; everywhere else the clock falls back to
// platform::now_ns(). See docs/design/0002-slot-handshake.md.
#pragma once

#include <cstdint>

#include "platform.hpp"

namespace wingbeat::platform {

class TickClock {
 public:
  TickClock() {
    is_trusted_ = ticks_are_time();
    Moment now;
    if (is_trusted_) is_trusted_ = read_both(now);  // false where reading is slow, as under an emulator
    anchor_ = base_ = now;
  }

  // Within a microsecond of platform::now_ns(). Used by one thread at a time.
  std::uint64_t now_ns() {
    // A counter that went backwards gives a huge difference, and so a new reading of the system's clock.
    const std::uint64_t passed = ticks() - anchor_.ticks;
    if (passed >= most_ticks_) return read();
    return anchor_.ns + (passed * rate_ >> kRateBits);
  }

 private:
  struct Moment {
    std::uint64_t ns = 0;
    std::uint64_t ticks = 0;
  };

  static constexpr int kRateBits = 32;
  // 0.2 to 0.5 ms. An error of 0.1 % in the rate makes half a microsecond in that time.
  static constexpr std::uint64_t kMostTicks = 1u << 20;
  // Both clocks are read within so many ticks, or the thread was interrupted between them.
  static constexpr std::uint64_t kUndisturbedTicks = 1'000;
  static constexpr std::uint64_t kFirstMeasureNs =
      1'000'000;                                            // the first measure of the rate: good enough to begin with
  static constexpr std::uint64_t kMeasureNs = 100'000'000;  // later ones: the system adjusts its clock, slowly
  static constexpr std::uint64_t kMostChange = 1'000;  // the rate may change by 1 / kMostChange between two measures

  static std::uint64_t ticks() {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return 0;
#endif
  }

  // Reads the system's clock, and takes it as the new anchor.
  std::uint64_t read() {
    Moment now;
    if (!is_trusted_ || !read_both(now)) return platform::now_ns();
    measure_rate(now);
    anchor_ = now;
    return now.ns;
  }

  // Reads both clocks at the same moment. False if the thread was interrupted in each try.
  static bool read_both(Moment& out) {
    constexpr int kTries = 3;
    for (int i = 0; i < kTries; ++i) {
      const std::uint64_t before = ticks();
      out.ns = platform::now_ns();
      const std::uint64_t took = ticks() - before;
      out.ticks = before + took / 2;
      if (took < kUndisturbedTicks) return true;
    }
    return false;
  }

  void measure_rate(const Moment& now) {
    const std::uint64_t ns = now.ns - base_.ns;
    if (ns < (most_ticks_ == 0 ? kFirstMeasureNs : kMeasureNs)) return;
    const double per_tick = static_cast<double>(ns) / static_cast<double>(now.ticks - base_.ticks);
    const auto rate = static_cast<std::uint64_t>(per_tick * static_cast<double>(std::uint64_t{1} << kRateBits));
    const std::uint64_t change = rate > rate_ ? rate - rate_ : rate_ - rate;
    // Two measures that disagree mean that the machine slept or was moved in between: do not use the rate yet.
    most_ticks_ = change <= rate_ / kMostChange ? kMostTicks : 0;
    rate_ = rate;
    base_ = now;
  }

  bool is_trusted_ = false;
  Moment anchor_;                 // now_ns() continues from here
  Moment base_;                   // the rate is measured from here
  std::uint64_t rate_ = 0;        // nanoseconds per tick, times 2^kRateBits
  std::uint64_t most_ticks_ = 0;  // the anchor is good for so many; 0: the rate is not known
};

}  // namespace wingbeat::platform
