// Counter-based random numbers: a draw is a pure function of (seed, purpose, index, round).
#pragma once

#include <array>
#include <cstdint>

namespace swarm {

// Separates the sequences of numbers. The values must not change: the numbers of a seed depend on them.
enum class Purpose : std::uint32_t {
  start_position = 1,
  start_velocity = 2,
  body = 3,
  attractor = 4,
  repulsor = 5,
  interval = 6,
  motion = 7,
};

class Random {
 public:
  explicit Random(std::uint64_t seed) : seed_(seed) {}

  // Four independent numbers, uniform in [0, 1), multiples of 2^-24.
  std::array<float, 4> uniform(Purpose purpose, std::uint64_t index, std::uint32_t round = 0) const;

  // Uniform in the ball of that radius around the origin.
  std::array<float, 3> in_ball(Purpose purpose, std::uint64_t index, float radius) const;

 private:
  std::uint64_t seed_;
};

}  // namespace swarm
