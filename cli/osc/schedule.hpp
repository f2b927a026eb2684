// Messages of bundles that are to be taken later.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "packet.hpp"

namespace wingbeat::osc {

class Schedule {
 public:
  // Keeps a message until its time. Why it cannot be kept; empty if it is.
  std::string add(Message message);
  // The next message whose time has come, in the order of their times.
  std::optional<Message> next_due();
  // Until the next time, in ns: 0 if it has come, `limit_ns` at most.
  std::int64_t nanoseconds_left(std::int64_t limit_ns) const;

 private:
  std::multimap<TimeTag, Message> waiting_;
};

}  // namespace wingbeat::osc
