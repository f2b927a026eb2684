// Four floats at a time, on any machine: the compilers' own vectors.
//
// Sums run in four lanes, whatever the machine's vectors are, so that their order is fixed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace swarm {

inline constexpr std::size_t kLanes = 4;
typedef float Lanes __attribute__((vector_size(16)));
typedef std::int32_t LaneMask __attribute__((vector_size(16)));  // all bits of a lane, or none

inline Lanes load(const float* from) {
  Lanes v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
inline Lanes splat(float x) { return Lanes{x, x, x, x}; }
inline Lanes only(LaneMask mask, Lanes v) { return mask ? v : Lanes{}; }
inline float sum(Lanes v) { return (v[0] + v[2]) + (v[1] + v[3]); }

}  // namespace swarm
