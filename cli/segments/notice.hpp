// A condition that lasts: told on standard error when it begins, and when it is over, not each time it is seen.
#pragma once

#include <string>

namespace wingbeat::segments {

class Notice {
 public:
  explicit Notice(std::string verb) : verb_(std::move(verb)) {}

  // Says the text if the condition is not `kind` already.
  void set(const std::string& kind, const std::string& text);
  // Says the text if there was something.
  void clear(const std::string& text);
  bool is(const std::string& kind) const { return kind_ == kind; }
  void forget() { kind_.clear(); }

 private:
  std::string verb_, kind_;
};

}  // namespace wingbeat::segments
