// The reference swarm: the original project's zone model of flocking in three dimensions, and other models (model.hpp).
//
// Concept: a `Swarm` advances a fixed number of agents, step by step. Its positions and velocities are in the frames
// that the caller passes (see frame.hpp), or, if the caller passes none, in two buffers of the swarm. Everything that
// must outlive a frame (masses, maximum speeds, attractors, repulsors, parameters, counters) is in the class. The
// models and their formulas are in swarm/README.md.
//
// Reproducibility: the same options and the same calls in the same order give the same bits from the same binary,
// whatever the number of threads. All randomness is Philox 4x32-10 keyed by the seed and counted by agent and event;
// no state of a generator exists.
//
// Threads: call it from one thread at a time; a step may use several threads of its own. No I/O, no clock except the
// given one, no global state.
//
//     swarm::Swarm flock({.agents = 10000, .seed = 1});
//     flock.start(a);                    // a, b: swarm::Frame over your memory
//     flock.step(a.view(), b);           // and so on: step(b.view(), c) ...
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "swarm/frame.hpp"
#include "swarm/model.hpp"
#include "swarm/outcome.hpp"
#include "swarm/parameters.hpp"

namespace swarm {

inline constexpr std::uint32_t kMaxAgents = 1u << 26;
inline constexpr unsigned kMaxThreads = 256;
// Commands take coordinates from -kReach to kReach.
inline constexpr double kReach = 1e6;
// Attractors and repulsors without a given time last this long, and lie within this distance of the origin.
inline constexpr double kSourceSeconds = 10.0;
inline constexpr double kSourceBall = 1000.0;
inline constexpr double kLongestSourceSeconds = 3600.0;

// Nanoseconds since any moment.
using Clock = std::uint64_t (*)();

struct Options {
  std::uint32_t agents = 10000;  // 0 to kMaxAgents
  std::uint64_t seed = 1;
  double steps_per_second = 60.0;  // turns steps into seconds: the life of attractors, the automatic mode; > 0
  double start_box = 0.0;          // edge of the cube agents start in, in open space; 0: as the model does
  std::string model = "zones";     // a name of models()
  Boundary boundary = Boundary::usual;
  double box = 0.0;       // edge of a periodic or walled box; 0: as the model does
  unsigned threads = 1;   // at most so many for a step, 1 to kMaxThreads; more than 1 needs a build with oneTBB
  Clock clock = nullptr;  // if given, stats() say how long the phases of a step took
};

// Zones: edge of the start cube that gives every flock the same density, about 20 agents within the default
// neighbourhood.
double start_box_for(std::uint32_t agents);
// Zones: radius of the centre pull that holds that density: 32.5 * cbrt(agents), at least the original 100 (up to 29
// agents). The recommended initial value of `centre_radius`: with the default of 100 a flock of thousands collapses
// into one clump.
double centre_radius_for(std::uint32_t agents);

// An attractor or a repulsor.
struct Source {
  float x, y, z;
  std::uint64_t expires;  // first step without it
};

// Figures of the last step, for displays and benchmarks.
struct StepStats {
  std::uint64_t neighbours = 0;    // ordered pairs of neighbours; / agents = mean neighbours
  std::uint64_t candidates = 0;    // distances that were computed to find them
  std::uint32_t largest_cell = 0;  // agents in the fullest grid cell
  // With a clock: the times of sorting agents into cells, of finding neighbours and their sums, and of the rules and
  // moving.
  std::uint64_t sort_ns = 0, neighbours_ns = 0, rules_ns = 0;
};

class Swarm {
 public:
  static Outcome check(const Options& options);

  // Throws std::invalid_argument with the text of check() if the options are refused.
  explicit Swarm(const Options& options);
  ~Swarm();
  Swarm(Swarm&&) noexcept;
  Swarm& operator=(Swarm&&) noexcept;

  // Writes the start state, step 0. Does not touch parameters; forgets attractors, repulsors and pending commands.
  // Refused if a span has the wrong size.
  Outcome start(const Frame& first);

  // Advances one step: reads `previous`, writes every number of `next` once. While paused it copies instead, and
  // the step count stands still. The two must not overlap. Refused if a span has the wrong size.
  // Cost: O(agents + distances computed); allocates only while a buffer still grows.
  Outcome step(const View& previous, const Frame& next);

  // Does the same with two private buffers, which the first call allocates. state() is valid until the next call.
  Outcome start();
  Outcome step();
  View state() const;

  // Requests. They take effect in the next step. Values and arguments are checked; names are those of the tables.
  Outcome set(std::string_view name, double value);
  Outcome set(Parameter p, double value);
  Outcome trigger(std::string_view name);
  Outcome command(std::string_view name, std::span<const double> arguments);

  const ModelInfo& model() const;
  std::size_t dimensions() const;  // 2 or 3
  Boundary boundary() const;       // open, periodic or walled
  double box() const;              // the edge in use; 0 in open space
  unsigned threads() const;        // in use: not more than the machine runs at a time
  std::uint32_t agents() const;
  std::uint64_t step_count() const;  // steps since start()
  double time() const;               // seconds: step_count / steps_per_second
  bool paused() const;
  double start_box() const;  // the edge in use, in open space
  const Parameters& parameters() const;
  // Empty for models without bodies.
  std::span<const Source> attractors() const;
  std::span<const Source> repulsors() const;
  std::span<const float> masses() const;
  std::span<const float> max_speeds() const;
  const StepStats& stats() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace swarm
