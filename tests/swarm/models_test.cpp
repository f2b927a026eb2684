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
  const State before = scattered_state(150, d, is_open ? -edge : 0, edge, value_of(swarm, "speed"), 21);
  State after(150, d);
  expect_ok(swarm.step(before.view(), after.frame()));
  const World world{swarm, before};
  for (std::size_t i = 0; i < 150; ++i) {
    const Move move = rule(world, i);
    V3 v = move.velocity, p = world.position(i) + move.displacement;
    meet_border(swarm, p.x, v.x);
    meet_border(swarm, p.y, v.y);
    if (d == 3) meet_border(swarm, p.z, v.z);
    expect_near(at(after.velocity, i, d), v, 2e-5 * value_of(swarm, "speed"), i);
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
  for (const Place& place : places()) {
    expect_step_by_rule("reynolds", place, 5, {}, [](const World& w, std::size_t i) { return w.reynolds(i); });
    expect_step_by_rule("reynolds", place, 5, {{"separation", 4}, {"separate", 0.5}, {"match", 0.9}, {"cohere", 0.2}},
                        [](const World& w, std::size_t i) { return w.reynolds(i); });
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

TEST(Models, zones_between_walls_is_zones_and_mirrors_at_them) {
  Swarm walled({.agents = 300, .boundary = Boundary::walled, .box = 400}), open({.agents = 300});
  Memory before(300), inside(300), outside(300);
  before.position = uniform(300, 1, 399, 31);
  before.velocity = uniform(300, -4, 4, 32);
  expect_ok(walled.step(before.view(), inside.frame()));
  expect_ok(open.step(before.view(), outside.frame()));
  std::size_t mirrored = 0;
  for (std::size_t k = 0; k < 900; ++k) {
    const float x = outside.position[k];
    const bool is_out = x < 0 || x > 400;
    mirrored += is_out;
    EXPECT_FLOAT_EQ(inside.position[k], x < 0 ? -x : x > 400 ? 800 - x : x);
    EXPECT_EQ(inside.velocity[k], is_out ? -outside.velocity[k] : outside.velocity[k]);
  }
  EXPECT_GT(mirrored, 0u);
}

TEST(Models, zones_in_a_periodic_box_takes_the_shortest_way) {
  for (const double box : {730.0, 310.0, 250.0, 170.0, 80.0}) {
    SCOPED_TRACE(box);
    Swarm swarm({.agents = 150, .boundary = Boundary::periodic, .box = box});
    set_all(swarm, {{"centre_radius", 10000}, {"alignment", 0.05}, {"cohesion", 0.02}});
    const State before = scattered_state(150, 3, 0, static_cast<float>(box), 3, 41);
    State after(150, 3);
    expect_ok(swarm.step(before.view(), after.frame()));
    const World world{swarm, before};
    const Zones zones{.alignment = 0.05, .cohesion = 0.02};
    for (std::size_t i = 0; i < 150; ++i) {
      V3 force;
      for (std::size_t j = 0; j < 150; ++j) {
        if (j != i) force = force + zones.force({}, world.way(i, j), world.velocity(j));
      }
      V3 v = world.velocity(i) + force * (1.0 / swarm.masses()[i]);
      if (v.length() > swarm.max_speeds()[i]) v = v.unit() * swarm.max_speeds()[i];
      expect_near(at(after.velocity, i), v, 3e-5, i);
      const V3 off = at(after.position, i) - world.position(i) - v;
      expect_near({world.shortest(off.x), world.shortest(off.y), world.shortest(off.z)}, {}, 2e-4, i);
    }
  }
}

TEST(Models, agents_stay_in_their_box) {
  for (const ModelInfo* model : models()) {
    for (const Boundary boundary : {Boundary::periodic, Boundary::walled}) {
      Swarm swarm({.agents = 200, .model = std::string(model->name), .boundary = boundary});
      expect_ok(swarm.start());
      EXPECT_GT(swarm.box(), 0);
      for (int k = 0; k < 300; ++k) {
        for (const float x : swarm.state().position) {
          ASSERT_TRUE(x >= 0 && (boundary == Boundary::walled ? x <= static_cast<float>(swarm.box()) : x < swarm.box()))
              << model->name << " " << x;
        }
        run(swarm, 1);
      }
    }
  }
}

TEST(Models, the_same_seed_gives_the_same_bits_and_another_does_not) {
  for (const ModelInfo* model : models()) {
    const auto after = [model](std::uint64_t seed) {
      return state_after({.agents = 300, .seed = seed, .model = std::string(model->name)}, 50);
    };
    EXPECT_EQ(after(7), after(7)) << model->name;
    EXPECT_NE(after(7), after(8)) << model->name;
  }
}

TEST(Models, the_number_of_threads_changes_no_bit) {
  if (!kSeesThreads) GTEST_SKIP() << "the thread sanitizer does not see how oneTBB orders events";
  if (!Workers::are_available()) GTEST_SKIP() << "built without oneTBB";
  for (const ModelInfo* model : models()) {
    const auto after = [model](unsigned threads) {
      return state_after({.agents = 3000, .model = std::string(model->name), .threads = threads}, 30);
    };
    const auto alone = after(1);
    EXPECT_EQ(after(2), alone) << model->name;
    EXPECT_EQ(after(5), alone) << model->name;
  }
}

std::uint64_t steady_ns() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1));
}

