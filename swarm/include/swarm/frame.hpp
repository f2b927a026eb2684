// The memory from which a swarm reads its previous step and into which it writes the next.
//
// Concept: with frames from the caller, the swarm has no copy of positions and velocities. It reads the previous frame
// and writes every number of the next one exactly once, in place. A frame may lie in shared memory.
//
// Layout: an agent's numbers lie together (x y z x y z ..., or x y x y ... where the model has D = 2 dimensions),
// agents are in identity order: agent i is at D*i in every frame, for ever. Lengths and speeds are in the model's own
// units (ModelInfo::velocity_unit), mostly a displacement per step.
//
// Lifetime: the spans are used during the call that takes them and not kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace swarm {

// How many attractors, and how many repulsors, can be alive at once.
inline constexpr std::size_t kSourceCapacity = 32;

// The input of the next step: D * agents floats each.
struct View {
  std::span<const float> position;
  std::span<const float> velocity;
};

// The output of a step. `position` and `velocity` are required; each other span is filled unless it is empty. All but
// `position`, `velocity` and `id` are for models with bodies (ModelInfo::has_bodies) and stay empty for others.
struct Frame {
  std::span<float> position;    // D * agents
  std::span<float> velocity;    // D * agents
  std::span<float> mass;        // agents, 2 to 3.5
  std::span<float> max_speed;   // agents, 5 to 7 per step
  std::span<std::uint32_t> id;  // agents, 0 .. agents-1: the id that `place` takes
  // Attractors and repulsors alive in this frame: the first ones of kSourceCapacity; the rest has 0 s remaining.
  std::span<float> attractor_position;   // 3 * kSourceCapacity
  std::span<float> attractor_remaining;  // kSourceCapacity, seconds
  std::span<float> repulsor_position;    // 3 * kSourceCapacity
  std::span<float> repulsor_remaining;   // kSourceCapacity, seconds

  View view() const { return {position, velocity}; }
};

}  // namespace swarm
