// What the peer knows of each parameter, so that it is sent what changed and nothing else: not what it just said itself.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "argument.hpp"
#include "controls.hpp"
#include "requests.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::osc {

struct Change {
  std::size_t control;  // its place among the stream's
  Argument value;
};

class Parameters {
 public:
  // A stream was attached: the peer knows nothing of it.
  void restart(std::size_t controls) { known_.assign(controls, std::nullopt); }

  // The peer said this value.
  void hear(const Control& control, std::size_t index, const wb_value& value);
  // What the peer said was not taken: it has to be told what holds.
  void forget(std::size_t index) { known_[index] = std::nullopt; }

  // The parameters that are not as the peer knows them, but for those it asked for a moment ago. From now on it knows.
  std::vector<Change> changes(Reader& reader, const std::vector<Control>& controls, const Requests& requests);

 private:
  std::vector<std::optional<Argument>> known_;  // by a control's place
};

// A parameter's value at the writer, as it goes out.
Argument present(Reader& reader, const Control& control);

}  // namespace wingbeat::osc
