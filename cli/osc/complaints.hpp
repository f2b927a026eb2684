// Says what is wrong with what comes in: once for each address, however often it comes.
#pragma once

#include <cstddef>
#include <set>
#include <string>

namespace wingbeat::osc {

// A line on the standard error stream, for whoever looks after the bridge.
void say(const std::string& text);

class Complaints {
 public:
  void add(const std::string& address, const std::string& what);
  std::size_t count() const { return count_; }

 private:
  std::set<std::string> told_;
  std::size_t count_ = 0;
};

}  // namespace wingbeat::osc
