// What a model is to the swarm: it writes a start state, then one frame from another.
//
// Most models are rules for one agent among its neighbours: see rules_kernel.hpp. Zones has a kernel of its own.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "random.hpp"
#include "space.hpp"
#include "swarm/frame.hpp"
#include "swarm/model.hpp"
#include "swarm/outcome.hpp"
#include "swarm/swarm.hpp"
#include "workers.hpp"

namespace swarm {

// What stays the same for a swarm's life.
struct Setup {
  std::uint32_t agents;
  double steps_per_second;
  double start_box;  // edge of the start cube in open space
  Space space;
  Random random;
  Workers* workers;
  Clock clock;
};

// When a step begins, and with which parameters.
struct Moment {
  const Parameters& parameters;
  std::uint64_t step;
};

// What agents have beside positions and velocities, and what acts on them.
struct Bodies {
  std::span<const float> masses, max_speeds;
  std::span<const Source> attractors, repulsors;
};

class Kernel {
 public:
  virtual ~Kernel() = default;

  // Writes positions and velocities of step 0.
  virtual void start(const Parameters& parameters, const Frame& first) = 0;
  // Reads the frame of moment.step, writes each position and velocity of the next once, at its agent's place.
  virtual StepStats advance(const Moment& moment, const View& previous, const Frame& next) = 0;
  // Fills what a frame of that step shows beside positions, velocities and identities.
  virtual void finish(std::uint64_t, const Frame&) {}

  // Of the model's own tables; names are known, arguments are finite and as many as the table says.
  virtual Outcome trigger(std::string_view, std::uint64_t) { return Outcome::done(); }
  virtual Outcome command(std::string_view, std::span<const double>, std::uint64_t) { return Outcome::done(); }
  virtual Bodies bodies() const { return {}; }
};

// Whether each row says its own place.
template <class Table>
constexpr bool in_order(const Table& table) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].id) != i) return false;
  }
  return true;
}

// One row of the list of models.
struct ModelEntry {
  ModelInfo info;
  std::unique_ptr<Kernel> (*make)(const Setup& setup);
};

// Commands that the swarm itself carries out.
inline constexpr std::array<std::string_view, 3> kPlace2d{"id", "x", "y"};
inline constexpr std::array<std::string_view, 4> kPlace3d{"id", "x", "y", "z"};
inline constexpr CommandInfo kPause{"pause", {}, "Stops time; frames repeat the same step."};
inline constexpr CommandInfo kResume{"resume", {}, "Lets time go on."};
inline constexpr CommandInfo kSingleStep{"step", {}, "Advances a paused swarm by one step."};
inline constexpr std::array<CommandInfo, 4> kCommonCommands2d{
    {{"place", kPlace2d, "The next frame shows that agent at x y."}, kPause, kResume, kSingleStep}};
inline constexpr std::array<CommandInfo, 4> kCommonCommands3d{
    {{"place", kPlace3d, "The next frame shows that agent at x y z."}, kPause, kResume, kSingleStep}};

// All models. A new one is a file in models/ and a line each here and in models.cpp.
extern const ModelEntry kZones, kVicsek, kCouzin, kReynolds, kTopological;

}  // namespace swarm
