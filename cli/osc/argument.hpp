// What an OSC message carries, and how that and a control's value become each other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "wingbeat/wingbeat.hpp"

namespace wingbeat::osc {

// A type that no control takes: blobs, MIDI, nil ...
struct OtherType {
  char tag;
  bool operator==(const OtherType&) const = default;
};

// i and h; f; d; T and F; s and S; others. Whole numbers go out as i, as h if they need it.
using Argument = std::variant<std::int64_t, float, double, bool, std::string, OtherType>;
using Arguments = std::vector<Argument>;

// "f 1.5", for complaints.
std::string text_of(const Argument& argument);

// The number meant; what is none gives no number. A float stands for the shortest decimal that reads as it: 0.1f is 0.1, since
// senders mean the number they show, and a range that ends at 0.1 has to include it.
std::optional<double> number_of(const Argument& argument);

// A parameter's value as it goes out: f64 as f, i64 as i, bool as i 0 or 1, a choice as s, its name.
Argument to_argument(const wb_value& value, const wb_control_info& parameter);

// The value meant by what came in, of the parameter's type but not checked against its range; nothing if it is no such value.
std::optional<wb_value> to_value(const Argument& argument, const wb_control_info& parameter);

// "one number from 0.001 to 0.1": what a control takes, for complaints.
std::string expectation_of(const wb_control_info& control);

}  // namespace wingbeat::osc
