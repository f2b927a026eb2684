// A clock that is cheap enough to be read while a reader waits for what comes next: CLOCK_MONOTONIC as it was last read, continued by
// the processor's counter of ticks for as long as that is exact. docs/design/0002-slot-handshake.md says what it is good for.
#pragma once

#include <cstdint>

namespace wingbeat::platform {

class TickClock {
 public:
  TickClock();

  // Within a microsecond of platform::now_ns(). For one thread at a time.
  std::uint64_t now_ns() {
    const std::uint64_t passed = ticks() - anchor_.ticks;  // of a counter that went back: a huge number
    if (passed >= most_ticks_) return read();
    return anchor_.ns + (passed * rate_ >> kRateBits);
  }

 private:
  struct Moment {
    std::uint64_t ns = 0;
    std::uint64_t ticks = 0;
  };

  static constexpr int kRateBits = 32;

  static std::uint64_t ticks() {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return 0;
#endif
  }

  std::uint64_t read();
  bool read_both(Moment& out) const;
  void measure_rate(const Moment& now);

  bool is_trusted_ = false;
  Moment anchor_;                 // what now_ns() goes on from
  Moment base_;                   // what the rate is measured from
  std::uint64_t rate_ = 0;        // nanoseconds per tick, times 2^kRateBits
  std::uint64_t most_ticks_ = 0;  // that anchor_ is good for
};

}  // namespace wingbeat::platform
