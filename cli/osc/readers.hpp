// Readers of the bridge, as `wingbeat top` shows them.
#pragma once

#include <string>

#include "wingbeat/wingbeat.hpp"

namespace wingbeat::osc {

inline Reader open_reader(const std::string& stream, Mode mode, std::uint32_t every = 1) {
  ReaderOptions options;
  options.mode = mode;
  options.every = every;
  options.leases = 1;
  options.label = "wingbeat osc";
  return Reader::open(stream, options).value();
}

}  // namespace wingbeat::osc
