// Each model's step against its rules written down plainly, and what all models promise.
#include <chrono>
#include <set>
#include <stdexcept>

#include "model_support.hpp"
#include "workers.hpp"

namespace swarm::test {
namespace {

#if defined(__SANITIZE_THREAD__)
constexpr bool kSeesThreads = false;  // oneTBB is not built with the sanitizer, which then misses its order of events
#else
constexpr bool kSeesThreads = true;
#endif

constexpr std::uint64_t kSeed = 11;

struct Place {
  Boundary boundary;
  double box;
};

// Open, and boxes of many, three, two and less than one cell for a reach of 1.
std::vector<Place> places() {
  std::vector<Place> all{{Boundary::open, 0}};
  for (const Boundary b : {Boundary::periodic, Boundary::walled}) {
    for (const double box : {7.3, 3.1, 2.5, 1.7, 0.8}) all.push_back({b, box});
  }
  return all;
}

std::string text_of(const Place& p) { return std::string(name_of(p.boundary)) + " " + std::to_string(p.box); }

// A step of every agent is what `rule(world, agent)` says.
template <class Rule>
void expect_step_by_rule(const char* model, const Place& place, double reach, const Settings& settings, Rule&& rule) {
  const double box = place.box * reach;
  Swarm swarm({.agents = 150, .seed = kSeed, .model = model, .boundary = place.boundary, .box = box});
  SCOPED_TRACE(std::string(model) + ", " + text_of(place));
  set_all(swarm, settings);
  const std::size_t d = swarm.dimensions();
  const bool is_open = place.boundary == Boundary::open;
  const auto edge = static_cast<float>(is_open ? 4 * reach : box);
  const double speed = swarm.parameters().find("speed") ? value_of(swarm, "speed") : 3;
  const State before = scattered_state(150, d, is_open ? -edge : 0, edge, speed, 21);
  State after(150, d);
  expect_ok(swarm.step(before.view(), after.frame()));
  const World world{swarm, before};
  for (std::size_t i = 0; i < 150; ++i) {
    const Move move = rule(world, i);
    V3 v = move.velocity, p = world.position(i) + move.displacement;
    meet_border(swarm, p.x, v.x);
    meet_border(swarm, p.y, v.y);
    if (d == 3) meet_border(swarm, p.z, v.z);
    expect_near(at(after.velocity, i, d), v, 2e-5 * speed, i);
    const V3 off = at(after.position, i, d) - p;
    expect_near({world.shortest(off.x), world.shortest(off.y), world.shortest(off.z)}, {}, 2e-5 * reach, i);
  }
}

TEST(Models, a_step_of_vicsek_is_the_papers) {
  for (const Place& place : places()) {
    for (const double kind : {0.0, 1.0}) {
      expect_step_by_rule("vicsek", place, 1, {{"noise", 0.7}, {"noise_kind", kind}, {"speed", 0.1}},
                          [](const World& w, std::size_t i) { return w.vicsek(i, kSeed, 0); });
    }
  }
}

TEST(Models, a_step_of_reynolds_is_that_of_the_comparison_of_frameworks) {
  const Settings strong{{"separation", 4}, {"separate", 0.5}, {"match", 0.9}, {"cohere", 0.2}};
  for (const Place& place : places()) {
    for (const Settings& settings : {Settings{}, strong})
      expect_step_by_rule("reynolds", place, 5, settings, [](const World& w, std::size_t i) { return w.reynolds(i); });
  }
}

TEST(Models, a_step_of_couzin_is_the_papers) {
  for (const Place& place : places()) {
    for (const Settings& zones : {Settings{{"repulsion_radius", 0.2}, {"delta_ro", 0.5}, {"delta_ra", 2}},
                                  Settings{{"delta_ro", 0}, {"delta_ra", 1}, {"turning_rate", 3600}},
                                  Settings{{"repulsion_radius", 0.1}, {"delta_ra", 0}, {"blind_angle", 0}}}) {
      Settings settings = zones;
      settings.emplace_back("sigma", 0);
      expect_step_by_rule("couzin", place, 3, settings, [](const World& w, std::size_t i) { return w.couzin(i); });
    }
  }
}

TEST(Models, a_step_of_topological_minds_the_nearest_alone) {
  for (const Place& place : places()) {
    for (const double k : {0.0, 1.0, 7.0, 64.0}) {
      expect_step_by_rule("topological", place, 2, {{"neighbours", k}, {"noise", 0}},
                          [](const World& w, std::size_t i) { return w.topological(i); });
    }
  }
}

TEST(Models, a_step_of_zones_takes_the_shortest_way_and_mirrors_at_walls) {
  const Zones zones{.alignment = 0.05, .cohesion = 0.02};
  const Settings settings{{"centre_radius", 10000}, {"alignment", 0.05}, {"cohesion", 0.02}};
  for (const Place& place : places())
    expect_step_by_rule("zones", place, 100, settings,
                        [&](const World& w, std::size_t i) { return w.zones(i, zones); });
}

// What all models promise: each test runs for each of them.
class EachModel : public testing::TestWithParam<const ModelInfo*> {
 protected:
  Options with(std::uint32_t agents) const { return {.agents = agents, .model = std::string(model.name)}; }

