// How fast the models are, without a stream.
#pragma once

#include <cstdint>
#include <string>

#include "swarm/swarm.hpp"
#include "text.hpp"

namespace wingbeat::tool {

struct SwarmSpeed {
  std::string model;
  std::uint32_t agents = 0;
  unsigned threads = 1;
  double agent_steps_per_second = 0;
  double neighbours = 0;  // of an agent, in the mean over the steps
};

// Steps the swarm within its private buffers: a tenth of the time to warm up, then for that long.
SwarmSpeed measure_speed(swarm::Swarm& flock, double seconds);

// {"model":"reynolds","n":80000,"threads":1,"agent_steps_per_s":5000000.0,"neighbours":39.3}
Json speed_json(const SwarmSpeed& speed);
std::string speed_text(const SwarmSpeed& speed);

}  // namespace wingbeat::tool
