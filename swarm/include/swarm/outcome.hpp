// The result of a call that may be refused.
#pragma once

#include <string>
#include <utility>

namespace swarm {

// Done, or refused with a text that says why and what would be accepted.
// A refused call has changed nothing.
struct [[nodiscard]] Outcome {
  bool ok = true;
  std::string text;  // empty when ok

  static Outcome done() { return {}; }
  static Outcome refused(std::string why) { return {false, std::move(why)}; }
  explicit operator bool() const { return ok; }
};

}  // namespace swarm
