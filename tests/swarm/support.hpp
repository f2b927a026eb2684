// What the swarm's tests share: frames that own their memory, and the model written down plainly in double.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "swarm/swarm.hpp"

namespace swarm::test {

struct Memory {
  explicit Memory(std::size_t agents)
      : position(3 * agents, kUntouched),
        velocity(3 * agents, kUntouched),
        mass(agents, kUntouched),
        max_speed(agents, kUntouched),
        id(agents, 0xffffffffu),
        attractor_position(3 * kSourceCapacity, kUntouched),
        attractor_remaining(kSourceCapacity, kUntouched),
        repulsor_position(3 * kSourceCapacity, kUntouched),
        repulsor_remaining(kSourceCapacity, kUntouched) {}

  Frame frame() {
    return {position,          velocity,          mass, max_speed, id, attractor_position, attractor_remaining,
            repulsor_position, repulsor_remaining};
  }
  View view() const { return {position, velocity}; }

  static constexpr float kUntouched = -12345.0f;
  std::vector<float> position, velocity, mass, max_speed;
  std::vector<std::uint32_t> id;
  std::vector<float> attractor_position, attractor_remaining, repulsor_position, repulsor_remaining;
};

struct V3 {
  double x = 0, y = 0, z = 0;
  V3 operator+(V3 b) const { return {x + b.x, y + b.y, z + b.z}; }
  V3 operator-(V3 b) const { return {x - b.x, y - b.y, z - b.z}; }
  V3 operator*(double s) const { return {x * s, y * s, z * s}; }
  double length() const { return std::sqrt(x * x + y * y + z * z); }
  V3 unit() const { return length() > 0 ? *this * (1 / length()) : V3{}; }
};

inline V3 at(std::span<const float> triples, std::size_t i) {
  return {triples[3 * i], triples[3 * i + 1], triples[3 * i + 2]};
}

// Strengths and zones of the flock; the formulas of the specification.
struct Zones {
  double radius = 100, low = 0.4, high = 0.76, separation = 0.001, alignment = 0.001, cohesion = 0.001;

  V3 force(V3 self, V3 other, V3 other_velocity) const {
    const V3 axis = self - other;
    const double d = axis.length(), q = d * d / (radius * radius), turn = 2 * std::acos(-1.0);
    if (d >= radius || d == 0) return {};
    if (q < low) return axis.unit() * ((low / q - 1) * separation);
    if (q < high) {
      const double t = (q - low) / (high - low);
      return other_velocity.unit() * ((1 - (0.5 * std::cos(turn * t) + 0.5)) * alignment);
    }
    const double t = (q - high) / (1 - high);
    return axis.unit() * (-(1 - (-0.5 * std::cos(turn * t) + 0.5)) * cohesion);
  }

  V3 total(std::span<const float> position, std::span<const float> velocity, std::size_t i) const {
    V3 sum;
    for (std::size_t j = 0; j < position.size() / 3; ++j) {
      if (j != i) sum = sum + force(at(position, i), at(position, j), at(velocity, j));
    }
    return sum;
  }
};

inline std::vector<float> uniform(std::size_t agents, float from, float to, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> number(from, to);
  std::vector<float> values(3 * agents);
  for (float& v : values) v = number(engine);
  return values;
}

inline void expect_near(V3 got, V3 want, double tolerance, std::size_t agent) {
  EXPECT_NEAR(got.x, want.x, tolerance) << "agent " << agent;
  EXPECT_NEAR(got.y, want.y, tolerance) << "agent " << agent;
  EXPECT_NEAR(got.z, want.z, tolerance) << "agent " << agent;
}

inline void expect_ok(const Outcome& outcome) { EXPECT_TRUE(outcome.ok) << outcome.text; }

// Refused, and the text holds what the reader needs.
inline void expect_refused(const Outcome& outcome, const std::string& part) {
  EXPECT_FALSE(outcome.ok);
  EXPECT_NE(outcome.text.find(part), std::string::npos) << "the text is: " << outcome.text;
}

}  // namespace swarm::test
