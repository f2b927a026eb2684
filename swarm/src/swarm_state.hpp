// What a swarm keeps beside its frames.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "kernel.hpp"
#include "swarm/swarm.hpp"
#include "workers.hpp"

namespace swarm {

struct Placement {
  std::uint32_t agent;
  std::array<float, 3> position;  // in 2 dimensions the first two count
};

struct OwnFrame {
  std::vector<float> position, velocity;
};

struct Swarm::State {
  explicit State(const Options& o);

  Options options;  // what was left to the model is filled in
  const ModelEntry& model;
  Parameters parameters;
  Workers workers;
  std::unique_ptr<Kernel> kernel;
  std::uint64_t step = 0;
  bool paused = false;
  std::uint64_t single_steps = 0;     // still to be made while paused
  std::vector<Placement> placements;  // to be shown in the next frame
  StepStats stats;

  std::array<OwnFrame, 2> own;
  std::size_t own_current = 0;

  Space space() const;
  Frame own_frame(std::size_t which);
  Outcome check(const Frame& frame) const;
  Outcome check(const View& previous, const Frame& next) const;
  void finish(const Frame& frame);
  void repeat(const View& previous, const Frame& next) const;
  void advance(const View& previous, const Frame& next);

  Outcome place(std::span<const double> arguments);
  Outcome check_place(std::span<const double> position) const;
  Outcome single_step();
};

}  // namespace swarm
