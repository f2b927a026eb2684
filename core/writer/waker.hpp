// Wakes a stream's sleeping readers. However many sleep, it takes the writer one call, which wakes one of them and a thread that wakes
// the others: see docs/design/0008-waking-many.md.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "../platform/platform.hpp"

namespace wingbeat::stream {

class Waker {
 public:
  // `word` is what readers sleep on; it must outlive this.
  explicit Waker(const std::uint32_t* word) : word_(word), fork_generation_(platform::fork_generation()) {}
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;
  ~Waker();

  // Wakes all who sleep. `several`: whether more than one may. False if it seems that nobody did.
  bool wake(bool several);

 private:
  bool has_thread();
  void run();

  const std::uint32_t* word_;
  std::uint32_t fork_generation_;
  std::thread* thread_ = nullptr;  // by pointer: in a forked child there is no thread to join
  bool failed_ = false;            // to start it
  std::uint32_t turns_ = 0;        // what the thread was asked for; it sleeps on this
  std::atomic<bool> heard_{false}, ending_{false};
};

}  // namespace wingbeat::stream
