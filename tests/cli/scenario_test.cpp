#include "scenario.hpp"

#include <gtest/gtest.h>

#include <string>

#include "config_file.hpp"
#include "failure.hpp"
#include "swarm/swarm.hpp"

namespace wingbeat::cli {
namespace {

void expect_complaint(const std::string& text, const std::string& part) {
  try {
    (void)parse_scenario(text, "here.toml");
    ADD_FAILURE() << "accepted: " << text;
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), kUsage);
    EXPECT_NE(std::string(failure.what()).find(part), std::string::npos) << text << "\n" << failure.what();
  }
}

TEST(Scenario, every_key_is_read) {
  const Scenario s = parse_scenario(
      "model = 'couzin'\nagents = 12\nseed = 3\nrate = 10\nboundary = 'walled'\nbox = 40.5\nthreads = 2\n"
      "[parameters]\nautomatic = true\ndelta_ro = 2\nsigma = 0.01\n",
      "here.toml");
  EXPECT_EQ(s.model, "couzin");
  EXPECT_EQ(s.agents, 12u);
  EXPECT_EQ(s.seed, 3u);
  EXPECT_EQ(s.rate, 10);
  EXPECT_EQ(s.boundary, swarm::Boundary::walled);
  EXPECT_EQ(s.box, 40.5);
  EXPECT_EQ(s.threads, 2u);
  const std::vector<std::pair<std::string, double>> parameters = {{"automatic", 1}, {"delta_ro", 2}, {"sigma", 0.01}};
  EXPECT_EQ(s.parameters, parameters);
}

TEST(Scenario, what_is_not_said_is_left_open) {
  const Scenario s = parse_scenario("", "here.toml");
  EXPECT_FALSE(s.model || s.agents || s.seed || s.rate || s.boundary || s.box || s.threads);
  EXPECT_TRUE(s.parameters.empty());
}

TEST(Scenario, wrong_keys_and_values_are_complained_about_with_what_is_allowed) {
  expect_complaint("colour = 1", "here.toml: colour is no key of a scenario; there are model, agents, seed");
  expect_complaint("model = 'bees'", "'bees' is not known; there are zones, vicsek");
  expect_complaint("model = 7", "model must be a text");
  expect_complaint("agents = 0", "agents must be a whole number from 1 to");
  expect_complaint("agents = 2.5", "agents must be a whole number");
  expect_complaint("seed = -1", "seed must be a whole number");
  expect_complaint("boundary = 'round'", "open, periodic or walled");
  expect_complaint("box = -1", "box must be between 0 and");
  expect_complaint("rate = 'fast'", "rate must be a number");
  expect_complaint("parameters = 3", "must be a table");
  expect_complaint("[parameters]\nnoise = 'loud'", "noise must be a number");
  expect_complaint("model = 'zones'\nagents = = 3", "here.toml, line 2");
}

// Each installed scenario makes a swarm.
TEST(Scenario, those_of_the_project_are_right) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shared_folder("scenarios"))) {
    const Scenario s = read_scenario(entry.path().stem().string());
    swarm::Options options;
    options.model = s.model.value();
    options.agents = s.agents.value();
    options.box = s.box.value_or(0);
    options.boundary = s.boundary.value_or(swarm::Boundary::usual);
    swarm::Swarm flock(options);
    for (const auto& [name, value] : s.parameters) EXPECT_TRUE(flock.set(name, value).ok) << entry.path() << name;
    ++count;
  }
  EXPECT_GE(count, 5u);
}

TEST(Scenario, unknown_names_are_answered_with_those_there_are) {
  try {
    (void)read_scenario("nothing-like-it");
    FAIL() << "it was found";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), kNotFound);
    EXPECT_NE(std::string(failure.what()).find("couzin-torus"), std::string::npos) << failure.what();
  }
}

}  // namespace
}  // namespace wingbeat::cli
