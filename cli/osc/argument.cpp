#include "argument.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "text.hpp"

namespace wingbeat::osc {

namespace {

constexpr double kWholeLimit = 9007199254740992.0;  // 2^53

struct ToText {
  std::string operator()(std::int64_t number) const { return fmt::format("i {}", number); }
  std::string operator()(float number) const { return fmt::format("f {}", number); }
  std::string operator()(double number) const { return fmt::format("d {}", number); }
  std::string operator()(bool flag) const { return flag ? "T" : "F"; }
  std::string operator()(const std::string& text) const { return fmt::format("s '{}'", cli::printable(text)); }
  std::string operator()(OtherType type) const { return cli::printable({&type.tag, 1}); }
};

struct ToNumber {
  std::optional<double> operator()(std::int64_t number) const { return static_cast<double>(number); }
  std::optional<double> operator()(float number) const {
    return std::strtod(fmt::format("{}", number).c_str(), nullptr);
  }
  std::optional<double> operator()(double number) const { return number; }
  std::optional<double> operator()(bool flag) const { return flag ? 1 : 0; }
  std::optional<double> operator()(const std::string&) const { return std::nullopt; }
  std::optional<double> operator()(OtherType) const { return std::nullopt; }
};

std::optional<wb_value> parsed(const std::string& text, const wb_control_info& parameter) {
  wb_value value;
  return wb_value_parse(&parameter, text.c_str(), &value) == WB_OK ? std::optional(value) : std::nullopt;
}

std::optional<wb_value> whole_value(std::uint32_t type, double number) {
  if (std::trunc(number) != number || std::abs(number) > kWholeLimit) return std::nullopt;
  if (type == WB_VALUE_BOOL && number != 0 && number != 1) return std::nullopt;
  wb_value value = {};
  value.type = type;
  value.as.i64 = static_cast<std::int64_t>(number);
  return value;
}

}  // namespace

std::string text_of(const Argument& argument) { return std::visit(ToText(), argument); }

std::optional<double> number_of(const Argument& argument) {
  const auto number = std::visit(ToNumber(), argument);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

Argument to_argument(const wb_value& value, const wb_control_info& parameter) {
  if (value.type == WB_VALUE_F64) return static_cast<float>(value.as.f64);
  if (value.type == WB_VALUE_CHOICE) return cli::value_text(value, parameter);
  return value.as.i64;
}

std::optional<wb_value> to_value(const Argument& argument, const wb_control_info& parameter) {
  const std::uint32_t type = parameter.initial.type;
  if (const auto* text = std::get_if<std::string>(&argument))
    return type == WB_VALUE_CHOICE ? parsed(*text, parameter) : std::nullopt;
  if (const auto* whole = std::get_if<std::int64_t>(&argument); whole && type == WB_VALUE_I64)
    return detail::to_value(*whole);
  const auto number = number_of(argument);
  if (!number) return std::nullopt;
  if (type == WB_VALUE_F64) return detail::to_value(*number);
  return whole_value(type, *number);
}

std::string expectation_of(const wb_control_info& control) {
  if (control.kind == WB_TRIGGER) return "nothing, or one number, of which 0 does nothing (a button that is let go)";
  if (control.kind == WB_COMMAND)
    return fmt::format("{} numbers: {}", control.argument_count, cli::printable(control.choices));
  const std::string range = cli::range_text(control);
  switch (control.initial.type) {
    case WB_VALUE_BOOL:
      return "one of T F 0 1";
    case WB_VALUE_CHOICE:
      return fmt::format("one of {}, or its number from 0", range);
    case WB_VALUE_I64:
      return range.empty() ? "one whole number" : fmt::format("one whole number from {}", range);
    default:
      return range.empty() ? "one number" : fmt::format("one number from {}", range);
  }
}

}  // namespace wingbeat::osc
