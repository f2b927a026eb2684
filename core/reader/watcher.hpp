// The thread behind wb_reader_fd: it sleeps on behalf of a reader, and makes a descriptor readable when there
// is something to look at. It only reads shared memory, and marks the reader asleep.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "../platform/platform.hpp"
#include "../stream/attachment.hpp"
#include "../stream/registry.hpp"

namespace wingbeat::stream {

class Watcher {
 public:
  explicit Watcher(Location location) : location_(std::move(location)), fork_generation_(platform::fork_generation()) {}
  ~Watcher();

  int open();

  // What the reader has seen; anything else is news. Without an attachment, a manifest is news.
  struct Target {
    std::shared_ptr<Attachment> attachment;
    std::uint32_t entry = 0;
    std::uint64_t wanted = 0;  // the next frame's lowest seq
    std::uint32_t generation = 0;
    std::uint32_t state = 0;
  };

  // Clears the descriptor and watches. Returns the descriptor.
  int arm(Target target);

 private:
  void run();
  void nap(std::unique_lock<std::mutex>& lock);
  void nap_on(const Target& target, std::uint32_t word, std::uint64_t limit_ns, std::unique_lock<std::mutex>& lock);
  bool has_news(const Target& target) const;

  Location location_;
  std::uint32_t fork_generation_;
  platform::Event event_;
  std::thread* thread_ = nullptr;  // by pointer: in a forked child there is no thread to join

  std::mutex mutex_;
  std::condition_variable changed_;
  Target target_;
  const std::uint32_t* sleeping_on_ = nullptr;
  bool armed_ = false;
  bool ending_ = false;
};

}  // namespace wingbeat::stream
