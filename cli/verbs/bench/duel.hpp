// Measures two lanes in one run: two processes, each on a core of its own, with rounds of one lane and of the other in
// turn.
#pragma once

#include <cstdint>
#include <vector>

#include "lane.hpp"

namespace wingbeat::cli::bench {

struct Figures {
  double p50_ns = 0, p99_ns = 0, p999_ns = 0;
};

Figures figures_of(std::vector<std::uint64_t>& samples);  // sorts them

struct Duel {
  Figures wingbeat, floor;
  double ratio_p50 = 0;
};

struct Plan {
  Shape shape;
  std::uint32_t rounds = 20;
  std::uint32_t frames = 500;      // of a round and lane
  std::uint64_t pause_ns = 1'000;  // from when the reader is ready until the next frame
};

Duel run_duel(const Plan& plan, const std::string& stream);

// Throws after Ctrl-C. To be called in every loop.
void stop_if_interrupted();
inline constexpr wingbeat::bench::Waiting kWaiting{kWaitLimitNs, stop_if_interrupted};

}  // namespace wingbeat::cli::bench
