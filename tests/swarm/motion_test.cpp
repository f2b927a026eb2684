#include <algorithm>
#include <stdexcept>

#include "noise.hpp"
#include "support.hpp"

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

TEST(Motion, a_step_with_default_parameters_is_the_model) {
  Swarm swarm({.agents = 300});
  Memory start(300);
  expect_ok(swarm.start(start.frame()));
  expect_step_as_reference(swarm, start);
  expect_step_as_reference(swarm, scattered(300, 150, 6));
}

TEST(Motion, the_centre_pull_grows_with_the_excess_distance) {
  Swarm swarm({.agents = 50});
  expect_ok(swarm.set(Parameter::centre_strength, 0.01));
  expect_ok(swarm.set(Parameter::centre_radius, 300));
  expect_ok(swarm.set(Parameter::centre_x, -50));
  expect_step_as_reference(swarm, scattered(50, 400, 1));
}

TEST(Motion, nothing_pulls_within_the_centre_radius) {
  Swarm swarm({.agents = 1});
  Memory before(1), after(1);
  before.position = {0, 0, 199};
  before.velocity = {0, 0, 0};
  expect_ok(swarm.step(before.view(), after.frame()));
  EXPECT_EQ(after.velocity, (std::vector<float>{0, 0, 0}));
  before.position = {0, 0, 300};
  expect_ok(swarm.step(before.view(), after.frame()));
  EXPECT_NEAR(after.velocity[2], -0.1 / swarm.masses()[0], 1e-7);
}

TEST(Motion, sources_act_as_strength_over_distance_beyond_their_minimum) {
  Swarm swarm({.agents = 100});
  const double attractor[] = {50, 0, 0, 10}, repulsor[] = {-20, 30, 40, 10};
  expect_ok(swarm.command("attract", attractor));
  expect_ok(swarm.command("repel", repulsor));
  expect_ok(swarm.set("attractor_strength", 30));
  expect_ok(swarm.set("attractor_minimum", 60));
  expect_ok(swarm.set("repulsor_minimum", 40));
  expect_step_as_reference(swarm, scattered(100, 120, 1));
}

TEST(Motion, wind_is_signed_noise_of_each_coordinate) {
  Swarm swarm({.agents = 100});
  expect_ok(swarm.set("wind_amount", 0.8));
  expect_step_as_reference(swarm, scattered(100, 2000, 1));
}

TEST(Motion, a_heavier_agent_accelerates_less) {
  Swarm swarm({.agents = 200, .seed = 3});
  Memory before(200), after(200);
  for (std::size_t i = 0; i < 200; ++i) {
    before.position[3 * i] = 1000 * static_cast<float>(i + 1);  // nobody is anybody's neighbour
    before.position[3 * i + 1] = before.position[3 * i + 2] = 0;
  }
  std::ranges::fill(before.velocity, 0.0f);
  expect_ok(swarm.set("centre_strength", 0.00001));
  expect_ok(swarm.step(before.view(), after.frame()));
  for (std::size_t i = 0; i < 200; ++i) {
    const double force = std::hypot(before.position[3 * i], 100) - 100;
    EXPECT_NEAR(at(after.velocity, i).length() * swarm.masses()[i], force * 1e-5, 1e-6 * force);
  }
}

