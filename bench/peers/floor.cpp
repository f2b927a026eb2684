// The floor as a peer: the ring of slots from `wingbeat bench`, in a shared file.
#include "peer.hpp"
#include "shared_file.hpp"

namespace wingbeat::bench {
namespace {

// Wingbeat's number of slots for this number of readers.
std::uint64_t slots_for(const Setup& setup) { return setup.readers + 3; }

class Shared {
 public:
  Shared(const Setup& setup, bool makes)
      : memory_(makes ? SharedFile::make(setup, FloorRing::memory_bytes(setup.bytes, slots_for(setup)))
                      : SharedFile::open(setup, FloorRing::memory_bytes(setup.bytes, slots_for(setup)))),
        ring_(memory_.data(), setup.bytes, slots_for(setup)) {}
  const FloorRing* operator->() const { return &ring_; }

 private:
  SharedFile memory_;
  FloorRing ring_;
};

class FloorSender final : public Sender {
 public:
  explicit FloorSender(const Setup& setup) : ring_(setup, true), wait_(setup.wait) {}
  std::byte* begin() override { return ring_->payload(++seq_); }
  void send() override { ring_->commit(seq_, wait_); }

 private:
  Shared ring_;
  Wait wait_;
  std::uint64_t seq_ = 0;
};

class FloorReceiver final : public Receiver {
 public:
  explicit FloorReceiver(const Setup& setup) : ring_(setup, false), wait_(setup.wait) { seq_ = ring_->newest(); }
  const std::byte* receive(std::chrono::nanoseconds limit) override {
    if (ring_->committed(seq_ + 1) != seq_ + 1 && !wait_for_frame(seq_ + 1, limit)) return nullptr;
    ++seq_;
    return ring_->payload(seq_);
  }

 private:
  bool wait_for_frame(std::uint64_t seq, std::chrono::nanoseconds limit) {
    const std::uint64_t end_ns = now_ns() + static_cast<std::uint64_t>(limit.count());
    for (unsigned i = 1; ring_->committed(seq) != seq; ++i) {
      if (wait_ == Wait::kSleep) ring_->sleep(seq, static_cast<std::uint64_t>(limit.count()));
      if (wait_ == Wait::kSpin && i % 64 != 0) continue;
      if (ring_->committed(seq) > seq) return catch_up();
      if (now_ns() > end_ns) return false;
    }
    return true;
  }
  // The sender has overtaken this receiver: the floor does not protect frames.
  bool catch_up() {
    seq_ = ring_->newest() - 1;
    return true;
  }

  Shared ring_;
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
