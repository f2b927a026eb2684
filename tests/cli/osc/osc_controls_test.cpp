#include "controls.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace wingbeat::osc {
namespace {

TEST(OscControls, patterns_match_as_osc_has_it) {
  EXPECT_TRUE(is_for("/swarm/alignment", "/swarm/alignment"));
  EXPECT_TRUE(is_for("/swarm/al*", "/swarm/alignment"));
  EXPECT_TRUE(is_for("/swarm/centre_?", "/swarm/centre_x"));
  EXPECT_TRUE(is_for("/swarm/centre_[xy]", "/swarm/centre_y"));
  EXPECT_TRUE(is_for("/{flock,swarm}/event", "/swarm/event"));
  EXPECT_FALSE(is_for("/swarm/centre_[xy]", "/swarm/centre_z"));
  EXPECT_FALSE(is_for("/swarm/align", "/swarm/alignment"));
}

TEST(OscControls, any_pattern_is_taken_without_harm_and_in_short_time) {
  const std::string address = "/" + std::string(60, 'a') + "/aaaa";
  EXPECT_FALSE(is_for("/*a*a*a*a*a*a*a*a*a*a*a*b", address));
  EXPECT_FALSE(is_for("/*a*a*a*b", address));
  std::mt19937 random(1);
  const std::string letters = "*?[]{}!-,a/";
  int matches = 0;
  for (int i = 0; i < 50000; ++i) {
    std::string pattern = "/";
    for (auto length = random() % 20; length > 0; --length) pattern += letters[random() % letters.size()];
    matches += is_for(pattern, address) ? 1 : 0;
  }
  EXPECT_LT(matches, 50000);
}

}  // namespace
}  // namespace wingbeat::osc