  const ModelInfo& model = *GetParam();
  const std::size_t d = model.dimensions;
};
// Zones, the first, has bodies: motion_test.cpp tests the same for it.
class EachModelWithoutBodies : public EachModel {};

std::string name_of_case(const testing::TestParamInfo<const ModelInfo*>& info) { return std::string(info.param->name); }
INSTANTIATE_TEST_SUITE_P(Models, EachModel, testing::ValuesIn(models().begin(), models().end()), name_of_case);
INSTANTIATE_TEST_SUITE_P(Models, EachModelWithoutBodies, testing::ValuesIn(models().begin() + 1, models().end()),
                         name_of_case);

std::vector<float> positions_of(const Swarm& swarm) {
  return {swarm.state().position.begin(), swarm.state().position.end()};
}

TEST_P(EachModel, agents_stay_in_their_box) {
  for (const Boundary boundary : {Boundary::periodic, Boundary::walled}) {
    Options options = with(200);
    options.boundary = boundary;
    Swarm swarm(options);
    expect_ok(swarm.start());
    EXPECT_GT(swarm.box(), 0);
    for (int k = 0; k < 300; ++k) {
      for (const float x : swarm.state().position)
        ASSERT_TRUE(x >= 0 && (boundary == Boundary::walled ? x <= static_cast<float>(swarm.box()) : x < swarm.box()))
            << x;
      run(swarm, 1);
    }
  }
}

TEST_P(EachModel, the_same_seed_gives_the_same_bits_and_another_does_not) {
  const auto after = [this](std::uint64_t seed) {
    Options options = with(300);
    options.seed = seed;
    return state_after(options, 250);
  };
  EXPECT_EQ(after(7), after(7));
  EXPECT_NE(after(7), after(8));
}

TEST_P(EachModel, the_number_of_threads_changes_no_bit) {
  if (!kSeesThreads) GTEST_SKIP() << "the thread sanitizer does not see how oneTBB orders events";
  if (!Workers::are_available()) GTEST_SKIP() << "built without oneTBB";
  const auto after = [this](unsigned threads) {
    Options options = with(3000);
    options.threads = threads;
    return state_after(options, 30);
  };
  const auto alone = after(1);
  EXPECT_EQ(after(2), alone);
  EXPECT_EQ(after(5), alone);
}

std::uint64_t steady_ns() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1));
}

TEST_P(EachModel, a_clock_tells_how_long_the_phases_of_a_step_took) {
  Options options = with(3000);
  for (const Clock clock : {Clock{nullptr}, Clock{steady_ns}}) {
    options.clock = clock;
    Swarm swarm(options);
    expect_ok(swarm.start());
    const std::uint64_t begin = steady_ns();
    run(swarm, 1);
    const std::uint64_t elapsed = steady_ns() - begin;
    const StepStats& stats = swarm.stats();
    for (const std::uint64_t ns : {stats.sort_ns, stats.neighbours_ns, stats.rules_ns})
      EXPECT_EQ(ns > 0, clock != nullptr);
    EXPECT_LE(stats.sort_ns + stats.neighbours_ns + stats.rules_ns, elapsed);
  }
}

