#include "detail/names.hpp"

#include <gtest/gtest.h>

using namespace ofxWingbeat::detail;

TEST(Names, legal_ones_stay_as_they_are) { EXPECT_EQ(legal_name("wind.speed-2_x"), "wind.speed-2_x"); }

TEST(Names, runs_of_what_cannot_be_become_one_underscore) {
  EXPECT_EQ(legal_name("Wind Speed (m/s)"), "Wind_Speed_m_s_");
  EXPECT_EQ(legal_name("größe"), "gr_e");
}

TEST(Names, nothing_becomes_something) {
  EXPECT_EQ(legal_name(""), "_");
  EXPECT_EQ(legal_name("…"), "_");
}

TEST(Names, long_ones_are_cut_to_what_a_stream_holds) { EXPECT_EQ(legal_name(std::string(100, 'x')).size(), 63U); }

TEST(Names, a_group_s_dot_is_the_only_one) {
  EXPECT_EQ(nested_name("", "a.b"), "a_b");
  EXPECT_EQ(nested_name("flocking", "Alignment v1.2"), "flocking.Alignment_v1_2");
}

TEST(Names, equal_ones_are_numbered) {
  UniqueNames names;
  EXPECT_EQ(names.take("speed"), "speed");
  EXPECT_EQ(names.take("speed"), "speed_2");
  EXPECT_EQ(names.take("speed_2"), "speed_2_2");
  EXPECT_EQ(names.take("speed"), "speed_3");
}

TEST(Names, equal_long_ones_stay_legal_and_differ) {
  UniqueNames names;
  const std::string first = names.take(std::string(80, 'x')), second = names.take(std::string(80, 'x'));
  EXPECT_NE(first, second);
  EXPECT_EQ(second.size(), 63U);
}
