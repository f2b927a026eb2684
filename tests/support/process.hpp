// Other processes for tests: this very program, started again by exec with a role. Every wait has a limit.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace wbtest {

struct Ended {
  bool in_time = false;
  int signal = 0;  // that killed it, or 0
  int status = -1;
};

// Talks to a puppet by lines: one question, one answer.
class Puppet {
 public:
  Puppet();
  ~Puppet();  // kills it if it still lives
  Puppet(const Puppet&) = delete;
  Puppet& operator=(const Puppet&) = delete;

  // The answer's words, or {"hung"} / {"dead"}.
  std::vector<std::string> ask(const std::string& question);
  std::string answer(const std::string& question);  // all words in one
  void tell(const std::string& line);               // without waiting for the answer
  std::vector<std::string> hear();                  // the answer to what was told

  void signal(int number) const;
  Ended wait();
  Ended kill();  // -9
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int to_ = -1, from_ = -1;
  std::string unread_;
};

// What a puppet does: answers each line of its standard input with `answer_line`, until the input ends.
using Answer = std::string (*)(const std::vector<std::string>& words);
int run_puppet(Answer answer_line);

// Whether a line waits to be read, for puppets that work until they are told something.
bool is_line_waiting();

// Whether this program was started as a puppet.
bool is_puppet(int argc, char** argv);

}  // namespace wbtest
