#include "waker.hpp"

#include <system_error>

#include "../sync/shared_memory.hpp"

namespace wingbeat::stream {
namespace {

constexpr std::uint64_t kNapNs = 1'000'000'000;

}  // namespace

Waker::~Waker() {
  if (thread_ == nullptr || fork_generation_ != platform::fork_generation()) return;
  ending_.store(true, std::memory_order_relaxed);
  sync::SharedMemory::word(turns_).fetch_add(1, std::memory_order_release);
  platform::wake_all(&turns_);
  thread_->join();
  delete thread_;
}

bool Waker::wake(bool several) {
  if (!several || !has_thread()) return platform::wake_all(word_);
  const int woken = platform::wake_two(word_, &turns_);  // one of them may be the thread itself
  return heard_.exchange(false, std::memory_order_relaxed) || woken > 1;
}

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

// Not on the core that the writer is bound to, where it would take the writer's time after all.
void Waker::run() {
  platform::run_elsewhere();
  for (std::uint32_t seen = 0;;) {
    const std::uint32_t turn = sync::SharedMemory::word(turns_).load(std::memory_order_acquire);
    if (turn != seen) {
      seen = turn;  // before waking: who is asked for meanwhile is woken in another turn
      if (platform::wake_all(word_)) heard_.store(true, std::memory_order_relaxed);
    } else if (ending_.load(std::memory_order_relaxed)) {
      return;
    } else {
      platform::wait_on(&turns_, seen, kNapNs);
    }
  }
}

}  // namespace wingbeat::stream
