// The space agents live in: where it ends, and the way from one agent to another.
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

  // Where a coordinate is shown: in [0, box) in a periodic space, as it is in others.
  float fold(float x) const;
  // Lets an agent that has moved meet the border: it enters again, or is mirrored.
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
  // Just below 0 rounds to the edge itself, which is 0 again.
  return folded >= 0 && folded < box ? folded : 0.0f;
}

// The wall's mirror turns the velocity inwards, whichever way the rules had turned it.
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
