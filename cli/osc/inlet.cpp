#include "inlet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace wingbeat::osc {

namespace {

StreamSpec describe(const InRule& rule) {
  StreamSpec spec(rule.stream, 1);
  spec.field<float>(rule.field, {rule.size}).attribute("provenance", "OSC " + rule.address);
  return spec;
}

}  // namespace

Inlet::Inlet(const InRule& rule)
    : rule_(rule), writer_(Writer::create(describe(rule)).value()), field_(rule.field), start_ns_(wb_now_ns()) {}

std::string Inlet::take(const Arguments& arguments) {
  if (arguments.size() != rule_.size) return fmt::format("takes {} numbers, not {}", rule_.size, arguments.size());
  std::vector<float> numbers;
  for (const auto& argument : arguments) {
    const auto number = number_of(argument);
    if (!number) return fmt::format("takes {} finite numbers, not {}", rule_.size, text_of(argument));
    numbers.push_back(static_cast<float>(*number));
  }
  Slot slot = writer_.begin();
  std::ranges::copy(numbers, slot.span(field_).begin());
  slot.publish(++frames_, static_cast<double>(wb_now_ns() - start_ns_) / 1e9);
  return "";
}

}  // namespace wingbeat::osc
