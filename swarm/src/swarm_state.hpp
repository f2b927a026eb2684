// What a swarm keeps beside its frames.
#pragma once

#include <array>
#include <vector>

#include "flock_forces.hpp"
#include "grid.hpp"
#include "random.hpp"
#include "sources.hpp"
#include "swarm/swarm.hpp"

namespace swarm {

struct Placement {
  std::uint32_t agent;
  Vector position;
};

struct OwnFrame {
  std::vector<float> position, velocity;
};

struct Swarm::State {
  explicit State(const Options& o);

  Options options;
  Random random;
  Parameters parameters;
  SourceList attractors{"attractor", Purpose::attractor};
  SourceList repulsors{"repulsor", Purpose::repulsor};
  AutomaticMode automatic;
  std::vector<float> mass, max_speed;
  std::uint64_t step = 0;
  bool paused = false;
  std::uint64_t single_steps = 0;     // still to be made while paused
  std::vector<Placement> placements;  // to be shown in the next frame
  StepStats stats;

  // Working memory of a step; nothing in it outlives the step.
  Grid grid;
  FlockForces forces;

  std::array<OwnFrame, 2> own;
  std::size_t own_current = 0;

  Frame own_frame(std::size_t which);
  std::uint64_t expiry(double seconds) const;
  Outcome check(const Frame& frame) const;
  Outcome check(const View& previous, const Frame& next) const;
  void write_start(const Frame& first) const;
  void finish(const Frame& frame);
  void repeat(const View& previous, const Frame& next) const;
  void advance(const View& previous, const Frame& next);
  void add_automatic();

  Outcome add_source(SourceList& list, std::span<const double> arguments) const;
  Outcome place(std::span<const double> arguments);
  Outcome single_step();
};

}  // namespace swarm
