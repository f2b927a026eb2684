#include <algorithm>

#include "model_support.hpp"

namespace swarm::test {
namespace {

Outcome send(Swarm& swarm, std::string_view name, std::vector<double> arguments = {}) {
  return swarm.command(name, arguments);
}

Swarm started(std::uint32_t agents = 20) {
  Swarm swarm({.agents = agents});
  expect_ok(swarm.start());
  return swarm;
}

TEST(Parameters, have_the_origins_defaults_and_ranges) {
  struct Row {
    const char* name;
    double fallback, minimum, maximum;
  };
  const std::vector<Row> origin{
      {"separation", .001, 1e-5, .1},     {"alignment", .001, 1e-5, .1},      {"cohesion", .001, 1e-5, .1},
      {"neighbourhood", 100, 10, 500},    {"low_threshold", .4, 0, 1},        {"high_threshold", .76, 0, 1},
      {"centre_strength", .001, 0, .01},  {"centre_radius", 100, 10, 10000},  {"attractor_strength", 10, 0, 1000},
      {"attractor_minimum", 10, 0, 1000}, {"repulsor_strength", 10, 0, 1000}, {"repulsor_minimum", 10, 0, 1000},
      {"wind_amount", 0, 0, 1},           {"wind_scale", .001, 0, .001}};
  for (const Row& row : origin) {
    const auto p = find_parameter(row.name);
    ASSERT_TRUE(p) << row.name;
    const auto& info = parameter_table()[static_cast<std::size_t>(*p)];
    EXPECT_EQ(info.fallback, row.fallback) << row.name;
    EXPECT_EQ(info.minimum, row.minimum) << row.name;
    EXPECT_EQ(info.maximum, row.maximum) << row.name;
    EXPECT_EQ(Parameters()[*p], row.fallback) << row.name;
  }
  const Parameters defaults;
  EXPECT_EQ(defaults[Parameter::centre_x], 0);
  EXPECT_EQ(defaults[Parameter::centre_y], 0);
  EXPECT_EQ(defaults[Parameter::centre_z], 100);
  EXPECT_FALSE(defaults.flag(Parameter::automatic));
}

TEST(Commands, place_shows_the_agent_there_in_the_next_frame) {
  Swarm swarm = started();
  Swarm other = started();
  expect_ok(send(swarm, "place", {7, 1, 1, 1}));
  expect_ok(send(swarm, "place", {7, 1, -2, 3.5}));  // the last one holds
  run(swarm, 1);
  run(other, 1);
  for (std::size_t i = 0; i < 20; ++i) {
    const V3 want = i == 7 ? V3{1, -2, 3.5} : at(other.state().position, i);
    expect_near(at(swarm.state().position, i), want, 0, i);
  }
  run(swarm, 1);
  expect_near(at(swarm.state().position, 7), V3{1, -2, 3.5} + at(swarm.state().velocity, 7), 1e-6, 7);
}

TEST(Commands, wrong_arguments_are_refused_with_the_usage) {
  Swarm swarm = started();
  expect_refused(send(swarm, "place", {7, 1, 1}), "place id x y z");
  expect_refused(send(swarm, "place", {20, 1, 1, 1}), "which is 19");
  expect_refused(send(swarm, "place", {-1, 1, 1, 1}), "id must be");
  expect_refused(send(swarm, "place", {0.5, 1, 1, 1}), "whole number");
  expect_refused(send(swarm, "place", {0, std::nan(""), 1, 1}), "x must be a finite number");
  expect_refused(send(swarm, "place", {0, 1, 2e6, 1}), "between -1e6 and 1e6");
  expect_refused(send(swarm, "attract", {0, 0, 0, 0}), "seconds");
  expect_refused(send(swarm, "attract", {0, 0, 0, 4000}), "3600");
  expect_refused(send(swarm, "repel", {0, 0, -2e6, 1}), "between -1e6 and 1e6");
  expect_refused(send(swarm, "pause", {1}), "0 numbers, not 1");
  expect_refused(send(swarm, "stop"), "there is no command 'stop'; there are attract");
  expect_refused(swarm.trigger("explode"), "there is no trigger 'explode'; there are add_attractor");
  EXPECT_TRUE(swarm.attractors().empty() && swarm.repulsors().empty() && !swarm.paused());
}

TEST(Commands, every_command_and_trigger_of_the_tables_exists) {
  Swarm swarm = started();
  for (const auto& t : trigger_table()) expect_ok(swarm.trigger(t.name));
  for (const auto& c : command_table()) {
    const std::vector<double> ones(c.arguments.size(), 1.0);
    if (c.name == "step") expect_ok(send(swarm, "pause"));
    expect_ok(swarm.command(c.name, ones));
  }
}

TEST(Commands, pause_stands_still_and_resume_goes_on_where_it_was) {
  Swarm swarm = started(), other = started();
  expect_ok(swarm.trigger("add_attractor"));
  expect_ok(other.trigger("add_attractor"));
  run(swarm, 5);
  run(other, 10);
  expect_ok(send(swarm, "pause"));
  EXPECT_TRUE(swarm.paused());
  const std::vector<float> held(swarm.state().position.begin(), swarm.state().position.end());
  run(swarm, 700);
  EXPECT_TRUE(std::ranges::equal(held, swarm.state().position));
  EXPECT_EQ(swarm.step_count(), 5u);
  EXPECT_EQ(swarm.attractors().size(), 1u) << "time stands still for attractors, too";
  expect_ok(send(swarm, "resume"));
  run(swarm, 5);
  EXPECT_TRUE(std::ranges::equal(other.state().position, swarm.state().position));
}

TEST(Sources, triggered_ones_live_ten_seconds_at_the_given_rate) {
  for (const double rate : {60.0, 30.0}) {
    Swarm swarm({.agents = 5, .steps_per_second = rate});
    expect_ok(swarm.start());
    expect_ok(swarm.trigger("add_attractor"));
    expect_ok(swarm.trigger("add_repulsor"));
    run(swarm, static_cast<int>(10 * rate) - 1);
    EXPECT_EQ(swarm.attractors().size(), 1u);
    EXPECT_EQ(swarm.repulsors().size(), 1u);
    run(swarm, 1);
    EXPECT_TRUE(swarm.attractors().empty());
    EXPECT_TRUE(swarm.repulsors().empty());
  }
}

TEST(Sources, commanded_ones_live_as_long_as_told) {
  Swarm swarm = started();
  expect_ok(send(swarm, "attract", {1, 2, 3, 0.5}));
  expect_ok(send(swarm, "repel", {1, 2, 3, 2}));
  run(swarm, 30);
  EXPECT_TRUE(swarm.attractors().empty());
  EXPECT_EQ(swarm.repulsors().size(), 1u);
  run(swarm, 90);
  EXPECT_TRUE(swarm.repulsors().empty());
}

TEST(Sources, frames_show_positions_and_remaining_seconds) {
  Swarm swarm({.agents = 5});
  Memory a(5), b(5);
  expect_ok(swarm.start(a.frame()));
  expect_ok(send(swarm, "attract", {1, 2, 3, 1}));
  expect_ok(send(swarm, "attract", {4, 5, 6, 2}));
  for (int k = 0; k < 30; ++k) {
    expect_ok(swarm.step(a.view(), b.frame()));
    std::swap(a, b);
  }
  const std::vector<float> position(a.attractor_position.begin(), a.attractor_position.begin() + 6);
  EXPECT_EQ(position, (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_FLOAT_EQ(a.attractor_remaining[0], 0.5f);
  EXPECT_FLOAT_EQ(a.attractor_remaining[1], 1.5f);
  EXPECT_EQ(std::ranges::count(a.attractor_remaining, 0.0f), static_cast<std::ptrdiff_t>(kSourceCapacity - 2));
  EXPECT_EQ(std::ranges::count(a.repulsor_remaining, 0.0f), static_cast<std::ptrdiff_t>(kSourceCapacity));
}

TEST(Sources, random_ones_fill_the_ball_uniformly) {
  Swarm swarm = started(0);
  std::vector<double> radii;
  for (int k = 0; k < 100; ++k) {
    expect_ok(swarm.trigger("clear_repulsors"));
    for (std::size_t s = 0; s < kSourceCapacity; ++s) expect_ok(swarm.trigger("add_repulsor"));
    for (const Source& s : swarm.repulsors()) radii.push_back(V3{s.x, s.y, s.z}.length());
  }
  EXPECT_LE(*std::ranges::max_element(radii), kSourceBall);
  // Within half the radius lies an eighth of the volume; 3200 draws have a standard deviation of 0.006.
  const auto inner = std::ranges::count_if(radii, [](double r) { return r < kSourceBall / 2; });
  EXPECT_NEAR(static_cast<double>(inner) / 3200, 0.125, 0.03);
}

TEST(Sources, beyond_the_capacity_are_refused_until_cleared) {
  Swarm swarm = started();
  for (std::size_t k = 0; k < kSourceCapacity; ++k) expect_ok(swarm.trigger("add_attractor"));
  expect_refused(swarm.trigger("add_attractor"), "clear_attractors");
  expect_refused(send(swarm, "attract", {0, 0, 0, 1}), "clear_attractors");
  expect_ok(swarm.trigger("add_repulsor"));
  expect_ok(swarm.trigger("clear_attractors"));
  EXPECT_TRUE(swarm.attractors().empty());
  EXPECT_EQ(swarm.repulsors().size(), 1u);
  expect_ok(swarm.trigger("add_attractor"));
}

TEST(Automatic, adds_one_of_each_at_once_and_then_every_three_to_twenty_seconds) {
  Swarm swarm({.agents = 0, .steps_per_second = 10});
  expect_ok(swarm.start());
  run(swarm, 100);
  EXPECT_TRUE(swarm.attractors().empty());
  expect_ok(swarm.set("automatic", 1));
  std::vector<std::uint64_t> births;
  std::uint64_t newest = 0;
  for (int k = 0; k < 20000; ++k) {
    expect_ok(swarm.step());
    ASSERT_EQ(swarm.attractors().size(), swarm.repulsors().size());
    if (swarm.attractors().empty() || swarm.attractors().back().expires == newest) continue;
    newest = swarm.attractors().back().expires;
    births.push_back(newest - 100);
  }
  ASSERT_GT(births.size(), 100u);
  EXPECT_EQ(births[0], 100u);
  std::uint64_t shortest = 1000, longest = 0;
  for (std::size_t k = 1; k < births.size(); ++k) {
    shortest = std::min(shortest, births[k] - births[k - 1]);
    longest = std::max(longest, births[k] - births[k - 1]);
  }
  EXPECT_GE(shortest, 30u);
  EXPECT_LE(longest, 200u);
  EXPECT_LT(shortest, 45u) << "the whole interval is used";
  EXPECT_GT(longest, 185u) << "the whole interval is used";
}

TEST(Automatic, adds_nothing_once_switched_off) {
  Swarm swarm = started(0);
  expect_ok(swarm.set("automatic", 1));
  run(swarm, 1);
  expect_ok(swarm.set("automatic", 0));
  run(swarm, 3000);
  EXPECT_TRUE(swarm.attractors().empty());
}

}  // namespace
}  // namespace swarm::test
