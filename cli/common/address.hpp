// "swarm.alignment": a stream and one of its parameters, triggers or commands.
#pragma once

#include <string>

namespace wingbeat::cli {

struct Address {
  std::string stream;
  std::string control;
};

// Names may contain dots themselves: the longest stream that exists is meant. Throws Failure if there is none.
Address resolve_address(const std::string& text);

}  // namespace wingbeat::cli
