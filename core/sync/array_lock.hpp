// The lock of a shared array: one word that says which party holds it, and one that sleepers sleep on (the
// bell). Templated over `Memory`, as slots.hpp is.
//
// Invariants
//  1. Only compare-and-swap makes the word name a holder, and only from a value that was seen. So there is one
//     holder at a time.
//  2. Each taking counts the word up. A word that names a dead holder is replaced only as it was seen. So a
//     taking that came in between is never undone, even if the dead party's number has a new owner.
//  3. A party that sleeps has marked the very word that its holder will replace, and has read the bell before.
//     The holder finds the mark and changes the bell, so the sleeper wakes up or does not fall asleep.
//  4. The new owner of a party number first removes a word that names it: the word is that of its dead
//     predecessor.
//
// docs/design/0009-shared-arrays.md says why this is not a mutex of the system.
#pragma once

#include <atomic>
#include <cstdint>

#include "../layout/array.hpp"
#include "shared_memory.hpp"
#include "steps.hpp"

namespace wingbeat::sync {

// The word: party + 1 (0: free) | waited for | abandoned | count of takings.
inline constexpr std::uint64_t kPartyMask = 0xffff;
inline constexpr std::uint64_t kWaitedFor = std::uint64_t{1} << 16;
inline constexpr std::uint64_t kAbandoned = std::uint64_t{1} << 17;  // the last holder died; to be reported to the next
inline constexpr std::uint64_t kTaking = std::uint64_t{1} << 18;
inline constexpr std::uint64_t kCountMask = ~(kTaking - 1);

constexpr bool is_held(std::uint64_t word) { return (word & kPartyMask) != 0; }
constexpr std::uint32_t party_of(std::uint64_t word) { return static_cast<std::uint32_t>(word & kPartyMask) - 1; }
constexpr bool is_held_by(std::uint64_t word, std::uint32_t party) { return is_held(word) && party_of(word) == party; }
constexpr std::uint64_t taken(std::uint64_t word, std::uint32_t party) {
  return ((word & kCountMask) + kTaking) | (party + 1);
}

// The words of a lock, as atomics.
class LockMemory {
 public:
  explicit LockMemory(layout::LockBlock* block) : block_(block) {}
  std::atomic<std::uint64_t>& holder() const { return SharedMemory::word(block_->holder); }
  std::atomic<std::uint32_t>& bell() const { return SharedMemory::word(block_->bell); }
  static void step(Step step) { reached(step); }

 private:
  layout::LockBlock* block_;
};

enum class LockOutcome { kHeld, kMine, kMineAbandoned };

// Takes the lock if it is free. Otherwise `seen` is the word of its holder.
template <class Memory>
LockOutcome try_take(const Memory& memory, std::uint32_t party, std::uint64_t& seen) {
  seen = memory.holder().load(std::memory_order_relaxed);
  while (!is_held(seen)) {
    // Acquire: pairs with give_back. The last holder's writes to the array come before.
    if (!memory.holder().compare_exchange_weak(seen, taken(seen, party), std::memory_order_acquire,
                                               std::memory_order_relaxed))
      continue;
    Memory::step(Step::kLockTaken);
    return (seen & kAbandoned) != 0 ? LockOutcome::kMineAbandoned : LockOutcome::kMine;
  }
  return LockOutcome::kHeld;
}

// Takes the lock from a holder that is known to have died after `seen` was read. Invariant 2 makes it safe.
template <class Memory>
bool take_from_dead(const Memory& memory, std::uint32_t party, std::uint64_t seen) {
  // The mark stays: other parties may still sleep.
  if (!memory.holder().compare_exchange_strong(seen, taken(seen, party) | (seen & kWaitedFor),
                                               std::memory_order_acquire, std::memory_order_relaxed))
    return false;
  Memory::step(Step::kLockTakenOver);
  return true;
}

// Marks the word as waited for. False if it has changed since `seen`: look again.
template <class Memory>
bool mark_waited_for(const Memory& memory, std::uint64_t seen) {
  if ((seen & kWaitedFor) != 0) return memory.holder().load(std::memory_order_relaxed) == seen;
  if (!memory.holder().compare_exchange_strong(seen, seen | kWaitedFor, std::memory_order_relaxed)) return false;
  Memory::step(Step::kLockWaitedFor);
  return true;
}

// Frees the lock: the last act of a holder, or (with `left` = kAbandoned) what a party does with a word that
// its dead predecessor left. True if sleepers must be woken. False also if the word does not name this party.
template <class Memory>
bool give_back(const Memory& memory, std::uint32_t party, std::uint64_t left = 0) {
  std::uint64_t seen = memory.holder().load(std::memory_order_relaxed);
  do {
    if (!is_held_by(seen, party)) return false;
    // Release: pairs with try_take, so that the next holder sees what this one wrote.
  } while (!memory.holder().compare_exchange_weak(seen, (seen & kCountMask) | left, std::memory_order_acq_rel,
                                                  std::memory_order_relaxed));
  Memory::step(Step::kLockFreed);
  if ((seen & kWaitedFor) == 0) return false;
  memory.bell().fetch_add(1, std::memory_order_release);
  Memory::step(Step::kLockRung);
  return true;
}

}  // namespace wingbeat::sync
