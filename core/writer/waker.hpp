// Wakes a stream's sleeping readers. However many sleep, it costs the writer one system call, which wakes one
// reader and a thread that wakes the others: docs/design/0008-waking-many.md.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "../platform/platform.hpp"

namespace wingbeat::stream {

class Waker {
 public:
  // `word` is the word that readers sleep on. It must outlive this.
  explicit Waker(const std::uint32_t* word) : word_(word), fork_generation_(platform::fork_generation()) {}
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;
  ~Waker();

  // Wakes all sleepers. several: whether there may be more than one. False if it seems that none was woken.
  bool wake(bool several);

 private:
  bool has_thread();
  void run();

  const std::uint32_t* word_;
  std::uint32_t fork_generation_;
  std::thread* thread_ = nullptr;         // by pointer: in a forked child there is no thread to join
  bool failed_ = false;                   // to start it
  std::uint32_t turns_ = 0;               // requests to the thread, which sleeps on this word
  std::atomic<bool> woke_reader_{false};  // the thread has woken a reader since the last wake()
  std::atomic<bool> ending_{false};
};

}  // namespace wingbeat::stream
