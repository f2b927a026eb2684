#include "watcher.hpp"

#include "../stream/error.hpp"
#include "../sync/slots.hpp"

namespace wingbeat::stream {
namespace {

constexpr std::uint64_t kNapNs = 250'000'000;
constexpr std::uint64_t kObserverNapNs = 1'000'000;  // an observer cannot mark itself asleep, so that nothing wakes it
constexpr std::uint64_t kManifestNapNs = 5'000'000;
constexpr std::uint64_t kReminderNs = 1'000'000'000;  // the reader has checks of its own to make

}  // namespace

// In a forked child the thread does not exist. Its mutex and condition variable are not destroyed there either
// (Reader::~Reader).
Watcher::~Watcher() {
  if (fork_generation_ != platform::fork_generation() || thread_ == nullptr) return;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
    if (sleeping_on_ != nullptr) platform::wake_all(sleeping_on_);
  }
  changed_.notify_all();
  thread_->join();
  delete thread_;
}

int Watcher::open() {
  if (int error = event_.open()) return fail_system(error, "cannot create the descriptor of wb_reader_fd");
  platform::SignalsBlocked blocked;
  try {
    thread_ = new std::thread([this] { run(); });
  } catch (const std::system_error&) {
    return fail(WB_ERR_SYSTEM, "cannot start the thread of wb_reader_fd: the system has too many threads");
  }
  return WB_OK;
}

// If there is news already, the descriptor is readable at once, and the thread is not needed.
int Watcher::arm(Target target) {
  std::lock_guard<std::mutex> lock(mutex_);
  event_.clear();
  if (has_news(target)) {
    event_.signal();
    return event_.descriptor();
  }
  target_ = std::move(target);
  armed_ = true;
  if (sleeping_on_ != nullptr) platform::wake_all(sleeping_on_);
  changed_.notify_all();
  return event_.descriptor();
}

// Acquire: the reader's next look must find what is reported here.
bool Watcher::has_news(const Target& target) const {
  if (target.attachment == nullptr) return platform::file_exists(location_.manifest());
  const sync::SharedMemory& memory = target.attachment->memory;
  return sync::head_seq(memory.head().load(std::memory_order_acquire)) >= target.wanted ||
         memory.generation().load(std::memory_order_acquire) != target.generation ||
         memory.writer_state().load(std::memory_order_acquire) != target.state;
}

// Signals the descriptor once per arming: when there is news, or after kReminderNs, since the reader has checks
// of its own to make.
void Watcher::run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!ending_) {
    if (!armed_) {
      changed_.wait(lock);
      continue;
    }
    const std::uint64_t start_ns = platform::now_ns();
    while (armed_ && !ending_ && !has_news(target_) && platform::now_ns() - start_ns < kReminderNs) nap(lock);
    if (armed_) event_.signal();
    armed_ = false;
  }
}

// Sleeps until the stream's wake word changes, for a limited time. The mutex is released meanwhile. The target
// is copied, because arm() may replace it.
void Watcher::nap(std::unique_lock<std::mutex>& lock) {
  const Target target = target_;
  if (target.attachment == nullptr) {
    changed_.wait_for(lock, std::chrono::nanoseconds(kManifestNapNs));
    return;
  }
  const sync::SharedMemory& memory = target.attachment->memory;
  const std::uint32_t word = memory.wake().load(std::memory_order_acquire);
  if (!target.attachment->has_control()) return nap_on(target, word, kObserverNapNs, lock);
  sync::SlotReader<sync::SharedMemory> sleeper(memory, target.entry);
  sleeper.mark_asleep();
  nap_on(target, word, kNapNs, lock);
  sleeper.mark_awake();
}

// sleeping_on_ is stored under the mutex, so that arm() and the destructor can wake this thread.
void Watcher::nap_on(const Target& target, std::uint32_t word, std::uint64_t limit_ns,
                     std::unique_lock<std::mutex>& lock) {
  if (has_news(target)) return;
  const std::uint32_t* wake = &target.attachment->memory.hot().wake;
  sleeping_on_ = wake;
  lock.unlock();
  platform::wait_on(wake, word, limit_ns);
  lock.lock();
  sleeping_on_ = nullptr;
}

}  // namespace wingbeat::stream
