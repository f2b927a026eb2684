#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "Sparkline.h"
#include "stage.hpp"

namespace {

const ofRectangle kArea(100, 500, 300, 40);

class SparklineTest : public testing::Test {
 protected:
  SparklineTest() {
    stand_in::stage() = {};
    stand_in::texts().clear();
  }

  void draw() const { sparkline.draw(kArea); }
  const std::vector<glm::vec3>& vertices() const { return stand_in::stage().drawn.lines.at(0).vertices; }

  Sparkline sparkline;
};

TEST_F(SparklineTest, keeps_the_last_values_alone) {
  for (int i = 0; i < 1000; ++i) sparkline.add(static_cast<float>(i));
  EXPECT_EQ(sparkline.values().size(), Sparkline::kLength);
  EXPECT_EQ(sparkline.values().back(), 999);
  EXPECT_EQ(sparkline.values().front(), 1000 - static_cast<float>(Sparkline::kLength));
}

TEST_F(SparklineTest, leaves_out_what_is_no_number_and_draws_nothing_of_nothing) {
  sparkline.add(std::numeric_limits<float>::quiet_NaN());
  sparkline.add(std::numeric_limits<float>::infinity());
  EXPECT_TRUE(sparkline.values().empty());
  draw();
  EXPECT_TRUE(stand_in::stage().drawn.lines.empty());
}

TEST_F(SparklineTest, fills_its_area_from_the_least_to_the_greatest) {
  for (int i = 0; i < 500; ++i) sparkline.add(std::sin(0.2f * static_cast<float>(i)) * 1e-3f + 40);
  draw();
  ASSERT_EQ(vertices().size(), Sparkline::kLength);
  float top = 1e9f, bottom = 0;
  for (const glm::vec3& v : vertices()) {
    EXPECT_TRUE(v.x >= 99.9f && v.x <= 400.1f) << v.x;
    top = std::min(top, v.y);
    bottom = std::max(bottom, v.y);
  }
  EXPECT_FLOAT_EQ(top, 500);
  EXPECT_FLOAT_EQ(bottom, 540);
  EXPECT_NEAR(vertices().front().x, 100, 0.01);
  EXPECT_FLOAT_EQ(vertices().back().x, 400);
}

TEST_F(SparklineTest, begins_at_the_right_and_greater_is_higher) {
  sparkline.add(1);
  sparkline.add(2);
  draw();
  ASSERT_EQ(vertices().size(), 2u);
  EXPECT_FLOAT_EQ(vertices()[1].x, 400);
  EXPECT_GT(vertices()[0].x, 390);
  EXPECT_GT(vertices()[0].y, vertices()[1].y);
}

TEST_F(SparklineTest, a_constant_is_a_line_in_the_middle_with_its_value) {
  sparkline.add(0.25f);
  sparkline.add(0.25f);
  draw();
  EXPECT_FLOAT_EQ(vertices()[0].y, 520);
  EXPECT_EQ(stand_in::texts().at(0), "0.250");
}

}  // namespace
