#include "controls.hpp"

#include <fmt/format.h>

#include <lo/lo_lowlevel.h>

#include <algorithm>

#include "failure.hpp"

namespace wingbeat::osc {

using cli::Failure;

namespace {

constexpr int kMaxStars = 4;  // each multiplies the time of a match by the address's length

std::string address_of(const char* name, const Map& map) {
  const auto given = map.addresses.find(name);
  return given != map.addresses.end() ? given->second : map.prefix + "/" + name;
}

void check_names(const wb_schema* schema, const Map& map) {
  for (const auto& [name, address] : map.addresses) {
    if (wb_schema_find_control(schema, name.c_str()) < 0)
      throw Failure(cli::kNotFound, fmt::format("[addresses] {} = \"{}\": {}", name, address, wb_error_message()));
  }
}

void check_parameters(const std::vector<Control>& controls) {
  for (const auto& control : controls) {
    const auto same = [&](const Control& other) { return other.address == control.address; };
    if (control.info.kind == WB_PARAMETER && std::ranges::count_if(controls, same) > 1)
      throw Failure(
          cli::kUsage,
          fmt::format("{} is the address of the parameter '{}' and of another control; give the parameter an address "
                      "of its own",
                      control.address, control.info.name));
  }
}

}  // namespace

std::vector<Control> controls_of(const wb_schema* schema, const Map& map) {
  check_names(schema, map);
  std::vector<Control> controls(wb_schema_control_count(schema));
  for (std::uint32_t i = 0; i < controls.size(); ++i) {
    detail::require(wb_schema_control(schema, i, &controls[i].info));
    controls[i].address = address_of(controls[i].info.name, map);
  }
  check_parameters(controls);
  return controls;
}

// Patterns come from the network: the time of a match is bounded by the number of stars.
bool is_for(const std::string& pattern, const std::string& address) {
  if (pattern == address) return true;
  if (pattern.find_first_of("*?[{") == std::string::npos || std::ranges::count(pattern, '*') > kMaxStars) return false;
  return lo_pattern_match(address.c_str(), pattern.c_str()) != 0;
}

Argument present(Reader& reader, const Control& control) {
  wb_value value;
  detail::require(wb_reader_parameter(reader.raw(), control.info.name, &value));
  return to_argument(value, control.info);
}

void KnownValues::hear(const Control& control, std::size_t index, const wb_value& value) {
  known_[index] = to_argument(value, control.info);
}

std::vector<Change> KnownValues::changes(Reader& reader, const std::vector<Control>& controls,
                                         const std::function<bool(std::size_t)>& is_pending) {
  std::vector<Change> changes;
  for (std::size_t i = 0; i < controls.size(); ++i) {
    if (controls[i].info.kind != WB_PARAMETER || is_pending(i)) continue;
    const Argument value = present(reader, controls[i]);
    if (known_[i] == value) continue;
    known_[i] = value;
    changes.push_back({i, value});
  }
  return changes;
}

}  // namespace wingbeat::osc