TEST(Models, a_clock_tells_how_long_the_phases_of_a_step_took) {
  for (const ModelInfo* model : models()) {
    Swarm swarm({.agents = 3000, .model = std::string(model->name), .clock = steady_ns});
    expect_ok(swarm.start());
    const std::uint64_t begin = steady_ns();
    run(swarm, 1);
    const std::uint64_t elapsed = steady_ns() - begin;
    const StepStats& stats = swarm.stats();
    EXPECT_GT(stats.sort_ns, 0u) << model->name;
    EXPECT_GT(stats.neighbours_ns, 0u) << model->name;
    EXPECT_GT(stats.rules_ns, 0u) << model->name;
    EXPECT_LE(stats.sort_ns + stats.neighbours_ns + stats.rules_ns, elapsed) << model->name;
  }
  Swarm untimed({.agents = 100});
  expect_ok(untimed.start());
  run(untimed, 1);
  EXPECT_EQ(untimed.stats().sort_ns + untimed.stats().neighbours_ns + untimed.stats().rules_ns, 0u);
}

TEST(Models, starting_again_repeats_the_run) {
  for (const ModelInfo* model : models()) {
    Swarm swarm({.agents = 100, .model = std::string(model->name)});
    std::vector<float> first;
    for (int turn = 0; turn < 2; ++turn) {
      expect_ok(swarm.start());
      run(swarm, 40);
      const std::vector<float> now(swarm.state().position.begin(), swarm.state().position.end());
      if (turn == 1) {
        EXPECT_EQ(now, first) << model->name;
      }
      first = now;
    }
  }
}

TEST(Models, a_step_fills_every_element) {
  for (const ModelInfo* model : models()) {
    Swarm swarm({.agents = 257, .model = std::string(model->name)});
    State before(257, model->dimensions), after(257, model->dimensions);
    expect_ok(swarm.start(before.frame()));
    std::ranges::fill(after.position, Memory::kUntouched);
    std::ranges::fill(after.velocity, Memory::kUntouched);
    expect_ok(swarm.step(before.view(), after.frame()));
    EXPECT_EQ(std::ranges::count(after.position, Memory::kUntouched), 0) << model->name;
    EXPECT_EQ(std::ranges::count(after.velocity, Memory::kUntouched), 0) << model->name;
  }
}

TEST(Models, an_agent_that_is_not_finite_stays_as_it_is_and_disturbs_nobody) {
  for (const ModelInfo* model : models()) {
    if (model->has_bodies) continue;
    const std::size_t d = model->dimensions;
    Swarm swarm({.agents = 60, .model = std::string(model->name)});
    State before(60, d), after(60, d);
    expect_ok(swarm.start(before.frame()));
    before.position[d * 40] = std::numeric_limits<float>::quiet_NaN();
    expect_ok(swarm.step(before.view(), after.frame()));
    for (std::size_t k = 0; k < d * 60; ++k) {
      if (k / d != 40) {
        EXPECT_TRUE(std::isfinite(after.position[k])) << model->name;
      }
    }
    EXPECT_TRUE(std::isnan(after.position[d * 40])) << model->name;
    EXPECT_EQ(after.velocity[d * 40], before.velocity[d * 40]) << model->name;
  }
}

TEST(Models, no_one_and_two_agents_run) {
  for (const ModelInfo* model : models()) {
    for (const std::uint32_t agents : {0u, 1u, 2u}) {
      Swarm swarm({.agents = agents, .model = std::string(model->name)});
      expect_ok(swarm.start());
      run(swarm, 50);
      EXPECT_EQ(swarm.state().position.size(), model->dimensions * agents);
      for (const float x : swarm.state().position) EXPECT_TRUE(std::isfinite(x)) << model->name;
    }
  }
}

