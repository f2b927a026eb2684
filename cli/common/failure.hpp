// How a verb ends: its exit code, and the way to fail with a message.
#pragma once

#include <stdexcept>
#include <string>

namespace wingbeat::cli {

enum ExitCode : int {
  kDone = 0,           // done, or the answer is yes
  kNo = 1,             // the answer is no, or problems were found
  kUsage = 2,          // the command line is wrong
  kNotFound = 3,       // no such stream, parameter, trigger or command
  kFailed = 4,         // the system or the simulation did not allow it; the message says why
  kInterrupted = 130,  // ended by Ctrl-C before it was done
};
inline constexpr const char* kExitCodes =
    "Exit codes: 0 done; 1 the answer is no, or problems were found; 2 bad usage; 3 no such stream or name; 4 failed; "
    "130 interrupted.";

// Thrown by verbs. The program prints "wingbeat: TEXT" on standard error and ends with the code.
class Failure : public std::runtime_error {
 public:
  Failure(ExitCode code, const std::string& text) : std::runtime_error(text), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

// Thrown when something did not appear within --timeout. Code that survives other failures passes this one on.
class WaitFailure : public Failure {
 public:
  explicit WaitFailure(const std::string& text) : Failure(kNotFound, text) {}
};

}  // namespace wingbeat::cli
