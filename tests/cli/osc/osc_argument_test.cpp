#include "argument.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace wingbeat::osc {
namespace {

wb_control_info parameter(std::uint32_t type, const char* choices = "") {
  wb_control_info info = {};
  info.kind = WB_PARAMETER;
  info.initial.type = type;
  info.minimum.type = info.maximum.type = type;
  std::strncpy(info.choices, choices, sizeof info.choices - 1);
  return info;
}

double f64_of(const Argument& argument) { return to_value(argument, parameter(WB_VALUE_F64)).value().as.f64; }

TEST(OscArgument, a_float_means_the_decimal_it_was_written_as) {
  EXPECT_EQ(f64_of(0.1f), 0.1);
  EXPECT_EQ(f64_of(1e-5f), 1e-5);
  EXPECT_EQ(f64_of(-1.5f), -1.5);
  EXPECT_EQ(f64_of(0.1234567890123), 0.1234567890123);
  EXPECT_EQ(f64_of(std::int64_t{7}), 7);
}

TEST(OscArgument, what_goes_out_comes_back_as_the_same_float) {
  const auto info = parameter(WB_VALUE_F64);
  for (const double value : {0.1, 1.0 / 3, -2e-7, 12345.678}) {
    const Argument sent = to_argument(detail::to_value(value), info);
    EXPECT_EQ(to_argument(to_value(sent, info).value(), info), sent) << value;
  }
}

TEST(OscArgument, numbers_that_are_none_are_no_values) {
  const auto info = parameter(WB_VALUE_F64);
  for (const Argument& argument : Arguments{std::nanf(""), HUGE_VALF, HUGE_VAL, std::string("1"), OtherType{'b'}})
    EXPECT_FALSE(to_value(argument, info)) << text_of(argument);
}

TEST(OscArgument, whole_numbers_may_come_as_floats_without_a_fraction) {
  const auto info = parameter(WB_VALUE_I64);
  EXPECT_EQ(to_value(3.0f, info).value().as.i64, 3);
  EXPECT_EQ(to_value(std::int64_t{1} << 62, info).value().as.i64, std::int64_t{1} << 62);
  EXPECT_FALSE(to_value(3.5f, info));
  EXPECT_FALSE(to_value(1e30, info));
}

TEST(OscArgument, switches_take_T_F_0_and_1_and_go_out_as_numbers) {
  const auto info = parameter(WB_VALUE_BOOL);
  EXPECT_EQ(to_value(true, info).value().as.i64, 1);
  EXPECT_EQ(to_value(0.0f, info).value().as.i64, 0);
  EXPECT_FALSE(to_value(std::int64_t{2}, info));
  EXPECT_EQ(to_argument(detail::to_value(true), info), Argument(std::int64_t{1}));
}

TEST(OscArgument, choices_are_names_or_numbers_and_go_out_as_names) {
  const auto info = parameter(WB_VALUE_CHOICE, "open periodic walled");
  EXPECT_EQ(to_value(std::string("periodic"), info).value().as.i64, 1);
  EXPECT_EQ(to_value(2.0f, info).value().as.i64, 2);
  EXPECT_FALSE(to_value(std::string("round"), info));
  EXPECT_EQ(to_argument(to_value(std::int64_t{2}, info).value(), info), Argument(std::string("walled")));
}

}  // namespace
}  // namespace wingbeat::osc
