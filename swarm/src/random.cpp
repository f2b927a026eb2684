#include "random.hpp"

#include <Random123/philox.h>

namespace swarm {
namespace {

constexpr std::uint32_t low(std::uint64_t v) { return static_cast<std::uint32_t>(v); }
constexpr std::uint32_t high(std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32); }

float to_unit(std::uint32_t bits) { return static_cast<float>(bits >> 8) * 0x1p-24f; }

}  // namespace

std::array<float, 4> Random::uniform(Purpose purpose, std::uint64_t index, std::uint32_t round) const {
  const r123::Philox4x32::ctr_type counter = {{low(index), high(index), static_cast<std::uint32_t>(purpose), round}};
  const r123::Philox4x32::key_type key = {{low(seed_), high(seed_)}};
  const auto bits = r123::Philox4x32()(counter, key);
  return {to_unit(bits[0]), to_unit(bits[1]), to_unit(bits[2]), to_unit(bits[3])};
}

std::array<float, 3> Random::in_ball(Purpose purpose, std::uint64_t index, float radius) const {
  for (std::uint32_t round = 0;; ++round) {
    const auto u = uniform(purpose, index, round);
    const float x = 2 * u[0] - 1, y = 2 * u[1] - 1, z = 2 * u[2] - 1;
    if (x * x + y * y + z * z <= 1) return {x * radius, y * radius, z * radius};
  }
}

}  // namespace swarm
