// Protects accesses to a mapped object that another program may truncate: they find zeros instead of ending the process
// by SIGBUS.
#pragma once

#include <atomic>
#include <cstddef>

namespace wingbeat::segments {

// Guards one range of mapped memory, at most kMaxGuards at a time. The first access beyond the object's end replaces
// the whole range by private zeros: from then on reads and writes have no meaning, is_lost() is true, and the range
// must be mapped anew.
class Guard {
 public:
  static constexpr std::size_t kMaxGuards = 16;

  Guard(void* begin, std::size_t bytes);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  bool is_lost() const;

 private:
  std::size_t index_;
};

}  // namespace wingbeat::segments
