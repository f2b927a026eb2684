// The arguments of an OSC message, and their conversion from and to the values of controls.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "wingbeat/wingbeat.hpp"

namespace wingbeat::osc {

// A type that no control takes, for example a blob.
struct OtherType {
  char tag;
  bool operator==(const OtherType&) const = default;
};

// i and h; f; d; T and F; s and S; others. Whole numbers go out as i, as h if they need it.
using Argument = std::variant<std::int64_t, float, double, bool, std::string, OtherType>;
using Arguments = std::vector<Argument>;

// "f 1.5", for messages.
std::string text_of(const Argument& argument);

// The number that the argument stands for, if it is one. A float stands for the shortest decimal that reads as it: 0.1f
// is 0.1, because senders mean the number that they show, and a range that ends at 0.1 must include it.
std::optional<double> number_of(const Argument& argument);

// A parameter's value as it is sent: f64 as f, i64 as i, bool as i 0 or 1, a choice as s, its name.
Argument to_argument(const wb_value& value, const wb_control_info& parameter);

// The value that an argument stands for, of the parameter's type but not checked against its range; nothing if it is
// none.
std::optional<wb_value> to_value(const Argument& argument, const wb_control_info& parameter);

// "one number from 0.001 to 0.1": what a control takes, for messages.
std::string expectation_of(const wb_control_info& control);

}  // namespace wingbeat::osc
