#include <algorithm>

#include "model_support.hpp"
#include "noise.hpp"

namespace swarm::test {
namespace {

constexpr auto kNan = std::numeric_limits<float>::quiet_NaN();

// One step of agent i, plainly in double.
struct Reference {
  const Swarm& swarm;
  std::vector<Source> attractors{swarm.attractors().begin(), swarm.attractors().end()};
  std::vector<Source> repulsors{swarm.repulsors().begin(), swarm.repulsors().end()};

  double value(Parameter p) const { return swarm.parameters()[p]; }

  Zones zones() const {
    return {value(Parameter::neighbourhood), value(Parameter::low_threshold), value(Parameter::high_threshold),
            value(Parameter::separation),    value(Parameter::alignment),     value(Parameter::cohesion)};
  }

  static V3 source(const Source& s, V3 p, double strength, double minimum) {
    const V3 to = V3{s.x, s.y, s.z} - p;
    return to.length() > minimum ? to.unit() * (strength / to.length()) : V3{};
  }

  V3 body_force(V3 p) const {
    V3 f;
    const V3 to = V3{value(Parameter::centre_x), value(Parameter::centre_y), value(Parameter::centre_z)} - p;
    const double excess = to.length() - value(Parameter::centre_radius);
    if (excess > 0) f = f + to.unit() * (excess * value(Parameter::centre_strength));
    for (const Source& s : attractors)
      f = f + source(s, p, value(Parameter::attractor_strength), value(Parameter::attractor_minimum));
    for (const Source& s : repulsors)
      f = f - source(s, p, value(Parameter::repulsor_strength), value(Parameter::repulsor_minimum));
    const double k = value(Parameter::wind_scale);
    return f + V3{signed_noise(k * p.x), signed_noise(k * p.y), signed_noise(k * p.z)} * value(Parameter::wind_amount);
  }

