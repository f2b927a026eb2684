// Tests of quantiles in a fixed amount of memory.
#include "quantiles.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace {

using wingbeat::cli::Quantiles;

TEST(Quantiles, nothing_added_gives_zero) { EXPECT_EQ(Quantiles().at(0.5), 0u); }

TEST(Quantiles, small_values_are_exact) {
  Quantiles quantiles;
  for (std::uint64_t value = 0; value <= 60; ++value) quantiles.add(value);
  EXPECT_EQ(quantiles.at(0), 0u);
  EXPECT_EQ(quantiles.at(0.5), 30u);
  EXPECT_EQ(quantiles.at(1), 60u);
}

TEST(Quantiles, one_value_comes_back_within_three_per_cent_whatever_its_size) {
  for (std::uint64_t value = 1; value < std::numeric_limits<std::uint64_t>::max() / 3; value = value * 3 + 1) {
    Quantiles quantiles;
    quantiles.add(value);
    EXPECT_LE(quantiles.at(0.5), value);
    EXPECT_GE(static_cast<double>(quantiles.at(0.5)), 0.968 * static_cast<double>(value));
  }
}

TEST(Quantiles, largest_value_has_a_place) {
  Quantiles quantiles;
  quantiles.add(std::numeric_limits<std::uint64_t>::max());
  EXPECT_GT(quantiles.at(1), std::uint64_t{1} << 63);
}

TEST(Quantiles, rare_large_values_show_in_the_tail_only) {
  Quantiles quantiles;
  for (int i = 0; i < 990; ++i) quantiles.add(10);
  for (int i = 0; i < 10; ++i) quantiles.add(1'000'000);
  EXPECT_EQ(quantiles.at(0.5), 10u);
  EXPECT_EQ(quantiles.at(0.98), 10u);
  EXPECT_GT(quantiles.at(0.999), 960'000u);
  EXPECT_EQ(quantiles.count(), 1000u);
}

}  // namespace
