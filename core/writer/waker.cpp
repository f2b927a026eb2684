#include "waker.hpp"

#include <system_error>

#include "../sync/shared_memory.hpp"

namespace wingbeat::stream {
namespace {

constexpr std::uint64_t kNapNs = 1'000'000'000;

}  // namespace

// In a forked child the thread does not exist, and there is nothing to end.
Waker::~Waker() {
  if (thread_ == nullptr || fork_generation_ != platform::fork_generation()) return;
  ending_.store(true, std::memory_order_relaxed);
  sync::SharedMemory::word(turns_).fetch_add(1, std::memory_order_release);
  platform::wake_all(&turns_);
  thread_->join();
  delete thread_;
}

// A reader may be woken by the thread only after this returns, so that the answer refers to the wake-up before
// as well.
bool Waker::wake(bool several) {
  if (!several || !has_thread()) return platform::wake_all(word_);
  const int woken = platform::wake_two(word_, &turns_);  // one of them may be the thread itself
  return woke_reader_.exchange(false, std::memory_order_relaxed) || woken > 1;
}

// Starts the thread when it is first needed. If it cannot be started, the writer wakes all readers itself.
bool Waker::has_thread() {
  if (thread_ != nullptr) return true;
  if (failed_ || !platform::has_wake_two()) return false;
  const platform::SignalsBlocked blocked;
  try {
    thread_ = new std::thread([this] { run(); });
  } catch (const std::system_error&) {
    failed_ = true;
  }
  return !failed_;
}

// Runs on other cores than the one that the writer is pinned to, where it would take the writer's time after
// all. A turn is noted before waking: a request that arrives meanwhile is another turn, so that no wake-up is
// lost. (The model tests/model/spin/sleeping.pml checks it; SEEN_LATE is the wrong order.)
void Waker::run() {
  platform::leave_inherited_cores();
  for (std::uint32_t seen = 0;;) {
    const std::uint32_t turn = sync::SharedMemory::word(turns_).load(std::memory_order_acquire);
    if (turn != seen) {
      seen = turn;
      if (platform::wake_all(word_)) woke_reader_.store(true, std::memory_order_relaxed);
    } else if (ending_.load(std::memory_order_relaxed)) {
      return;
    } else {
      platform::wait_on(&turns_, seen, kNapNs);
    }
  }
}

}  // namespace wingbeat::stream
