// The lock of a shared array: one word that says who holds it, one that wakes who waits. Templated over `Memory` as slots.hpp is.
//
// Invariants
//   1. Only compare-and-swap makes a word name a holder, and only from a word that was seen: so there is one holder at a time.
//   2. Each taking counts the word up. A word that names a dead holder is replaced as it was seen, so a taking that came in between
//      is never undone, even if the dead party's number has an owner again.
//   3. Who sleeps has marked the very word that its holder will take away, and has read the bell before: the holder finds the mark and
//      changes the bell, so the sleeper does not sleep on, or not at all.
//   4. A number's new owner first takes away a word that names it: it is its dead predecessor's.
#pragma once

#include <atomic>
#include <cstdint>

#include "../layout/array.hpp"
#include "shared_memory.hpp"
#include "steps.hpp"

namespace wingbeat::sync {

// holder: party + 1 (0: nobody) | waited for | abandoned | count of takings
inline constexpr std::uint64_t kPartyMask = 0xffff;
inline constexpr std::uint64_t kWaitedFor = std::uint64_t{1} << 16;
inline constexpr std::uint64_t kAbandoned = std::uint64_t{1} << 17;  // the last holder died, and nobody was told yet
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

// Takes the lock if nobody holds it. `seen` is the word as it is otherwise.
template <class Memory>
LockOutcome try_take(const Memory& memory, std::uint32_t party, std::uint64_t& seen) {
  seen = memory.holder().load(std::memory_order_relaxed);
  while (!is_held(seen)) {
    // Acquire: pairs with give_back, and comes behind all that the last holder wrote.
    if (!memory.holder().compare_exchange_weak(seen, taken(seen, party), std::memory_order_acquire,
                                               std::memory_order_relaxed))
      continue;
    Memory::step(Step::kLockTaken);
    return (seen & kAbandoned) != 0 ? LockOutcome::kMineAbandoned : LockOutcome::kMine;
  }
  return LockOutcome::kHeld;
}

// Takes the lock out of the hands of a holder that is known to have died since `seen` was read.
template <class Memory>
bool take_from_dead(const Memory& memory, std::uint32_t party, std::uint64_t seen) {
  // The mark stays: others may sleep on.
  if (!memory.holder().compare_exchange_strong(seen, taken(seen, party) | (seen & kWaitedFor),
                                               std::memory_order_acquire, std::memory_order_relaxed))
    return false;
  Memory::step(Step::kLockTakenOver);
  return true;
}

// Marks the word as waited for. False if it is another one by now: look again.
template <class Memory>
bool mark_waited_for(const Memory& memory, std::uint64_t seen) {
  if ((seen & kWaitedFor) != 0) return memory.holder().load(std::memory_order_relaxed) == seen;
  if (!memory.holder().compare_exchange_strong(seen, seen | kWaitedFor, std::memory_order_relaxed)) return false;
  Memory::step(Step::kLockWaitedFor);
  return true;
}

// Frees the lock: a holder's last act, or what is done with a word of `party`'s dead predecessor (`left` is kAbandoned then). Whether
// somebody must be woken; false also if the word does not name this party.
template <class Memory>
bool give_back(const Memory& memory, std::uint32_t party, std::uint64_t left = 0) {
  std::uint64_t seen = memory.holder().load(std::memory_order_relaxed);
  do {
    if (!is_held_by(seen, party)) return false;
    // Release: pairs with try_take.
  } while (!memory.holder().compare_exchange_weak(seen, (seen & kCountMask) | left, std::memory_order_acq_rel,
                                                  std::memory_order_relaxed));
  Memory::step(Step::kLockFreed);
  if ((seen & kWaitedFor) == 0) return false;
  memory.bell().fetch_add(1, std::memory_order_release);
  Memory::step(Step::kLockRung);
  return true;
}

}  // namespace wingbeat::sync
