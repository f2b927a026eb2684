// The verbs of the `wingbeat` command.
#pragma once

#include "command_line.hpp"

// One line for each verb: its name. A file of that name, here or in osc/ or segments/, defines add_NAME.
#define WINGBEAT_VERBS(X) \
  X(ls)                   \
  X(info)                 \
  X(top)                  \
  X(set)                  \
  X(call)                 \
  X(swarm)                \
  X(osc)                  \
  X(adopt)                \
  X(mirror)               \
  X(doctor)               \
  X(gc)                   \
  X(bench)

namespace wingbeat::cli {

// The headings of the list of verbs.
inline constexpr const char* kLooking = "Look at running simulations";
inline constexpr const char* kSteering = "Steer them";
inline constexpr const char* kServing = "Publish streams, and connect them with other programs";
inline constexpr const char* kUpkeep = "Check, clean up and measure";

#define WINGBEAT_DECLARE_VERB(name) void add_##name(CommandLine& line);
WINGBEAT_VERBS(WINGBEAT_DECLARE_VERB)
#undef WINGBEAT_DECLARE_VERB

}  // namespace wingbeat::cli
