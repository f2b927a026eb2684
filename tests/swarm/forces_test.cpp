#include <algorithm>

#include "flock_forces.hpp"
#include "noise.hpp"
#include "support.hpp"

namespace swarm::test {
namespace {

struct Pair {
  V3 first, second;
};

struct Collect {
  std::vector<V3>& result;

  void expect(std::uint32_t) const {}
  void to(std::uint32_t agent, Vector v) const { result[agent] = {v.x, v.y, v.z}; }
};

// The forces the kernel finds on every agent.
std::vector<V3> forces(std::span<const float> position, std::span<const float> velocity, const Zones& z) {
  const auto f = [](double v) { return static_cast<float>(v); };
  Grid grid;
  grid.build(position, f(z.radius));
  FlockForces flock;
  flock.gather(grid, {position, velocity});
  std::vector<V3> result(position.size() / 3);
  Workers alone(1);
  Phases untimed(nullptr, 1);
  flock.for_each(grid, {f(z.radius), f(z.low), f(z.high), f(z.separation), f(z.alignment), f(z.cohesion)}, alone,
                 untimed, Collect{result});
  return result;
}

// Two agents at that distance along a skew axis, each with its own heading.
Pair at_distance(double d, const Zones& zones) {
  const V3 axis = V3{1, -2, 0.5}.unit() * d;
  const auto f = [](double v) { return static_cast<float>(v); };
  const std::vector<float> position{0, 0, 0, f(axis.x), f(axis.y), f(axis.z)};
  const std::vector<float> velocity{0.3f, 0.1f, -0.2f, -3, 1, 2};
  const auto got = forces(position, velocity, zones);
  const double scale = std::max({zones.total(position, velocity, 0).length(), 1.0});
  expect_near(got[0], zones.total(position, velocity, 0), 3e-6 * scale, 0);
  expect_near(got[1], zones.total(position, velocity, 1), 3e-6 * scale, 1);
  return {got[0], got[1]};
}

Zones only(double separation, double alignment, double cohesion) {
  Zones z;
  z.separation = separation;
  z.alignment = alignment;
  z.cohesion = cohesion;
  return z;
}

TEST(Forces, separation_is_low_over_q_less_one_along_the_axis) {
  for (double d = 0.01; d < 63.2; d += 0.37) {
    const Pair f = at_distance(d, only(1, 0, 0));
    EXPECT_NEAR(f.first.length(), 0.4 / (d * d / 1e4) - 1, 1e-5 * (0.4 / (d * d / 1e4)));
    EXPECT_LT(f.first.x, 0) << "the first agent is pushed away from the second at " << d;
  }
}

TEST(Forces, alignment_is_a_hump_along_the_others_heading) {
  for (double d = 63.3; d < 87.1; d += 0.11) {
    const Pair f = at_distance(d, only(0, 1, 0));
    const double t = (d * d / 1e4 - 0.4) / 0.36;
    EXPECT_NEAR(f.first.length(), std::pow(std::sin(std::acos(-1.0) * t), 2), 3e-6);
  }
  EXPECT_NEAR(at_distance(std::sqrt(0.58) * 100, only(0, 1, 0)).first.length(), 1, 1e-6);
}

TEST(Forces, cohesion_is_a_dip_towards_the_other) {
  for (double d = 87.2; d < 100; d += 0.09) {
    const Pair f = at_distance(d, only(0, 0, 1));
    EXPECT_GE(f.first.x, -1e-12) << "the first agent is drawn to the second at " << d;
  }
  EXPECT_NEAR(at_distance(87.2, only(0, 0, 1)).first.length(), 1, 1e-3);
  EXPECT_NEAR(at_distance(std::sqrt(0.88) * 100, only(0, 0, 1)).first.length(), 0, 1e-6);
}

TEST(Forces, thresholds_at_their_limits_leave_zones_empty_without_harm) {
  for (const auto& [low, high] : {std::pair{0.0, 0.0}, {0.0, 1.0}, {1.0, 1.0}, {0.5, 0.5}, {0.9, 0.1}, {1.0, 0.0}}) {
    Zones z = only(1, 1, 1);
    z.low = low;
    z.high = high;
    for (const double d : {1.0, 20.0, 55.0, 70.0, 90.0, 99.0}) at_distance(d, z);
  }
}

TEST(Forces, many_neighbours_sum_to_the_direct_sum) {
  for (const std::size_t agents : {2u, 9u, 200u, 500u}) {
    const auto position = uniform(agents, -150, 150, 1), velocity = uniform(agents, -5, 5, 2);
    const Zones z = only(0.001, 0.02, 0.005);
    const auto got = forces(position, velocity, z);
    for (std::size_t i = 0; i < agents; ++i) {
      const V3 want = z.total(position, velocity, i);
      expect_near(got[i], want, 3e-5 * std::max(want.length(), 0.02), i);
    }
  }
}

TEST(Forces, coincident_agents_feel_nothing_of_each_other) {
  const std::vector<float> position(3 * 20, 5.0f), velocity = uniform(20, -1, 1, 5);
  for (const V3 f : forces(position, velocity, only(1, 1, 1))) EXPECT_EQ(f.length(), 0);
}

TEST(Forces, nearly_coincident_agents_feel_a_finite_push) {
  for (const float d : {1e-4f, 1e-10f, 1e-16f, 1e-19f, 1e-25f, 1e-38f}) {
    const std::vector<float> position{0, 0, 0, d, 0, 0}, velocity(6, 1.0f);
    for (const V3 f : forces(position, velocity, only(0.1, 0.1, 0.1))) EXPECT_TRUE(std::isfinite(f.length())) << d;
  }
}

TEST(Forces, an_agent_at_rest_aligns_nobody) {
  const std::vector<float> position{0, 0, 0, 75, 0, 0}, velocity{0, 0, 0, 1, 0, 0};
  const auto f = forces(position, velocity, only(0, 1, 0));
  EXPECT_GT(f[0].length(), 0.1);
  EXPECT_EQ(f[1].length(), 0);
}

TEST(Noise, stays_within_one_and_uses_the_range) {
  float low = 0, high = 0;
  for (int k = 0; k < 200000; ++k) {
    const float n = signed_noise(k * 0.0137 - 1000);
    low = std::min(low, n);
    high = std::max(high, n);
  }
  EXPECT_GE(low, -1);
  EXPECT_LE(high, 1);
  EXPECT_LT(low, -0.6);
  EXPECT_GT(high, 0.6);
}

TEST(Noise, is_smooth_and_vanishes_at_integers) {
  for (int k = -50; k < 50; ++k) EXPECT_EQ(signed_noise(k), 0);
  for (double x = -20; x < 20; x += 0.001) EXPECT_LT(std::abs(signed_noise(x + 0.001) - signed_noise(x)), 0.006) << x;
}

TEST(Noise, is_finite_everywhere) {
  for (const double x : {1e9, -1e9, 1e300, -1e300}) EXPECT_LE(std::abs(signed_noise(x)), 1) << x;
  EXPECT_EQ(signed_noise(std::numeric_limits<double>::quiet_NaN()), 0);
  EXPECT_EQ(signed_noise(std::numeric_limits<double>::infinity()), 0);
}

}  // namespace
}  // namespace swarm::test
