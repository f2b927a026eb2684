// The lock behind a shared array's numbers. Each handle is a party of its own with a number and, for as long as it lives, a lock file
// `array-<identity>.party<number>`: whether the holder lives, the kernel says, as of all parties (docs/design/0003-liveness.md).
#pragma once

#include <cstdint>
#include <string>

#include "../platform/platform.hpp"
#include "../sync/array_lock.hpp"

namespace wingbeat::stream {

class ArrayLock {
 public:
  // `array`: what messages call it. block: nullptr if it has no lock.
  ArrayLock(std::string array, layout::LockBlock* block);
  ArrayLock(const ArrayLock&) = delete;
  ArrayLock& operator=(const ArrayLock&) = delete;

  static void fill(layout::LockBlock& block);  // of a new array

  bool exists() const { return block_ != nullptr; }
  int lock(std::int64_t timeout_ns);
  int unlock();
  void leave();  // the party ends; a lock that it still holds is left abandoned

 private:
  int join();
  int take_number();
  bool is_dead(std::uint32_t party) const;
  int spin(std::uint64_t until_ns, std::uint64_t& seen);
  int wait(std::uint64_t deadline_ns);
  int taken(sync::LockOutcome outcome);
  std::string file(std::uint32_t party) const;

  std::string array_;
  layout::LockBlock* block_ = nullptr;
  sync::LockMemory memory_;
  std::string directory_;
  std::uint64_t identity_ = 0;
  platform::FileLock party_lock_;  // locked from the first lock() on
  std::uint32_t party_ = 0;
  bool is_held_ = false;
};

// On the monotonic clock; UINT64_MAX: never.
std::uint64_t deadline_after(std::int64_t timeout_ns);

// Removes the lock files of parties that died. Returns how many.
std::uint32_t remove_dead_parties(const std::string& directory);

}  // namespace wingbeat::stream
