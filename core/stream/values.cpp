#include "values.hpp"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <locale>
#include <sstream>
#include <string_view>

#include "../layout/schema.hpp"
#include "error.hpp"

namespace wingbeat::stream {
namespace {

// 2^53: up to it every whole number is exact in an f64.
constexpr double kWholeLimit = 9007199254740992.0;

// For messages: the names that could have been meant.
std::string names_of_kind(const layout::Schema& schema, std::uint32_t kind) {
  std::string names;
  for (const layout::ControlRecord& control : schema.controls) {
    if (control.kind == kind) names += (names.empty() ? "" : " ") + std::string(control.name);
  }
  return names.empty() ? "it has none" : "it has " + names;
}

// WB_ERR_TYPE, with what the parameter needs.
int wrong_type(const layout::ControlRecord& control) {
  static constexpr const char* kNeeds[] = {"?", "a number", "a whole number", "true or false", "one of its choices"};
  return fail(WB_ERR_TYPE, std::string("parameter '") + control.name + "' needs " + kNeeds[control.value_type]);
}

// A value for an f64 parameter: an f64 or a whole number.
int as_f64(const layout::ControlRecord& control, const wb_value& value, std::uint64_t& bits) {
  double number = value.as.f64;
  if (value.type == WB_VALUE_I64)
    number = static_cast<double>(value.as.i64);
  else if (value.type != WB_VALUE_F64)
    return wrong_type(control);
  std::memcpy(&bits, &number, sizeof bits);
  return WB_OK;
}

// A value for an i64, bool or choice: of the same type, an i64, or an f64 that is whole. Ranges are checked
// later.
int as_i64(const layout::ControlRecord& control, const wb_value& value, std::uint64_t& bits) {
  bits = static_cast<std::uint64_t>(value.as.i64);
  if (value.type == control.value_type || value.type == WB_VALUE_I64) return WB_OK;
  if (value.type != WB_VALUE_F64 || value.as.f64 != std::floor(value.as.f64) || std::fabs(value.as.f64) > kWholeLimit) {
    return wrong_type(control);
  }
  bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(value.as.f64));
  return WB_OK;
}

// WB_ERR_ARGUMENT for a text that cannot be converted, with what the parameter needs.
int expected(const wb_control_info& control, const char* what) {
  return fail(WB_ERR_ARGUMENT, std::string("parameter '") + control.name + "' needs " + what);
}

// By the rules of C, whatever character the program's locale uses as a decimal point. The whole text must be a
// number.
bool parse_f64(const char* text, double& value) {
  std::istringstream in(text);
  in.imbue(std::locale::classic());
  in >> value;
  return !in.fail() && in.peek() == std::istringstream::traits_type::eof() && std::isfinite(value);
}

int parse_bool(const wb_control_info& control, std::string_view text, wb_value& out) {
  for (std::string_view yes : {"true", "on", "yes", "1"}) {
    if (text == yes) return out.as.i64 = 1, WB_OK;
  }
  for (std::string_view no : {"false", "off", "no", "0"}) {
    if (text == no) return out.as.i64 = 0, WB_OK;
  }
  return expected(control, "true or false");
}

// The index of the alternative of this name.
int parse_choice(const wb_control_info& control, std::string_view text, wb_value& out) {
  std::string_view rest = control.choices;
  for (std::int64_t index = 0; !rest.empty(); ++index) {
    std::size_t end = std::min(rest.find(' '), rest.size());
    if (rest.substr(0, end) == text) return out.as.i64 = index, WB_OK;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return expected(control, (std::string("one of: ") + control.choices).c_str());
}

}  // namespace

wb_value to_value(std::uint32_t value_type, std::uint64_t bits) {
  wb_value value{};
  value.type = value_type;
  std::memcpy(&value.as, &bits, sizeof bits);
  return value;
}

// The schema gives the type that the parameter has; the value that is given may have another that can be
// converted exactly.
int to_bits(const layout::Schema& schema, std::uint32_t control, const wb_value& value, std::uint64_t& bits) {
  if (control >= schema.controls.size() || schema.controls[control].kind != layout::kParameter) {
    return fail(WB_ERR_NOT_FOUND, "there is no parameter number " + std::to_string(control));
  }
  const layout::ControlRecord& record = schema.controls[control];
  int code = record.value_type == layout::kValueF64 ? as_f64(record, value, bits) : as_i64(record, value, bits);
  return code != WB_OK ? code : fail(layout::check_value(record, bits));
}

int read_parameter(const Attachment& attachment, std::uint32_t control, wb_value& out) {
  const auto& controls = attachment.schema.controls;
  if (control >= controls.size() || controls[control].kind != layout::kParameter) {
    return fail(WB_ERR_NOT_FOUND, "there is no parameter number " + std::to_string(control));
  }
  out = to_value(controls[control].value_type, attachment.memory.value(control).load(std::memory_order_acquire));
  return WB_OK;
}

int find_control(const layout::Schema& schema, const char* name, std::uint32_t kind, std::uint32_t& index) {
  int found = schema.find_control(name);
  if (found >= 0 && schema.controls[static_cast<std::size_t>(found)].kind == kind) {
    index = static_cast<std::uint32_t>(found);
    return WB_OK;
  }
  const char* kind_name = kind == layout::kParameter ? "parameter" : kind == layout::kTrigger ? "trigger" : "command";
  return fail(WB_ERR_NOT_FOUND, "stream '" + schema.stream + "' has no " + kind_name + " '" +
                                    std::string(name).substr(0, 80) + "': " + names_of_kind(schema, kind));
}

void to_info(const layout::ControlRecord& record, wb_control_info& out) {
  out = wb_control_info{};
  std::memcpy(out.name, record.name, sizeof out.name);
  std::memcpy(out.unit, record.unit, sizeof out.unit);
  std::memcpy(out.help, record.help, sizeof out.help);
  std::memcpy(out.choices, record.choices, sizeof out.choices);
  out.kind = record.kind;
  out.argument_count = record.argument_count;
  out.initial = to_value(record.value_type, record.initial);
  out.minimum = to_value(record.value_type, record.minimum);
  out.maximum = to_value(record.value_type, record.maximum);
}

// The range is not checked here: the text may be converted without a stream at hand, and requests check it.
int parse_value(const wb_control_info& control, const char* text, wb_value& out) {
  if (control.kind != WB_PARAMETER) return fail(WB_ERR_TYPE, std::string("'") + control.name + "' is not a parameter");
  out = wb_value{};
  out.type = control.initial.type;
  char* end = nullptr;
  switch (control.initial.type) {
    case WB_VALUE_F64:
      return parse_f64(text, out.as.f64) ? WB_OK : expected(control, "a number");
    case WB_VALUE_I64:
      errno = 0;
      out.as.i64 = std::strtoll(text, &end, 10);
      return end != text && *end == '\0' && errno == 0 ? WB_OK : expected(control, "a whole number");
    case WB_VALUE_BOOL:
      return parse_bool(control, text, out);
    default:
      return parse_choice(control, text, out);
  }
}

}  // namespace wingbeat::stream
