#include "incoming.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "wingbeat/wingbeat.h"

namespace wingbeat::osc {
namespace {

TimeTag in_ns(std::int64_t ns) { return tag_of_monotonic(wb_now_ns() + static_cast<std::uint64_t>(ns)); }

std::string next_of(Schedule& schedule) {
  const auto message = schedule.next_due();
  return message ? message->address : "";
}

TEST(OscSchedule, what_is_for_now_and_what_is_late_comes_at_once_in_its_order) {
  Schedule schedule;
  EXPECT_EQ(schedule.add({"/late", {}, in_ns(-5'000'000'000)}), "");
  EXPECT_EQ(schedule.add({"/now", {}, kAtOnce}), "");
  EXPECT_EQ(next_of(schedule), "/late");
  EXPECT_EQ(next_of(schedule), "/now");
  EXPECT_EQ(next_of(schedule), "");
}

TEST(OscSchedule, what_is_for_later_waits_until_its_time) {
  Schedule schedule;
  EXPECT_EQ(schedule.add({"/second", {}, in_ns(400'000'000)}), "");
  EXPECT_EQ(schedule.add({"/first", {}, in_ns(200'000'000)}), "");
  EXPECT_EQ(schedule.nanoseconds_left(1'000'000), 1'000'000);
  for (const std::string expected : {"/first", "/second"}) {
    std::string address;
    while ((address = next_of(schedule)).empty()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQ(address, expected);
  }
}

TEST(OscSchedule, times_far_ahead_are_refused_and_the_clocks_named) {
  Schedule schedule;
  EXPECT_NE(schedule.add({"/a", {}, in_ns(60'000'000'000)}).find("clocks"), std::string::npos);
  EXPECT_EQ(schedule.nanoseconds_left(5), 5);
}

TEST(OscSchedule, it_is_bounded) {
  Schedule schedule;
  std::string refusal;
  int kept = 0;
  while (refusal.empty() && kept < 100000) refusal = schedule.add({"/a", {}, in_ns(9'000'000'000)}), ++kept;
  EXPECT_NE(refusal.find("are waiting for their time"), std::string::npos);
  EXPECT_EQ(kept, 10001);
}

}  // namespace
}  // namespace wingbeat::osc
