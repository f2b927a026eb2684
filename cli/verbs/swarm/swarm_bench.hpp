// How fast the models are: without a stream, and beside that while publishing to a reader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "swarm/swarm.hpp"
#include "text.hpp"

namespace wingbeat::cli {

struct SwarmBenchPlan {
  double seconds = 1;
  std::uint64_t steps = 20;  // of each round, which begins with the start state: later it is another flock
  bool publish = false;      // every other round into a stream, with a reader that reads all positions of every frame
};

// Nanoseconds of a step for each agent.
struct PhaseCost {
  double sort = 0;        // agents into cells
  double neighbours = 0;  // finding them, and what they amount to
  double rules = 0;       // and moving
  double rest = 0;        // identities, and all else
};

struct PublishedSpeed {
  double steps_per_second = 0;
  double publish_share = 0;  // of a step: begin and publish, the median of each
};

struct SwarmSpeed {
  std::string model;
  std::uint32_t agents = 0;
  unsigned threads = 1;
  double neighbours = 0;  // of an agent, in the mean over the steps
  double steps_per_second = 0;
  PhaseCost cost;
  // How fast frames are read and written, as a share of how fast this machine's threads copy memory: 1 would be a step
  // that only copies.
  double bandwidth_share = 0;
  std::optional<PublishedSpeed> published;

  double agent_steps_per_second() const { return steps_per_second * agents; }
};

// Steps for at least that long, after a step to warm up. The swarm has wb_now_ns for a clock.
SwarmSpeed measure_speed(swarm::Swarm& flock, const swarm::Options& options, const SwarmBenchPlan& plan);

// {"model":"reynolds","n":80000,"threads":1,"agent_steps_per_s":5000000.0,"neighbours":39.3, ...}
Json speed_json(const SwarmSpeed& speed);
std::string speed_head(bool publish);
std::string speed_text(const SwarmSpeed& speed);

}  // namespace wingbeat::cli
