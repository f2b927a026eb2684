// wingbeat osc, in a build without liblo: says so.
#include "verbs.hpp"

namespace wingbeat::cli {

void add_osc(CLI::App& app, int&) {
  auto* verb = app.add_subcommand("osc", "Bridge to Open Sound Control; this build is without it (WINGBEAT_OSC=OFF)");
  verb->allow_extras();
  verb->callback(
      [] { throw Failure(kFailed, "this build is without OSC: install liblo-dev and build with WINGBEAT_OSC=ON"); });
}

}  // namespace wingbeat::cli
