// The lock behind a shared array's elements. Each handle that locks it is a party with a number, and holds, for
// as long as it lives, the lock of a file `array-<identity>.party<number>`. So the kernel knows which parties
// are alive (docs/design/0003-liveness.md).
#pragma once

#include <cstdint>
#include <string>

#include "../platform/platform.hpp"
#include "../sync/array_lock.hpp"

namespace wingbeat::stream {

class ArrayLock {
 public:
  // array: its name in messages. block: nullptr if the array has no lock.
  ArrayLock(std::string array, layout::LockBlock* block);
  ArrayLock(const ArrayLock&) = delete;
  ArrayLock& operator=(const ArrayLock&) = delete;

  static void fill(layout::LockBlock& block);  // of a new array, before any other process sees it

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

// A time on the monotonic clock. UINT64_MAX: never.
std::uint64_t deadline_after(std::int64_t timeout_ns);

// Removes the lock files of parties that died, and returns how many.
std::uint32_t remove_dead_parties(const std::string& directory);

}  // namespace wingbeat::stream
