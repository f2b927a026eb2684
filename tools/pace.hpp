// Steps at fixed times: deadline n is start + n * period, however long the steps before took.
#pragma once

#include <cstdint>

namespace wingbeat::tool {

class Pace {
 public:
  // steps_per_second 0: no pace, never waits.
  Pace(double steps_per_second, std::uint64_t start_ns);

  // Waits for the next step's time. A signal ends the wait early. After a long halt (a stopped process, a suspended
  // machine) it does not run after the lost time.
  void wait();
  // To be called when the step is done: it was late if the next one should have begun already.
  void finish(std::uint64_t now_ns);

  std::uint64_t late() const { return late_; }

 private:
  std::uint64_t deadline() const;

  double period_ns_;
  std::uint64_t start_ns_;
  std::uint64_t steps_ = 0;
  std::uint64_t late_ = 0;
};

}  // namespace wingbeat::tool
