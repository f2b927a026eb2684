// The physics of example-flock: that of the reference swarm's zones, from which it shares nothing but the formulas.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "Flock.h"
#include "swarm/swarm.hpp"

namespace {

// A swarm and a flock in the same state, of which each goes its way.
class Both {
 public:
  explicit Both(std::uint32_t agents, std::uint64_t seed = 1)
      : swarm_({.agents = agents, .seed = seed}), position_(3 * agents), velocity_(3 * agents) {
    EXPECT_TRUE(swarm_.start(frame(position_, velocity_)));
    flock.scatter(agents, {0, 0, 0}, {1, 1, 1});
    for (std::size_t i = 0; i < agents; ++i) {
      Agent& agent = flock.agents()[i];
      agent.position = {position_[3 * i], position_[3 * i + 1], position_[3 * i + 2]};
      agent.velocity = {velocity_[3 * i], velocity_[3 * i + 1], velocity_[3 * i + 2]};
      agent.mass = swarm_.masses()[i];
      agent.maximumSpeed = swarm_.max_speeds()[i];
    }
  }

  void set(const char* name, float FlockSettings::*member, float value) {
    EXPECT_TRUE(swarm_.set(name, double{value})) << name;
    settings.*member = value;
  }

  // The flock chooses the place.
  void add_attractor() {
    flock.addAttractor();
    command("attract", flock.attractors().back().position);
  }
  void add_repulsor() {
    flock.addRepulsor();
    command("repel", flock.repulsors().back().position);
  }

  void step() {
    std::vector<float> position(position_.size()), velocity(velocity_.size());
    EXPECT_TRUE(swarm_.step({position_, velocity_}, frame(position, velocity)));
    position_ = position, velocity_ = velocity;
    flock.step(settings);
  }

  // The largest distance between an agent here and the same there.
  float apart() const {
    float most = 0;
    for (std::size_t i = 0; i < flock.agents().size(); ++i) {
      const glm::vec3 there(position_[3 * i], position_[3 * i + 1], position_[3 * i + 2]);
      most = std::max(most, glm::length(flock.agents()[i].position - there));
    }
    return most;
  }

  // Both round in float, in another order: less than a ten-thousandth in these steps.
  void expect_together(int steps) {
    for (int i = 0; i < steps; ++i) {
      step();
      ASSERT_LE(apart(), 0.001f) << "after step " << flock.stepCount();
    }
  }

  Flock flock;
  FlockSettings settings;

 private:
  swarm::Frame frame(std::vector<float>& position, std::vector<float>& velocity) {
    swarm::Frame f;
    f.position = position;
    f.velocity = velocity;
    return f;
  }

  void command(const char* name, const glm::vec3& at) {
    const std::array<double, 4> arguments{double{at.x}, double{at.y}, double{at.z}, 10};
    EXPECT_TRUE(swarm_.command(name, arguments));
  }

