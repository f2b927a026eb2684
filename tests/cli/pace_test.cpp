// Tests of Pace, which schedules steps at fixed times.
#include "pace.hpp"

#include <gtest/gtest.h>

#include "wingbeat/wingbeat.h"

namespace {

using wingbeat::cli::Pace;

constexpr std::uint64_t kSecond = 1'000'000'000;

TEST(Pace, step_is_not_due_before_its_time) {
  const std::uint64_t start = wb_now_ns();
  Pace pace(20, start);
  while (!pace.wait()) {
  }
  EXPECT_GE(wb_now_ns(), start + kSecond / 20);
}

TEST(Pace, wait_for_a_far_step_comes_back_before_it) {
  Pace pace(0.0001, wb_now_ns());
  EXPECT_FALSE(pace.wait());
}

TEST(Pace, without_a_rate_every_step_is_due_and_none_late) {
  Pace pace(0, wb_now_ns());
  EXPECT_TRUE(pace.wait());
  pace.finish(wb_now_ns() + 1000 * kSecond);
  EXPECT_EQ(pace.late(), 0u);
}

TEST(Pace, step_is_late_when_the_next_should_have_begun) {
  const std::uint64_t start = wb_now_ns();
  Pace pace(1, start);
  pace.finish(start + 2 * kSecond - 1);
  EXPECT_EQ(pace.late(), 0u);
  pace.finish(start + 3 * kSecond + 1);
  EXPECT_EQ(pace.late(), 1u);
}

TEST(Pace, short_delay_is_caught_up_and_a_long_halt_is_not) {
  const std::uint64_t now = wb_now_ns();
  Pace delayed(100, now - kSecond / 10);  // 10 steps behind
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(delayed.wait());
    delayed.finish(wb_now_ns());
  }
  Pace halted(0.05, now - 100 * kSecond);
  EXPECT_TRUE(halted.wait());
  halted.finish(wb_now_ns());
  EXPECT_FALSE(halted.wait());  // the next step is due 20 seconds later
}

}  // namespace
