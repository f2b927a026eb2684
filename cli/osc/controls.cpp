#include "controls.hpp"

#include <fmt/format.h>

#include <lo/lo_lowlevel.h>
#include <algorithm>

#include "verbs.hpp"

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
      throw Failure(cli::kUsage,
                    fmt::format("{} is the parameter '{}' and something else: a parameter needs an address of its own",
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

bool is_for(const std::string& pattern, const std::string& address) {
  if (pattern == address) return true;
  if (pattern.find_first_of("*?[{") == std::string::npos || std::ranges::count(pattern, '*') > kMaxStars) return false;
  return lo_pattern_match(address.c_str(), pattern.c_str()) != 0;
}

}  // namespace wingbeat::osc
