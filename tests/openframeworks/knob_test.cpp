#include "detail/knob.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace ofxWingbeat::detail;

TEST(Widened, a_float_is_the_decimal_that_was_written) {
  EXPECT_EQ(widened(0.1F), 0.1);
  EXPECT_EQ(widened(1e-5F), 1e-5);
  EXPECT_EQ(widened(0.76F), 0.76);
  EXPECT_EQ(widened(16777216.0F), 16777216.0);
  EXPECT_EQ(widened(-2.5F), -2.5);
}

TEST(Widened, and_back_again_exactly) {
  float number = 1.0F / 3;
  for (int i = 0; i < 10000; ++i) {
    number = std::nextafter(number, 1.0F);
    ASSERT_EQ(static_cast<float>(widened(number)), number);
  }
  for (const float edge : {std::numeric_limits<float>::denorm_min(), std::numeric_limits<float>::max(), -0.0F})
    EXPECT_EQ(static_cast<float>(widened(edge)), edge);
}

TEST(TwoWay, what_changes_on_one_side_is_told_once) {
  TwoWay value(1, 1);
  EXPECT_FALSE(value.changed_here(1));
  EXPECT_TRUE(value.changed_here(2));
  EXPECT_FALSE(value.changed_here(2));
  EXPECT_TRUE(value.changed_there(3));
  EXPECT_FALSE(value.changed_there(3));
}

TEST(TwoWay, what_was_taken_over_is_no_change_though_it_was_rounded) {
  TwoWay value(0, 0);
  ASSERT_TRUE(value.changed_there(1.0 / 3));
  value.seen_here(widened(static_cast<float>(1.0 / 3)));
  EXPECT_FALSE(value.changed_here(widened(static_cast<float>(1.0 / 3))));
  EXPECT_FALSE(value.changed_there(1.0 / 3));
}

TEST(TwoWay, no_number_equals_itself_here) {
  TwoWay value(0, 0);
  const double nan = std::nan("");
  EXPECT_TRUE(value.changed_here(nan));
  EXPECT_FALSE(value.changed_here(nan));
}

TEST(TwoWay, doubt_makes_any_value_new) {
  TwoWay value(0, 5);
  value.doubt_there();
  EXPECT_TRUE(value.changed_there(5));
}
