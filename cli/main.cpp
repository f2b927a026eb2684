// The `wingbeat` command: adds its verbs to the command line, runs one, and turns errors into messages and exit codes.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "messages.hpp"
#include "text.hpp"
#include "verbs.hpp"
#include "wingbeat/wingbeat.hpp"

namespace {

using namespace wingbeat::cli;

ExitCode exit_code_of(const wingbeat::Error& error) {
  switch (error.code()) {
    case WB_NOT_READY:
    case WB_ERR_NOT_FOUND:
      return kNotFound;
    case WB_ERR_NAME:
    case WB_ERR_ARGUMENT:
    case WB_ERR_LIMIT:
    case WB_ERR_TYPE:
      return kUsage;
    case WB_INTERRUPTED:
      return kInterrupted;
    default:
      return kFailed;
  }
}

int fail(int code, const char* text) {
  static_cast<void>(std::fputs(fmt::format("wingbeat: {}\n", printable(text)).c_str(), stderr));
  return code;
}

int run(int argc, char** argv) {
  CommandLine line("Look at, steer and serve running simulations in shared memory.",
                   fmt::format("wingbeat {} ({})", wb_version(), wb_backend()));
#define WINGBEAT_ADD_VERB(name) add_##name(line);
  WINGBEAT_VERBS(WINGBEAT_ADD_VERB)
#undef WINGBEAT_ADD_VERB
  return line.run(std::vector<std::string>(argv + 1, argv + argc));
}

}  // namespace

#if defined(WINGBEAT_WITHOUT_OSC)
void wingbeat::cli::add_osc(CommandLine& line) {
  auto verb =
      line.add_verb(kServing, "osc", "Connect with Open Sound Control; this build is without it (WINGBEAT_OSC=OFF)");
  verb.accept_all();
  verb.run([]() -> int {
    throw Failure(kFailed, "this build is without OSC: install liblo-dev and build with WINGBEAT_OSC=ON");
  });
}
#endif

int main(int argc, char** argv) {
  occupy_standard_descriptors();
  try {
    return run(argc, argv);
  } catch (const Failure& failure) {
    return fail(failure.code(), failure.what());
  } catch (const wingbeat::Error& error) {
    return fail(exit_code_of(error), error.what());
  } catch (const std::exception& error) {
    return fail(kFailed, error.what());
  }
}
