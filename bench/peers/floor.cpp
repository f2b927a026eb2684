// The floor: shared memory, one commit word per slot, no checks, no leases, no second writer, nobody who dies. What no library can
// beat on this machine, with the same memory traffic.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>

#include "peer.hpp"
#include "shared_file.hpp"

namespace wingbeat::bench {
namespace {

constexpr std::uint64_t kPageBytes = 4096, kLineBytes = 128;

struct Hot {
  alignas(kLineBytes) std::atomic<std::uint64_t> head;
  alignas(kLineBytes) std::atomic<std::uint32_t> wake;
};

// As many slots as Wingbeat has for so many readers, laid out alike: the commit word is the neighbour of the payload.
class Ring {
 public:
  explicit Ring(const Setup& setup, bool makes)
      : stride_((64 + setup.bytes + kLineBytes - 1) / kLineBytes * kLineBytes),
        slots_(setup.readers + 3),
        memory_(makes ? SharedFile::make(setup, kPageBytes + slots_ * stride_)
                      : SharedFile::open(setup, kPageBytes + slots_ * stride_)) {}

  Hot& hot() const { return *reinterpret_cast<Hot*>(memory_.data()); }
  std::atomic<std::uint64_t>& commit(std::uint64_t seq) const {
    return *reinterpret_cast<std::atomic<std::uint64_t>*>(slot(seq));
  }
  std::byte* payload(std::uint64_t seq) const { return slot(seq) + 64; }

 private:
  std::byte* slot(std::uint64_t seq) const { return memory_.data() + kPageBytes + seq % slots_ * stride_; }

  std::uint64_t stride_, slots_;
  SharedFile memory_;
};

class FloorSender final : public Sender {
 public:
  explicit FloorSender(const Setup& setup) : ring_(setup, true), wait_(setup.wait) {}
  std::byte* begin() override { return ring_.payload(++seq_); }
  void send() override {
    ring_.commit(seq_).store(seq_, std::memory_order_release);
    ring_.hot().head.store(seq_, std::memory_order_release);
    if (wait_ == Wait::kSpin) return;
    ring_.hot().wake.store(static_cast<std::uint32_t>(seq_), std::memory_order_release);
    ::syscall(SYS_futex, &ring_.hot().wake, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
  }

 private:
  Ring ring_;
  Wait wait_;
  std::uint64_t seq_ = 0;
};

class FloorReceiver final : public Receiver {
 public:
  explicit FloorReceiver(const Setup& setup) : ring_(setup, false), wait_(setup.wait) {
    seq_ = ring_.hot().head.load(std::memory_order_acquire);
  }
  const std::byte* receive(std::chrono::nanoseconds limit) override {
    const auto& commit = ring_.commit(seq_ + 1);
    if (commit.load(std::memory_order_acquire) != seq_ + 1 && !waits_for(seq_ + 1, limit)) return nullptr;
    ++seq_;
    return ring_.payload(seq_);
  }

 private:
  bool waits_for(std::uint64_t seq, std::chrono::nanoseconds limit) {
    const std::uint64_t end_ns = now_ns() + static_cast<std::uint64_t>(limit.count());
    const auto& commit = ring_.commit(seq);
    for (unsigned i = 1; commit.load(std::memory_order_acquire) != seq; ++i) {
      if (wait_ == Wait::kSleep) sleep(seq, limit);
      if (wait_ == Wait::kSpin && i % 64 != 0) continue;
      if (commit.load(std::memory_order_acquire) > seq) return catch_up();
      if (now_ns() > end_ns) return false;
    }
    return true;
  }
  // Overtaken: the floor protects nobody.
  bool catch_up() {
    seq_ = ring_.hot().head.load(std::memory_order_acquire) - 1;
    return true;
  }
  void sleep(std::uint64_t seq, std::chrono::nanoseconds limit) {
    const timespec time{limit.count() / 1'000'000'000, limit.count() % 1'000'000'000};
    ::syscall(SYS_futex, &ring_.hot().wake, FUTEX_WAIT, static_cast<std::uint32_t>(seq - 1), &time, nullptr, 0);
  }

  Ring ring_;
  Wait wait_;
  std::uint64_t seq_ = 0;
};

}  // namespace

Peer peer() {
  return {
      "floor",
      "none",
      "a ring of readers + 3 slots in shared memory, a commit word per slot; asleep: one futex; no protection at all",
      false,
      1ull << 32,
      [](const Setup& setup) -> std::unique_ptr<Sender> { return std::make_unique<FloorSender>(setup); },
      [](const Setup& setup) -> std::unique_ptr<Receiver> { return std::make_unique<FloorReceiver>(setup); }};
}

}  // namespace wingbeat::bench
