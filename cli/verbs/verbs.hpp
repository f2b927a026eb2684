// The verbs of the `wingbeat` command, and what all of them share: exit codes and the way to fail.
#pragma once

#include <CLI/CLI.hpp>
#include <stdexcept>
#include <string>

// One line for each verb: its name, and a file of that name which defines its add_ function.
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

enum ExitCode : int {
  kDone = 0,           // done, or yes
  kNo = 1,             // the answer is no, or something was found wrong
  kUsage = 2,          // the command line makes no sense
  kNotFound = 3,       // there is no such stream, parameter, trigger or command
  kFailed = 4,         // it could not be done; the text says why
  kInterrupted = 130,  // by Ctrl-C, before it was done
};
inline constexpr const char* kExitCodes =
    "Exit codes: 0 done; 1 the answer is no, or problems were found; 2 bad usage; 3 no such stream or name; 4 failed; "
    "130 interrupted.";

// Thrown by verbs; main prints the text and ends with the code.
class Failure : public std::runtime_error {
 public:
  Failure(ExitCode code, const std::string& text) : std::runtime_error(text), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

// Each adds its subcommand to `app`, which sets `exit_code` when it is run.
#define WINGBEAT_DECLARE_VERB(name) void add_##name(CLI::App& app, int& exit_code);
WINGBEAT_VERBS(WINGBEAT_DECLARE_VERB)
#undef WINGBEAT_DECLARE_VERB

}  // namespace wingbeat::cli
