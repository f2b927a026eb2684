// A mapping that somebody else may cut short. The access then finds zeros instead of ending the process by SIGBUS.
#pragma once

#include <atomic>
#include <cstddef>

namespace wingbeat::segments {

// Guards one range of mapped memory, at most kMaxGuards at a time. What is touched beyond the object's end turns the whole range into
// private zeros: what is read from then on means nothing, what is written goes nowhere, and is_lost() says so. The range has to be
// mapped anew then.
class Guard {
 public:
  static constexpr std::size_t kMaxGuards = 16;

  Guard(void* begin, std::size_t bytes);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  bool is_lost() const;

 private:
  std::size_t place_;
};

}  // namespace wingbeat::segments
