// Child processes for tests: the test program itself, started again by exec with a role. Every wait has a time limit.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace wbtest {

struct Ended {
  bool in_time = false;
  int signal = 0;  // the signal that killed the process, or 0
  int status = -1;
};

// Controls a puppet by lines of text: one question, one answer.
class Puppet {
 public:
  Puppet();
  ~Puppet();  // kills the process if it is still running
  Puppet(const Puppet&) = delete;
  Puppet& operator=(const Puppet&) = delete;

  // Returns the answer's words, or {"hung"} / {"dead"}.
  std::vector<std::string> ask(const std::string& question);
  std::string answer(const std::string& question);  // returns the answer's words in one string
  void tell(const std::string& line);               // does not wait for the answer
  std::vector<std::string> hear();                  // waits for the answer to the line of tell()

  void signal(int number) const;
  Ended wait();
  Ended kill();  // sends SIGKILL
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int to_ = -1, from_ = -1;
  std::string unread_;
};

// The main loop of a puppet: answers each line of its standard input with `answer_line`, until the input ends.
using Answer = std::string (*)(const std::vector<std::string>& words);
int run_puppet(Answer answer_line);

// Returns true if an unread line is available. Commands that run until the next line arrives poll this.
bool is_line_waiting();

// Returns true if this program was started as a puppet.
bool is_puppet(int argc, char** argv);

}  // namespace wbtest