  V3 velocity(const View& before, std::size_t i) const {
    const V3 force = zones().total(before.position, before.velocity, i) + body_force(at(before.position, i));
    const V3 v = at(before.velocity, i) + force * (1.0 / swarm.masses()[i]);
    const double most = swarm.max_speeds()[i];
    return v.length() > most ? v.unit() * most : v;
  }
};

// A step is what the reference says, for every agent.
void expect_step_as_reference(Swarm& swarm, const Memory& before) {
  const Reference reference{swarm};
  Memory after(swarm.agents());
  expect_ok(swarm.step(before.view(), after.frame()));
  for (std::size_t i = 0; i < swarm.agents(); ++i) {
    const V3 v = reference.velocity(before.view(), i);
    expect_near(at(after.velocity, i), v, 2e-5, i);
    expect_near(at(after.position, i), at(before.position, i) + v, 2e-4, i);
  }
}

Memory scattered(std::size_t agents, float reach, float speed) {
  Memory m(agents);
  m.position = uniform(agents, -reach, reach, 11);
  m.velocity = uniform(agents, -speed, speed, 12);
  return m;
}

// One swarm, so that each change of a parameter acts on the next step.
TEST(Motion, a_step_is_the_model_with_the_parameters_set_before_it) {
  struct Row {
    Settings settings;
    float reach, speed;
  };
  Swarm swarm({.agents = 200});
  Memory start(200);
  expect_ok(swarm.start(start.frame()));
  expect_step_as_reference(swarm, start);
  const double attractor[] = {50, 0, 0, 10}, repulsor[] = {-20, 30, 40, 10};
  expect_ok(swarm.command("attract", attractor));
  expect_ok(swarm.command("repel", repulsor));
  for (const Row& row : {Row{{}, 150, 6}, Row{{{"alignment", 0.05}}, 150, 6},
                         Row{{{"centre_strength", 0.01}, {"centre_radius", 300}, {"centre_x", -50}}, 400, 1},
                         Row{{{"attractor_strength", 30}, {"attractor_minimum", 60}, {"repulsor_minimum", 40}}, 120, 1},
                         Row{{{"wind_amount", 0.8}}, 2000, 1}}) {
    SCOPED_TRACE(row.settings.empty() ? "defaults" : row.settings[0].first);
    set_all(swarm, row.settings);
    expect_step_as_reference(swarm, scattered(200, row.reach, row.speed));
  }
}

TEST(Motion, masses_and_maximum_speeds_fill_their_ranges) {
  const Swarm swarm({.agents = 20000});
  const auto [m0, m1] = std::ranges::minmax(swarm.masses());
  const auto [s0, s1] = std::ranges::minmax(swarm.max_speeds());
  EXPECT_GE(m0, 2);
  EXPECT_LT(m0, 2.01);
  EXPECT_LE(m1, 3.5);
  EXPECT_GT(m1, 3.49);
  EXPECT_GE(s0, 5);
  EXPECT_LT(s0, 5.01);
  EXPECT_LE(s1, 7);
  EXPECT_GT(s1, 6.99);
}

TEST(Motion, agents_start_within_the_box_with_small_velocities) {
  for (const double edge : {0.0, 50.0}) {
    Swarm swarm({.agents = 3000, .start_box = edge});
    Memory m(3000);
    expect_ok(swarm.start(m.frame()));
    const double half = (edge > 0 ? edge : start_box_for(3000)) / 2;
    EXPECT_DOUBLE_EQ(swarm.start_box(), 2 * half);
    double furthest = 0;
    for (std::size_t i = 0; i < 3000; ++i) {
      const V3 p = at(m.position, i) - V3{0, 0, 100}, v = at(m.velocity, i);
      for (const double c : {p.x, p.y, p.z}) furthest = std::max(furthest, std::abs(c));
      for (const double c : {v.x, v.y, v.z}) EXPECT_LE(std::abs(c), 1);
    }
    EXPECT_LE(furthest, half * (1 + 1e-6));
    EXPECT_GT(furthest, half * 0.99);
  }
}

TEST(Motion, frames_of_the_caller_give_the_same_bits_as_private_ones) {
  Swarm in_slots({.agents = 300}), alone({.agents = 300});
  std::vector<Memory> slots(5, Memory(300));
  expect_ok(in_slots.start(slots[0].frame()));
  expect_ok(alone.start());
  for (std::size_t k = 0; k < 50; ++k) {
    expect_ok(in_slots.step(slots[k % 5].view(), slots[(k + 1) % 5].frame()));
    expect_ok(alone.step());
  }
  const auto& last = slots[50 % 5];
  EXPECT_TRUE(std::ranges::equal(last.position, alone.state().position));
  EXPECT_TRUE(std::ranges::equal(last.velocity, alone.state().velocity));
}

TEST(Motion, a_step_fills_every_element_and_leaves_the_previous_frame_alone) {
  Swarm swarm({.agents = 257});
  Memory before(257), after(257);
  expect_ok(swarm.start(before.frame()));
  const Memory copy = before;
  expect_ok(swarm.step(before.view(), after.frame()));
  EXPECT_EQ(before.position, copy.position);
  EXPECT_EQ(before.velocity, copy.velocity);
  for (const auto* field : {&after.position, &after.velocity, &after.mass, &after.max_speed, &after.attractor_position,
                            &after.attractor_remaining, &after.repulsor_position, &after.repulsor_remaining}) {
    EXPECT_EQ(std::ranges::count(*field, Memory::kUntouched), 0);
  }
  for (std::uint32_t i = 0; i < 257; ++i) EXPECT_EQ(after.id[i], i);
  EXPECT_TRUE(std::ranges::equal(after.mass, swarm.masses()));
  EXPECT_TRUE(std::ranges::equal(after.max_speed, swarm.max_speeds()));
}

TEST(Motion, frames_that_do_not_fit_are_refused) {
  Swarm swarm({.agents = 10});
  Memory right(10), wrong(9), next(10);
  expect_refused(swarm.start(wrong.frame()), "needs 30");
  expect_ok(swarm.start(right.frame()));
  expect_refused(swarm.step(wrong.view(), next.frame()), "previous position");
  expect_refused(swarm.step(right.view(), wrong.frame()), "needs 30");
  Frame odd = next.frame();
  odd.repulsor_remaining = odd.repulsor_remaining.first(3);
  expect_refused(swarm.step(right.view(), odd), "repulsor_remaining");
  expect_refused(swarm.step(right.view(), right.frame()), "overlap");
  expect_refused(Swarm({.agents = 10}).step(), "start()");
  EXPECT_EQ(swarm.step_count(), 0u);
}

TEST(Motion, an_agent_that_is_not_finite_stays_as_it_is_and_disturbs_nobody) {
  Swarm with({.agents = 100}), without({.agents = 100});
  Memory broken = scattered(100, 100, 1), away = broken, a(100), b(100);
  broken.position[3 * 40] = kNan;
  for (std::size_t c = 0; c < 3; ++c) away.position[3 * 40 + c] = 9e5f;
  expect_ok(with.step(broken.view(), a.frame()));
  expect_ok(without.step(away.view(), b.frame()));
  for (std::size_t k = 0; k < 300; ++k) {
    if (k / 3 != 40) {
      EXPECT_EQ(a.position[k], b.position[k]);
    }
  }
  EXPECT_TRUE(std::isnan(a.position[3 * 40]));
  EXPECT_EQ(a.position[3 * 40 + 1], broken.position[3 * 40 + 1]);
  for (std::size_t c = 0; c < 3; ++c) EXPECT_EQ(a.velocity[3 * 40 + c], broken.velocity[3 * 40 + c]);
}

TEST(Motion, the_farthest_agents_stay_finite) {
  Swarm swarm({.agents = 8});
  Memory m = scattered(8, 10, 1), next(8);
  const float most = std::numeric_limits<float>::max();
  for (std::size_t i = 0; i < 6; ++i) m.position[3 * i + i % 3] = i < 3 ? most : -most;
  m.velocity[3 * 7] = most;
  for (int k = 0; k < 20; ++k) {
    expect_ok(swarm.step(m.view(), next.frame()));
    std::swap(m, next);
  }
  for (const float v : m.position) EXPECT_TRUE(std::isfinite(v));
  for (std::size_t i = 0; i < 8; ++i) EXPECT_LE(at(m.velocity, i).length(), swarm.max_speeds()[i] * 1.000001);
}

// The initial values the scaling recommends hold big flocks together, without a clump.
TEST(Motion, scaled_flocks_keep_their_neighbourhoods_bounded) {
  Swarm swarm({.agents = 1500});
  expect_ok(swarm.set("centre_radius", centre_radius_for(1500)));
  expect_ok(swarm.start());
  for (int k = 0; k < 900; ++k) {
    expect_ok(swarm.step());
    const double mean = static_cast<double>(swarm.stats().neighbours) / 1500;
    ASSERT_GT(mean, 5) << "step " << k;
    ASSERT_LT(mean, 50) << "step " << k;
  }
}

}  // namespace
}  // namespace swarm::test
