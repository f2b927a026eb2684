// Lock-step: the writer waits, because it chose to, until a reader has finished with a frame. One word per reader says how far it
// is (`done`: 1 + the last seq finished with; 0 before it asks for its first frame), one of the writer's says that it sleeps.
//
// Invariant: between the reader's "done" and the writer's going to sleep nothing is lost. Both sides write one word and read the
// other's behind a full fence (store buffering, as in slots.hpp): the writer sees the frame done, or the reader sees it waiting.
#pragma once

#include <atomic>
#include <cstdint>

#include "steps.hpp"

namespace wingbeat::sync {

// The reader's side, any thread: all frames up to `seq` are finished with. True if the writer sleeps and must be woken.
template <class Memory>
bool tell_done(const Memory& memory, std::uint32_t reader, std::uint64_t seq) {
  auto& done = memory.done(reader);
  std::uint64_t before = done.load(std::memory_order_relaxed);
  // Release: what was read of the frame, and the requests made because of it, come before.
  while (before <= seq &&
         !done.compare_exchange_weak(before, seq + 1, std::memory_order_release, std::memory_order_relaxed)) {
  }
  Memory::step(Step::kReaderDone);
  Memory::fence(std::memory_order_seq_cst);  // pairs with the fence in mark_waiting
  return memory.waiting().load(std::memory_order_relaxed) != 0;
}

// The writer's side.
template <class Memory>
bool is_done(const Memory& memory, std::uint32_t reader, std::uint64_t seq) {
  return memory.done(reader).load(std::memory_order_acquire) > seq;  // pairs with tell_done
}

// To be called before sleeping on a `done` word; then look once more, and sleep only if it has not changed.
template <class Memory>
void mark_waiting(const Memory& memory) {
  memory.waiting().store(1, std::memory_order_relaxed);
  Memory::step(Step::kWriterAwaiting);
  Memory::fence(std::memory_order_seq_cst);  // pairs with the fence in tell_done
}

template <class Memory>
void mark_going_on(const Memory& memory) {
  memory.waiting().store(0, std::memory_order_relaxed);
  Memory::step(Step::kWriterAwaited);
}

}  // namespace wingbeat::sync
