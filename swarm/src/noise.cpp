#include "noise.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace swarm {
namespace {

// Beyond this the lattice hash would need more than 32 bits; the noise is constant there.
constexpr double kLattice = 1e9;

// Wellons' lowbias32: every output bit depends on every input bit.
std::uint32_t hash(std::uint32_t v) {
  v ^= v >> 16;
  v *= 0x7feb352du;
  v ^= v >> 15;
  v *= 0x846ca68bu;
  v ^= v >> 16;
  return v;
}

// The slope of the noise at a lattice point, in [-2, 2): two facing slopes of 2 meet half-way at height 1.
double slope(std::int32_t lattice) { return hash(static_cast<std::uint32_t>(lattice)) * 0x1p-30 - 2.0; }

double fade(double t) { return t * t * t * (t * (t * 6 - 15) + 10); }

}  // namespace

float signed_noise(double x) {
  if (!std::isfinite(x)) return 0.0f;
  x = std::clamp(x, -kLattice, kLattice);
  const double left = std::floor(x);
  const auto cell = static_cast<std::int32_t>(left);
  const double t = x - left;
  const double a = slope(cell) * t;
  const double b = slope(cell + 1) * (t - 1);
  return static_cast<float>(a + (b - a) * fade(t));
}

}  // namespace swarm
