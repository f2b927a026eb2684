// Steps at fixed times: deadline n is start + n * period, however long the steps before took.
#pragma once

#include <cstdint>

namespace wingbeat::cli {

class Pace {
 public:
  // steps_per_second 0: no pace, never waits.
  Pace(double steps_per_second, std::uint64_t start_ns);

  // Waits for the next step's time, but at most 0.1 s, so that the caller can look at other things: a signal that comes
  // just before a sleep does not end it. True when it is time for the step. After a long halt (a stopped process, a
  // suspended machine) it does not run after the lost time.
  bool wait();
  // To be called when the step is done: it was late if the next one should have begun already.
  void finish(std::uint64_t now_ns);

  std::uint64_t late() const { return late_; }

 private:
  // Of the step that comes next.
  std::uint64_t deadline() const;

  double period_ns_;
  std::uint64_t start_ns_;
  std::uint64_t next_ = 1;
  std::uint64_t late_ = 0;
};

}  // namespace wingbeat::cli