  swarm::Swarm swarm_;
  std::vector<float> position_, velocity_;
};

float speed(const Agent& agent) { return glm::length(agent.velocity); }

// Everything still but for what the settings do.
Flock still(const std::vector<glm::vec3>& places) {
  Flock flock;
  flock.scatter(places.size(), {0, 0, 0}, {1, 1, 1});
  for (std::size_t i = 0; i < places.size(); ++i) {
    flock.agents()[i].position = places[i];
    flock.agents()[i].velocity = {0, 0, 0};
  }
  return flock;
}

FlockSettings nothing() {
  FlockSettings s;
  s.separation = s.alignment = s.cohesion = s.centreStrength = s.attractorStrength = s.repulsorStrength = 0;
  return s;
}

bool is_finite(const glm::vec3& v) { return std::isfinite(v.x) && std::isfinite(v.y) && std::isfinite(v.z); }

TEST(Flock, goes_the_reference_swarms_way_with_default_settings) { Both(150).expect_together(60); }

TEST(Flock, goes_the_reference_swarms_way_with_strong_rules) {
  Both both(150, 2);
  both.set("separation", &FlockSettings::separation, 0.02f);
  both.set("alignment", &FlockSettings::alignment, 0.05f);
  both.set("cohesion", &FlockSettings::cohesion, 0.03f);
  both.set("neighbourhood", &FlockSettings::neighbourhood, 140);
  both.set("low_threshold", &FlockSettings::low, 0.2f);
  both.set("high_threshold", &FlockSettings::high, 0.6f);
  both.expect_together(40);
}

TEST(Flock, goes_the_reference_swarms_way_under_sources) {
  Both both(30);
  both.set("attractor_strength", &FlockSettings::attractorStrength, 40);
  both.set("repulsor_minimum", &FlockSettings::repulsorMinimum, 50);
  both.set("centre_radius", &FlockSettings::centreRadius, 200);
  both.add_attractor();
  both.expect_together(20);
  both.add_repulsor();
  both.expect_together(100);
  EXPECT_EQ(both.flock.attractors().size() + both.flock.repulsors().size(), 2u);
}

TEST(Flock, the_comparison_would_see_another_rule) {
  Both both(150);
  both.settings.cohesion = 0.00101f;
  for (int i = 0; i < 60; ++i) both.step();
  EXPECT_GT(both.apart(), 0.001f);
}

// Of 1 when all fly the same way.
float polarisation(const Flock& flock) {
  glm::vec3 sum(0, 0, 0);
  for (const Agent& agent : flock.agents()) sum += agent.velocity / speed(agent);
  return glm::length(sum) / static_cast<float>(flock.agents().size());
}

TEST(Flock, becomes_one_flock_under_the_settings_that_the_readme_names) {
  for (const std::uint32_t seed : {1u, 2u, 3u}) {
    Flock cloud(seed), flock(seed);
    FlockSettings settings;
    settings.alignment = settings.cohesion = 0.05f;
    settings.neighbourhood = 200;
    for (Flock* f : {&cloud, &flock}) f->scatter(100, {-640, -400, 0}, {640, 400, 100});
    for (int i = 0; i < 10 * Flock::kStepsPerSecond; ++i) {
      cloud.step(FlockSettings());
      flock.step(settings);
    }
    EXPECT_GT(polarisation(flock), 0.95f) << seed;
    EXPECT_LT(polarisation(cloud), 0.3f) << seed;
  }
}

TEST(Flock, begins_within_its_box_with_the_origins_bodies) {
  Flock flock;
  flock.scatter(1000, {-500, -400, 0}, {500, 400, 100});
  const Bounds bounds = flock.bounds();
  EXPECT_GE(bounds.lowest.x, -500);
  EXPECT_LE(bounds.highest.y, 400);
  EXPECT_GT(bounds.size().x, 900);
  EXPECT_NEAR(bounds.centre().z, 50, 5);
  for (const Agent& agent : flock.agents()) {
    EXPECT_TRUE(agent.mass >= 2 && agent.mass <= 3.5f) << agent.mass;
    EXPECT_TRUE(agent.maximumSpeed >= 5 && agent.maximumSpeed <= 7) << agent.maximumSpeed;
    EXPECT_LE(speed(agent), std::sqrt(3.0f));
  }
}

TEST(Flock, agents_in_one_place_or_at_rest_and_equal_thresholds_stay_finite) {
  Flock flock = still({{0, 0, 100}, {0, 0, 100}, {75, 0, 100}});  // the third aligns, with those that go nowhere
  flock.step(FlockSettings());
  flock.addAttractor();
  flock.agents()[0].position = flock.attractors()[0].position;
  FlockSettings settings;
  settings.attractorMinimum = 0;
  flock.step(settings);
  for (const Agent& agent : flock.agents()) EXPECT_TRUE(is_finite(agent.position));
  for (const float threshold : {0.0f, 0.5625f, 1.0f}) {  // the second is the pair's own share
    settings.low = settings.high = threshold;
    Flock pair = still({{0, 0, 100}, {75, 0, 100}});
    pair.step(settings);
    EXPECT_TRUE(is_finite(pair.agents()[0].position)) << threshold;
  }
}

TEST(Flock, sources_are_within_their_ball_and_live_for_ten_seconds) {
  Flock flock = still({});
  for (int i = 0; i < 200; ++i) flock.addAttractor();
  flock.addRepulsor();
  for (const Source& source : flock.attractors()) EXPECT_LE(glm::length(source.position), 1000);
  for (int i = 0; i < 299; ++i) flock.step(FlockSettings());
  EXPECT_EQ(flock.attractors().size(), 200u);
  EXPECT_EQ(flock.repulsors().size(), 1u);
  flock.step(FlockSettings());
  EXPECT_TRUE(flock.attractors().empty());
  EXPECT_TRUE(flock.repulsors().empty());
}

TEST(Flock, the_automatic_mode_adds_pairs_every_three_to_twenty_seconds) {
  Flock flock = still({});
  FlockSettings settings;
  flock.step(settings);
  EXPECT_TRUE(flock.attractors().empty());
  settings.automatic = true;
  std::vector<std::uint64_t> added;
  std::uint64_t last_expiry = 0;
  while (added.size() < 20) {
    ASSERT_LT(flock.stepCount(), 100000u);
    flock.step(settings);
    if (flock.attractors().empty() || flock.attractors().back().expires == last_expiry) continue;
    last_expiry = flock.attractors().back().expires;
    EXPECT_EQ(flock.repulsors().back().expires, last_expiry);
    added.push_back(flock.stepCount());
  }
  for (std::size_t i = 1; i < added.size(); ++i) {
    EXPECT_TRUE(added[i] - added[i - 1] >= 90 && added[i] - added[i - 1] <= 600) << added[i] - added[i - 1];
  }
}

TEST(Flock, the_wind_is_a_field_of_position_no_stronger_than_its_amount) {
  FlockSettings settings = nothing();
  settings.windAmount = 1;
  Flock flock = still({{300, 400, 700}, {300, 400, 700}, {-650, 120, 333}});
  flock.step(settings);
  const auto force = [&](std::size_t i) { return flock.agents()[i].velocity * flock.agents()[i].mass; };
  EXPECT_NEAR(glm::length(force(0) - force(1)), 0, 1e-4f);
  EXPECT_GT(glm::length(force(0) - force(2)), 1e-3f);
  for (int axis = 0; axis < 3; ++axis) EXPECT_LE(std::abs(force(0)[axis]), 1.0001f);
  settings.windAmount = 0;
  Flock calm = still({{300, 400, 700}});
  calm.step(settings);
  EXPECT_EQ(speed(calm.agents()[0]), 0);
}

TEST(Flock, no_agents_are_no_trouble) {
  Flock flock;
  flock.step(FlockSettings());
  EXPECT_EQ(flock.bounds().size(), glm::vec3(0, 0, 0));
  EXPECT_FLOAT_EQ(flock.time(), 1.0f / 30);
}

}  // namespace
