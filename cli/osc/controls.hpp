// The parameters, triggers and commands of a stream with their addresses, and which values of parameters the peer
// knows.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "argument.hpp"
#include "map.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::osc {

struct Control {
  std::string address;
  wb_control_info info;
};

// All controls of a schema. Throws cli::Failure: kNotFound if the map has an address for a control that is not there,
// kUsage if a parameter shares its address with another control.
std::vector<Control> controls_of(const wb_schema* schema, const Map& map);

// Whether a message to `pattern`, which may have the wildcards of OSC (? [] {} and up to four *), is for this address.
bool is_for(const std::string& pattern, const std::string& address);

// A parameter's value at the writer, as it is sent.
Argument present(Reader& reader, const Control& control);

struct Change {
  std::size_t control;  // its index
  Argument value;
};

// What the peer knows of each parameter, so that it is sent only what changed otherwise than by its own messages.
class KnownValues {
 public:
  // A stream was attached: the peer knows none of its values.
  void restart(std::size_t controls) { known_.assign(controls, std::nullopt); }
  // The peer sent this value.
  void hear(const Control& control, std::size_t index, const wb_value& value);
  // A value that the peer sent was refused: the peer must be sent the present one.
  void forget(std::size_t index) { known_[index] = std::nullopt; }
  // The parameters whose values differ from what the peer knows, except those with a request that is not answered yet.
  // From then on the peer knows them.
  std::vector<Change> changes(Reader& reader, const std::vector<Control>& controls,
                              const std::function<bool(std::size_t)>& is_pending);

 private:
  std::vector<std::optional<Argument>> known_;  // by a control's index
};

}  // namespace wingbeat::osc