TEST_P(EachModel, starting_again_repeats_the_run) {
  Swarm swarm(with(100));
  if (model.has_bodies) expect_ok(swarm.set("automatic", 1));
  const auto positions_after_a_run = [&swarm] {
    expect_ok(swarm.start());
    run(swarm, 400);
    return positions_of(swarm);
  };
  const auto first = positions_after_a_run();
  EXPECT_EQ(positions_after_a_run(), first);
  EXPECT_EQ(swarm.step_count(), 400u);
}

TEST_P(EachModel, a_step_fills_every_element) {
  Swarm swarm(with(257));
  State before(257, d), after(257, d);
  expect_ok(swarm.start(before.frame()));
  std::ranges::fill(after.position, Memory::kUntouched);
  std::ranges::fill(after.velocity, Memory::kUntouched);
  expect_ok(swarm.step(before.view(), after.frame()));
  EXPECT_EQ(std::ranges::count(after.position, Memory::kUntouched), 0);
  EXPECT_EQ(std::ranges::count(after.velocity, Memory::kUntouched), 0);
}

TEST_P(EachModelWithoutBodies, an_agent_that_is_not_finite_stays_as_it_is_and_disturbs_nobody) {
  Swarm swarm(with(60));
  State before(60, d), after(60, d);
  expect_ok(swarm.start(before.frame()));
  before.position[d * 40] = std::numeric_limits<float>::quiet_NaN();
  expect_ok(swarm.step(before.view(), after.frame()));
  for (std::size_t k = 0; k < d * 60; ++k) EXPECT_TRUE(k / d == 40 || std::isfinite(after.position[k])) << k;
  EXPECT_TRUE(std::isnan(after.position[d * 40]));
  EXPECT_EQ(after.velocity[d * 40], before.velocity[d * 40]);
}

TEST_P(EachModel, no_one_and_two_agents_run) {
  for (const std::uint32_t agents : {0u, 1u, 2u}) {
    Swarm swarm(with(agents));
    expect_ok(swarm.start());
    run(swarm, 100);
    EXPECT_EQ(swarm.state().position.size(), d * agents);
    for (const float x : swarm.state().position) EXPECT_TRUE(std::isfinite(x));
  }
}

TEST_P(EachModel, is_described_completely_and_its_parameters_named_once) {
  EXPECT_EQ(find_model(model.name), &model);
  EXPECT_FALSE(model.help.empty() || model.velocity_unit.empty());
  std::set<std::string_view> names;
  for (const auto& p : model.parameters) {
    EXPECT_TRUE(names.insert(p.name).second) << p.name;
    EXPECT_FALSE(p.group.empty() || p.help.empty()) << p.name;
    EXPECT_TRUE(p.minimum <= p.fallback && p.fallback <= p.maximum) << p.name;
  }
}

TEST_P(EachModel, parameters_take_their_whole_range_and_refuse_beyond) {
  Swarm swarm(with(2));
  for (const auto& p : model.parameters) {
    expect_ok(swarm.set(p.name, p.minimum));
    expect_ok(swarm.set(p.name, p.maximum));
    expect_refused(swarm.set(p.name, p.maximum + 1), std::string(p.name));
    expect_refused(swarm.set(p.name, p.minimum - 1), std::string(p.name));
    expect_refused(swarm.set(p.name, std::nan("")), "finite");
    EXPECT_EQ(swarm.parameters()[p.id], p.maximum) << "a refused value changes nothing";
  }
  expect_refused(swarm.set("colour", 1),
                 "there is no parameter 'colour'; there are " + std::string(model.parameters[0].name));
}

TEST_P(EachModelWithoutBodies, every_parameter_changes_the_next_step) {
  const std::set<std::string_view> idle{"noise_kind", "separation", "separate", "separation_distance"};
  for (const auto& p : model.parameters) {
    if (idle.contains(p.name)) continue;  // these need a state of their own; the rules' tests have it
    const auto after = [&](double value) {
      Swarm swarm(with(100));
      expect_ok(swarm.start());
      expect_ok(swarm.set(p.name, value));
      run(swarm, 2);
      return positions_of(swarm);
    };
    EXPECT_NE(after(p.fallback), after(p.minimum)) << p.name;
  }
}