TEST(Motion, speed_never_exceeds_the_agents_maximum) {
  Swarm swarm({.agents = 400, .seed = 5});
  for (const char* name : {"separation", "alignment", "cohesion"}) expect_ok(swarm.set(name, 0.1));
  expect_ok(swarm.start());
  std::size_t clamped = 0;
  for (int step = 0; step < 200; ++step) {
    expect_ok(swarm.step());
    for (std::size_t i = 0; i < 400; ++i) {
      const double speed = at(swarm.state().velocity, i).length(), most = swarm.max_speeds()[i];
      ASSERT_LE(speed, most * (1 + 1e-6));
      clamped += speed > most * (1 - 1e-6);
    }
  }
  EXPECT_GT(clamped, 1000u);
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

TEST(Motion, the_same_seed_gives_the_same_bits) {
  const auto run = [](std::uint64_t seed) {
    Swarm swarm({.agents = 500, .seed = seed});
    expect_ok(swarm.set("automatic", 1));
    expect_ok(swarm.set("wind_amount", 0.1));
    expect_ok(swarm.start());
    for (int k = 0; k < 300; ++k) expect_ok(swarm.step());
    return std::vector<float>(swarm.state().position.begin(), swarm.state().position.end());
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST(Motion, starting_again_repeats_the_run) {
  Swarm swarm({.agents = 200});
  expect_ok(swarm.set("automatic", 1));
  const auto run = [&swarm] {
    expect_ok(swarm.start());
    for (int k = 0; k < 400; ++k) expect_ok(swarm.step());
    return std::vector<float>(swarm.state().position.begin(), swarm.state().position.end());
  };
  const auto first = run();
  EXPECT_EQ(run(), first);
  EXPECT_EQ(swarm.step_count(), 400u);
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

TEST(Motion, fields_that_are_not_given_are_not_needed) {
  Swarm swarm({.agents = 10});
  Memory before(10), after(10);
  Frame frame;
  frame.position = before.position;
  frame.velocity = before.velocity;
  expect_ok(swarm.start(frame));
  frame.position = after.position;
  frame.velocity = after.velocity;
  expect_ok(swarm.step(before.view(), frame));
}

TEST(Motion, frames_of_the_wrong_size_are_refused) {
  Swarm swarm({.agents = 10});
  Memory right(10), wrong(9), next(10);
  expect_refused(swarm.start(wrong.frame()), "needs 30");
  expect_ok(swarm.start(right.frame()));
  expect_refused(swarm.step(wrong.view(), next.frame()), "previous position");
  expect_refused(swarm.step(right.view(), wrong.frame()), "needs 30");
  Frame odd = next.frame();
  odd.repulsor_remaining = odd.repulsor_remaining.first(3);
  expect_refused(swarm.step(right.view(), odd), "repulsor_remaining");
  EXPECT_EQ(swarm.step_count(), 0u);
}

TEST(Motion, a_step_into_its_own_previous_frame_is_refused) {
  Swarm swarm({.agents = 10});
  Memory frame(10);
  expect_ok(swarm.start(frame.frame()));
  expect_refused(swarm.step(frame.view(), frame.frame()), "overlap");
}

TEST(Motion, a_private_step_before_the_start_is_refused) {
  Swarm swarm({.agents = 10});
  expect_refused(swarm.step(), "start()");
}

TEST(Motion, options_out_of_range_are_refused) {
  expect_refused(Swarm::check({.agents = kMaxAgents + 1}), "agents must be at most");
  expect_refused(Swarm::check({.steps_per_second = 0}), "steps_per_second");
  expect_refused(Swarm::check({.start_box = -1}), "start_box");
  expect_refused(Swarm::check({.start_box = std::nan("")}), "start_box");
  EXPECT_THROW(Swarm({.steps_per_second = -1}), std::invalid_argument);
}

TEST(Motion, no_one_and_two_agents_run) {
  for (const std::uint32_t agents : {0u, 1u, 2u}) {
    Swarm swarm({.agents = agents});
    expect_ok(swarm.start());
    for (int k = 0; k < 100; ++k) expect_ok(swarm.step());
    EXPECT_EQ(swarm.state().position.size(), 3 * agents);
    EXPECT_EQ(swarm.step_count(), 100u);
  }
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

TEST(Motion, stronger_alignment_raises_the_polarisation) {
  Swarm swarm({.agents = 1500});
  expect_ok(swarm.set("centre_radius", centre_radius_for(1500)));
  expect_ok(swarm.start());
  const auto polarisation = [&swarm] {
    V3 sum;
    for (std::size_t i = 0; i < 1500; ++i) sum = sum + at(swarm.state().velocity, i).unit();
    return sum.length() / 1500;
  };
  for (int k = 0; k < 300; ++k) expect_ok(swarm.step());
  const double before = polarisation();
  expect_ok(swarm.set("alignment", 0.05));
  for (int k = 0; k < 180; ++k) expect_ok(swarm.step());
  EXPECT_GT(polarisation(), before + 0.1);
}

}  // namespace
}  // namespace swarm::test
