// Lock-step: the writer waits, because it chose to, until a reader has finished with a frame. One word of each
// reader says how far it is (`done`: 1 + the last seq that it has finished with; 0 before it asks for its first
// frame). One word of the writer says that it sleeps (`waiting`).
//
// Invariant: no "done" is lost between its store and the writer's sleep. Both sides store one word and then
// load the other's behind a full fence (store buffering, as in slots.hpp): the writer sees the frame done, or
// the reader sees the writer waiting and wakes it.
#pragma once

#include <atomic>
#include <cstdint>

#include "steps.hpp"

namespace wingbeat::sync {

// The reader's side, any thread: all frames up to `seq` are finished with. True if the writer sleeps and must
// be woken. `done` only grows: two threads may release frames in either order.
template <class Memory>
bool tell_done(const Memory& memory, std::uint32_t reader, std::uint64_t seq) {
  auto& done = memory.done(reader);
  std::uint64_t before = done.load(std::memory_order_relaxed);
  // Release: pairs with is_done. The reads of the frame, and the requests made because of it, come before.
  while (before <= seq &&
         !done.compare_exchange_weak(before, seq + 1, std::memory_order_release, std::memory_order_relaxed)) {
  }
  Memory::step(Step::kReaderDone);
  Memory::fence(std::memory_order_seq_cst);  // pairs with the fence in mark_waiting
  return memory.waiting().load(std::memory_order_relaxed) != 0;
}

// The writer's side: whether the reader has finished with frame `seq`.
template <class Memory>
bool is_done(const Memory& memory, std::uint32_t reader, std::uint64_t seq) {
  return memory.done(reader).load(std::memory_order_acquire) > seq;  // pairs with tell_done
}

// The writer's side: call this before sleeping on a `done` word, then look once more, and sleep only if it has
// not changed.
template <class Memory>
void mark_waiting(const Memory& memory) {
  memory.waiting().store(1, std::memory_order_relaxed);
  Memory::step(Step::kWriterAwaiting);
  Memory::fence(std::memory_order_seq_cst);  // pairs with the fence in tell_done
}

// The writer's side: call this after waking up.
template <class Memory>
void mark_going_on(const Memory& memory) {
  memory.waiting().store(0, std::memory_order_relaxed);
  Memory::step(Step::kWriterAwaited);
}

}  // namespace wingbeat::sync