TEST_P(EachModel, places_pauses_and_steps) {
  Swarm swarm(with(20));
  expect_ok(swarm.start());
  const auto place = [&](std::vector<double> arguments) { return swarm.command("place", arguments); };
  const auto expect_at = [&](std::size_t agent, float x, float y) {
    EXPECT_EQ(swarm.state().position[agent * d], x);
    EXPECT_EQ(swarm.state().position[agent * d + 1], y);
  };
  expect_ok(d == 2 ? place({7, 0.5, 0.25}) : place({7, 0.5, 0.25, 0.75}));
  expect_refused(place({7, 0.5}), d == 2 ? "place id x y'" : "place id x y z'");
  run(swarm, 1);
  expect_at(7, 0.5f, 0.25f);
  expect_refused(swarm.command("step", {}), "pause");
  expect_ok(swarm.command("pause", {}));
  const auto held = positions_of(swarm);
  run(swarm, 3);
  EXPECT_EQ(positions_of(swarm), held);
  expect_ok(swarm.command("step", {}));
  expect_ok(swarm.command("step", {}));
  run(swarm, 10);
  EXPECT_EQ(swarm.step_count(), 3u);
  expect_ok(d == 2 ? place({3, 0.75, 0.5}) : place({3, 0.75, 0.5, 0.25}));
  run(swarm, 2);
  expect_at(3, 0.75f, 0.5f);
  EXPECT_TRUE(swarm.paused());
}

TEST(Models, have_names) { EXPECT_EQ(model_names(), "zones, vicsek, couzin, reynolds, topological"); }

TEST(Models, refusals_say_what_is_accepted) {
  Swarm zones({.agents = 1}), vicsek({.agents = 20, .model = "vicsek", .box = 5}),
      topological({.agents = 2, .model = "topological"});
  const double outside[] = {7, 5.5, 0.25};
  expect_refused(zones.set("alignment", 3), "between 1e-05 and 0.1, not 3");
  expect_refused(zones.set("automatic", 0.5), "0 or 1");
  expect_refused(topological.set("neighbours", 6.5), "whole number");
  expect_refused(vicsek.command("place", outside), "within the box");
  expect_refused(vicsek.trigger("add_attractor"), "there are none");
  expect_refused(vicsek.command("attract", {}), "there are place");
}

TEST(Models, frames_have_no_bodies_where_the_model_has_none) {
  Swarm swarm({.agents = 10, .model = "reynolds"});
  EXPECT_TRUE(swarm.masses().empty() && swarm.max_speeds().empty() && swarm.attractors().empty());
  State state(10, 2);
  std::vector<float> mass(10);
  Frame frame = state.frame();
  frame.mass = mass;
  expect_refused(swarm.start(frame), "mass");
}

TEST(Models, options_out_of_range_or_that_fit_no_model_are_refused) {
  expect_refused(Swarm::check({.agents = kMaxAgents + 1}), "agents must be at most");
  expect_refused(Swarm::check({.steps_per_second = 0}), "steps_per_second");
  expect_refused(Swarm::check({.start_box = -1}), "start_box");
  expect_refused(Swarm::check({.start_box = std::nan("")}), "start_box");
  expect_refused(Swarm::check({.model = "bees"}), "there is no model 'bees'; there are zones, vicsek");
  expect_refused(Swarm::check({.box = 5}), "open space has no box");
  expect_refused(Swarm::check({.model = "vicsek", .box = -1}), "box");
  expect_refused(Swarm::check({.model = "vicsek", .box = std::nan("")}), "box");
  expect_refused(Swarm::check({.threads = 0}), "threads must be between 1 and 256");
  EXPECT_THROW(Swarm({.model = "bees"}), std::invalid_argument);
}

TEST(Models, spaces_are_the_models_own_unless_said) {
  Swarm vicsek({.agents = 100, .model = "vicsek"}), reynolds({.agents = 200, .model = "reynolds"}),
      couzin({.model = "couzin"}), walled({.model = "couzin", .boundary = Boundary::walled, .box = 50});
  EXPECT_EQ(vicsek.boundary(), Boundary::periodic);
  EXPECT_EQ(vicsek.box(), 5);
  EXPECT_EQ(vicsek.dimensions(), 2u);
  EXPECT_EQ(reynolds.box(), 100);
  EXPECT_EQ(couzin.boundary(), Boundary::open);
  EXPECT_EQ(couzin.box(), 0);
  EXPECT_EQ(couzin.dimensions(), 3u);
  EXPECT_EQ(walled.box(), 50);
}

}  // namespace
}  // namespace swarm::test