TEST(Models, are_described_completely_and_their_parameters_named_once) {
  std::set<std::string_view> names;
  for (const ModelInfo* model : models()) {
    EXPECT_TRUE(names.insert(model->name).second);
    EXPECT_EQ(find_model(model->name), model);
    EXPECT_FALSE(model->help.empty() || model->velocity_unit.empty());
    std::set<std::string_view> parameters;
    for (const auto& p : model->parameters) {
      EXPECT_TRUE(parameters.insert(p.name).second) << p.name;
      EXPECT_FALSE(p.group.empty() || p.help.empty()) << p.name;
      EXPECT_TRUE(p.minimum <= p.fallback && p.fallback <= p.maximum) << p.name;
    }
  }
  EXPECT_EQ(model_names(), "zones, vicsek, couzin, reynolds, topological");
}

TEST(Models, parameters_take_their_whole_range_and_refuse_beyond) {
  for (const ModelInfo* model : models()) {
    Swarm swarm({.agents = 2, .model = std::string(model->name)});
    for (const auto& p : model->parameters) {
      expect_ok(swarm.set(p.name, p.minimum));
      expect_ok(swarm.set(p.name, p.maximum));
      expect_refused(swarm.set(p.name, p.maximum + 1), std::string(p.name));
      expect_refused(swarm.set(p.name, p.minimum - 1), std::string(p.name));
      expect_refused(swarm.set(p.name, std::nan("")), "finite");
      EXPECT_EQ(swarm.parameters()[p.id], p.maximum);
    }
    expect_refused(swarm.set("colour", 1),
                   "there is no parameter 'colour'; there are " + std::string(model->parameters[0].name));
  }
  Swarm swarm({.agents = 2, .model = "topological"});
  expect_refused(swarm.set("neighbours", 6.5), "whole number");
}

TEST(Models, every_parameter_changes_the_next_step) {
  const std::set<std::string_view> idle{"noise_kind", "separation", "separate", "separation_distance"};
  for (const ModelInfo* model : models()) {
    if (model->has_bodies) continue;
    for (const auto& p : model->parameters) {
      if (idle.contains(p.name)) continue;  // these need a state of their own; the rules' tests have it
      const auto after = [&](double value) {
        Swarm swarm({.agents = 100, .model = std::string(model->name)});
        expect_ok(swarm.start());
        expect_ok(swarm.set(p.name, value));
        run(swarm, 2);
        return std::vector<float>(swarm.state().position.begin(), swarm.state().position.end());
      };
      EXPECT_NE(after(p.fallback), after(p.minimum)) << model->name << " " << p.name;
    }
  }
}

TEST(Models, commands_of_all_place_and_pause) {
  for (const ModelInfo* model : models()) {
    Swarm swarm({.agents = 20, .model = std::string(model->name)});
    expect_ok(swarm.start());
    const std::size_t d = model->dimensions;
    const double place[] = {7, 0.5, 0.25, 0.75};
    expect_ok(swarm.command("place", std::span(place).first(d + 1)));
    expect_refused(swarm.command("place", std::span(place).first(d)), d == 2 ? "place id x y'" : "place id x y z'");
    run(swarm, 1);
    EXPECT_EQ(swarm.state().position[7 * d], 0.5f);
    EXPECT_EQ(swarm.state().position[7 * d + 1], 0.25f);
    expect_ok(swarm.command("pause", {}));
    const std::vector<float> held(swarm.state().position.begin(), swarm.state().position.end());
    run(swarm, 3);
    EXPECT_TRUE(std::ranges::equal(held, swarm.state().position)) << model->name;
    expect_ok(swarm.command("step", {}));
    run(swarm, 1);
    EXPECT_EQ(swarm.step_count(), 2u);
  }
}

TEST(Models, a_place_outside_the_box_is_refused) {
  Swarm swarm({.agents = 20, .model = "vicsek", .box = 5});
  const double outside[] = {7, 5.5, 0.25};
  expect_refused(swarm.command("place", outside), "within the box");
  expect_refused(swarm.trigger("add_attractor"), "there are none");
  expect_refused(swarm.command("attract", {}), "there are place");
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

TEST(Models, options_that_fit_no_model_are_refused) {
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
