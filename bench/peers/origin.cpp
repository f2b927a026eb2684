// The original project's way: a raw array in shared memory, a separate process-shared mutex, and a reader that polls,
// locks and copies.
#include <pthread.h>

#include <cstring>
#include <thread>
#include <vector>

#include "peer.hpp"
#include "shared_file.hpp"

namespace wingbeat::bench {
namespace {

struct Lock {
  alignas(128) pthread_mutex_t mutex;
};

class OriginSender final : public Sender {
 public:
  explicit OriginSender(const Setup& setup)
      : memory_(SharedFile::make(setup, sizeof(Lock) + setup.bytes)), frame_(setup.bytes / 8) {
    pthread_mutexattr_t attributes;
    ::pthread_mutexattr_init(&attributes);
    ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    ::pthread_mutex_init(mutex(), &attributes);
    ::pthread_mutexattr_destroy(&attributes);
  }
  std::byte* begin() override { return reinterpret_cast<std::byte*>(frame_.data()); }
  void send() override {
    ::pthread_mutex_lock(mutex());
    std::memcpy(memory_.data() + sizeof(Lock), frame_.data(), frame_.size() * 8);
    ::pthread_mutex_unlock(mutex());
  }

 private:
  pthread_mutex_t* mutex() { return &reinterpret_cast<Lock*>(memory_.data())->mutex; }

  SharedFile memory_;
  std::vector<std::uint64_t> frame_;
};

// The original project has no signal for a new frame. This receiver compares the number in the frame instead.
class OriginReceiver final : public Receiver {
 public:
  explicit OriginReceiver(const Setup& setup)
      : memory_(SharedFile::open(setup, sizeof(Lock) + setup.bytes)), frame_(setup.bytes / 8), wait_(setup.wait) {}
  const std::byte* receive(std::chrono::nanoseconds limit) override {
    const std::uint64_t end_ns = now_ns() + static_cast<std::uint64_t>(limit.count());
    while (!copies_a_new_one()) {
      if (now_ns() > end_ns) return nullptr;
      if (wait_ == Wait::kSleep) std::this_thread::sleep_for(kNap);
    }
    return reinterpret_cast<const std::byte*>(frame_.data());
  }

 private:
  static constexpr auto kNap = std::chrono::milliseconds(1);

  bool copies_a_new_one() {
    auto* mutex = &reinterpret_cast<Lock*>(memory_.data())->mutex;
    const std::byte* shared = memory_.data() + sizeof(Lock);
    Stamp stamp;
    ::pthread_mutex_lock(mutex);
    std::memcpy(&stamp, shared, sizeof stamp);
    const bool is_new = stamp.start_ns != last_ns_;
    if (is_new) std::memcpy(frame_.data(), shared, frame_.size() * 8);
    ::pthread_mutex_unlock(mutex);
    last_ns_ = stamp.start_ns;
    return is_new;
  }

  SharedFile memory_;
  std::vector<std::uint64_t> frame_;
  Wait wait_;
  std::uint64_t last_ns_ = 0;
};

}  // namespace

Peer peer() {
  return {"origin",
          "glibc",
          "raw array and pthread mutex in shared memory, copied in and out under the lock; looks all the time (spin) "
          "or every "
          "ms (sleep; the origin: 33 ms); the newest frame only",
          true,
          1ull << 32,
          [](const Setup& setup) -> std::unique_ptr<Sender> { return std::make_unique<OriginSender>(setup); },
          [](const Setup& setup) -> std::unique_ptr<Receiver> { return std::make_unique<OriginReceiver>(setup); }};
}

}  // namespace wingbeat::bench
