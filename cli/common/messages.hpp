// Lines on standard error, of verbs that run until they are ended. Their reader may have gone away.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace wingbeat::cli {

// Opens /dev/null for each of the descriptors 0 to 2 that the caller closed. Otherwise the next file that is opened
// gets such a number, and text is printed into it, for example into a segment of shared memory. Call this before
// anything is opened.
void occupy_standard_descriptors();

// From this call on, a closed pipe on standard output or standard error no longer ends the process.
void survive_closed_pipes();

// Prints "wingbeat VERB: TEXT". The text is lost if it cannot be written.
void say(const std::string& verb, const std::string& text);

// Reports a lasting condition when it begins and when it ends, not each time it is seen.
class Condition {
 public:
  explicit Condition(std::string verb) : verb_(std::move(verb)) {}

  // Prints the text unless the condition is `kind` already.
  void set(const std::string& kind, const std::string& text);
  // Prints the text if there was a condition.
  void clear(const std::string& text);
  bool is(const std::string& kind) const { return kind_ == kind; }
  void forget() { kind_.clear(); }

 private:
  std::string verb_, kind_;
};

// Reports the first problem of each subject, and counts all of them.
class ProblemLog {
 public:
  explicit ProblemLog(std::string verb) : verb_(std::move(verb)) {}

  void add(const std::string& subject, const std::string& problem);
  std::size_t count() const { return count_; }

 private:
  std::string verb_;
  std::set<std::string> reported_;
  std::size_t count_ = 0;
};

struct WaitOptions {
  double timeout_s = 0;  // after which waiting fails; 0: never
  bool quiet = false;
};

// Says what a verb waits for, once it has waited for 2 s, and ends the wait at a time limit.
class WaitMessage {
 public:
  WaitMessage(std::string verb, WaitOptions options) : verb_(std::move(verb)), options_(options) {}

  // To be called again and again while something is missing, for example "stream 'flock'". Prints "waiting for stream
  // 'flock'; there are: fluid, swarm" once; without `there_are` no list. Throws WaitFailure at the time limit.
  void wait_for(const std::string& what, const std::function<std::vector<std::string>()>& there_are = {});
  void wait_for_stream(const std::string& name);
  // What was missing is there: the next wait begins anew. Prints the text if the wait was long enough to be reported.
  void done(const std::string& text = "");

 private:
  std::string verb_;
  WaitOptions options_;
  std::uint64_t start_ns_ = 0;  // 0: nothing is missing
  std::string said_;
};

}  // namespace wingbeat::cli
