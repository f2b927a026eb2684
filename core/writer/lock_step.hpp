// The writer's side of lock-step: which readers it waits for, how long, and which of them are out of step.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../stream/attachment.hpp"
#include "../stream/registry.hpp"

namespace wingbeat::stream {

class LockStep {
 public:
  // Waits for readers of this label ("": of any label) up to the limit from now on. 0: no longer.
  void set(std::string_view label, std::uint64_t limit_ns);
  bool is_on() const { return !rules_.empty(); }

  // Waits until every reader in step has finished with frame `seq`. A reader is in step once it has asked for a
  // frame. A reader that exceeds its limit is out of step until it has finished with the frame at which it did
  // so. Adds those to `overruns`. False if the wait is interruptible and a signal came while the writer slept.
  bool await(const Location& location, const Attachment& attachment, std::uint64_t seq, bool interruptible,
             std::uint64_t& overruns);

 private:
  struct Rule {
    std::string label;
    std::uint64_t limit_ns;
  };
  struct Member {  // the reader in an entry
    std::uint64_t attach_time_ns = 0;
    std::uint64_t overran = 0;  // the frame at which it exceeded its limit; 0: none, and any reader in step is past 0
  };

  std::uint64_t limit_of(const layout::ColdEntry& entry) const;

  std::vector<Rule> rules_;
  std::vector<Member> members_;
};

}  // namespace wingbeat::stream
