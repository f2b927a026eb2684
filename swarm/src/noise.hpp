// Smooth signed noise on a line: Perlin's gradient noise (1985) with his quintic fade (2002), in one dimension.
#pragma once

namespace swarm {

// Within [-1, 1], twice continuously differentiable, 0 at the integers, the same for every seed. 0 if x is not finite.
float signed_noise(double x);

}  // namespace swarm
