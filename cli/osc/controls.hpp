// The parameters, triggers and commands of a stream, with their addresses.
#pragma once

#include <string>
#include <vector>

#include "map.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::osc {

struct Control {
  std::string address;
  wb_control_info info;
};

// All of a schema. Throws cli::Failure: kNotFound if the map has an address for a control that is not there, kUsage if a
// parameter's address is also another's.
std::vector<Control> controls_of(const wb_schema* schema, const Map& map);

// Whether a message to `pattern`, which may have the wildcards of OSC (? [] {} and up to four *), is for this address.
bool is_for(const std::string& pattern, const std::string& address);

}  // namespace wingbeat::osc
