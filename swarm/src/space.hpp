// The space of the agents: its border, and the displacement from one agent to another.
#pragma once

#include <cmath>
#include <cstddef>

#include "swarm/model.hpp"
#include "vec.hpp"

namespace swarm {

struct Space {
  Boundary boundary = Boundary::open;
  float box = 0;  // from 0 to box along every axis, unless open

  bool open() const { return boundary == Boundary::open; }
  bool periodic() const { return boundary == Boundary::periodic; }

  // A coordinate as it is published: in [0, box) in a periodic space, unchanged in others.
  float fold(float x) const;
  // Applies the border to an agent that has moved: it enters at the other side, or is mirrored.
  template <std::size_t D>
  void settle(Vec<D>& position, Vec<D>& velocity) const;
};

// The shorter way between two coordinates in [0, box) whose difference is d. Exact but for the rounding of d.
template <bool kPeriodic>
inline float shortest(float d, float box, float half) {
  if constexpr (kPeriodic) {
    const float back = d > half ? box : 0.0f, forth = d < -half ? box : 0.0f;
    return (d - back) + forth;
  } else {
    return d;
  }
}

inline float Space::fold(float x) const {
  if (!periodic() || (x >= 0 && x < box)) return x;
  const double edge = box, y = static_cast<double>(x) - edge * std::floor(static_cast<double>(x) / edge);
  const auto folded = static_cast<float>(y);
  // A value just below 0 is rounded to the edge itself, which is 0.
  return folded >= 0 && folded < box ? folded : 0.0f;
}

// A wall turns the velocity inwards, whatever its direction was.
template <std::size_t D>
void Space::settle(Vec<D>& position, Vec<D>& velocity) const {
  if (open()) return;
  for (std::size_t axis = 0; axis < D; ++axis) {
    float& x = position[axis];
    float& v = velocity[axis];
    if (periodic()) {
      x = fold(x);
    } else if (x < 0) {
      x = std::fmin(-x, box);
      v = std::fabs(v);
    } else if (x > box) {
      x = std::fmax(2 * box - x, 0.0f);
      v = -std::fabs(v);
    }
  }
}

}  // namespace swarm
