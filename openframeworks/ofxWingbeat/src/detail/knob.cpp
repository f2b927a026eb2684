#include "knob.hpp"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>

namespace ofxWingbeat::detail {

namespace {

// std::to_chars of a float needs a newer macOS than openFrameworks does. printf writes the decimal sign of the locale,
// and strtod reads it.
double shortest_decimal(float number) {
  char text[64];
  for (int digits = std::numeric_limits<float>::digits10; digits < std::numeric_limits<float>::max_digits10; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, static_cast<double>(number));
    const double wide = std::strtod(text, nullptr);
    if (static_cast<float>(wide) == number) return wide;
  }
  return static_cast<double>(number);
}

}  // namespace

double widened(float number) {
  // Whole numbers need no conversion, and most parameters are whole.
  if (!std::isfinite(number) || number == std::trunc(number)) return static_cast<double>(number);
  return shortest_decimal(number);
}

wb_value value_of(wb_value_type type, double number) {
  wb_value value = {};
  value.type = type;
  if (type == WB_VALUE_F64) {
    value.as.f64 = number;
  } else {
    value.as.i64 = static_cast<std::int64_t>(number);
  }
  return value;
}

}  // namespace ofxWingbeat::detail
