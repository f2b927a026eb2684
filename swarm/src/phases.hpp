// How long the phases of a step take: sorting, finding neighbours, the rules. Costs nothing without a clock.
//
// The search and the rules alternate many thousand times in a step. So only a few of the runs are timed, by laps, and
// the whole time is divided in their proportion.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "swarm/swarm.hpp"

namespace swarm {

struct Laps {
  std::uint64_t neighbours = 0, rules = 0;
};

class Stopwatch {
 public:
  Stopwatch() = default;
  // Each lap contains one reading of the clock, whose cost is subtracted.
  Stopwatch(Clock clock, Laps& laps, std::uint64_t cost) : clock_(clock), laps_(&laps), cost_(cost), last_(clock()) {}

  void found_neighbours() {
    if (clock_ != nullptr) lap(laps_->neighbours);
  }
  void applied_rules() {
    if (clock_ != nullptr) lap(laps_->rules);
  }

 private:
  void lap(std::uint64_t& sum) {
    const std::uint64_t now = clock_();
    sum += std::max(now - last_, cost_) - cost_;
    last_ = now;
  }

  Clock clock_ = nullptr;
  Laps* laps_ = nullptr;
  std::uint64_t cost_ = 0, last_ = 0;
};

class Phases {
 public:
  Phases(Clock clock, unsigned threads) : clock_(clock), laps_(threads), cost_(clock == nullptr ? 0 : cost_of(clock)) {}

  void begin() {
    std::ranges::fill(laps_, Laps{});
    begin_ = now();
  }
  void sorted() { sorted_ = now(); }
  // For the k-th of many runs.
  Stopwatch watch(std::size_t k, unsigned worker) {
    return clock_ != nullptr && k % kRunsPerTimed == 0 ? Stopwatch(clock_, laps_[worker], cost_) : Stopwatch();
  }
  void finish(StepStats& stats) const {
    Laps all;
    for (const Laps& laps : laps_) all.neighbours += laps.neighbours, all.rules += laps.rules;
    const std::uint64_t rest = now() - sorted_;
    const double timed = static_cast<double>(std::max<std::uint64_t>(all.neighbours + all.rules, 1));
    stats.sort_ns = sorted_ - begin_;
    stats.rules_ns = static_cast<std::uint64_t>(static_cast<double>(rest) * static_cast<double>(all.rules) / timed);
    stats.neighbours_ns = rest - stats.rules_ns;
  }

 private:
  static constexpr std::size_t kRunsPerTimed = 16;

  std::uint64_t now() const { return clock_ == nullptr ? 0 : clock_(); }

  static std::uint64_t cost_of(Clock clock) {
    std::uint64_t least = UINT64_MAX;
    for (int i = 0; i < 100; ++i) {
      const std::uint64_t begin = clock();
      least = std::min(least, clock() - begin);
    }
    return least;
  }

  Clock clock_;
  std::vector<Laps> laps_;  // one for each worker
  std::uint64_t cost_, begin_ = 0, sorted_ = 0;
};

}  // namespace swarm
