// What `wingbeat bench` and bench/peers share: the payload of a frame, the floor that both compare with, and the clocks
// and cores of their drivers.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace wingbeat::bench {

// How a reader waits: without giving up its core, or in the kernel.
enum class Wait { kSpin, kSleep };

std::uint64_t now_ns();  // CLOCK_MONOTONIC, the same for all processes of a machine
void spin_until(std::uint64_t time_ns);

// The process, and those that it forks, run on the `nth` of the cores that it was allowed at first. False where that is
// not possible.
bool pin_to_core(unsigned nth);
bool run_on_core(unsigned core);  // the same, with the system's number of the core

struct Waiting {
  std::uint64_t limit_ns;
  void (*each_round)() = [] {};  // called now and then; may throw
};

// Spins until the condition holds. Throws std::runtime_error at the limit.
template <class Condition>
void wait_for(const Condition& holds, const Waiting& waiting, const char* what) {
  const std::uint64_t end_ns = now_ns() + waiting.limit_ns;
  for (unsigned i = 0; !holds(); ++i) {
    if (i % 1024 != 0) continue;
    waiting.each_round();
    if (now_ns() > end_ns) throw std::runtime_error(std::string("waited in vain for ") + what);
  }
}

// The first bytes of a frame.
struct Stamp {
  std::uint64_t seq;         // 1, 2, 3, and so on; 0 while receivers warm up
  std::uint64_t start_ns;    // before the first byte was written; when paced: the time at which that was due
  std::uint64_t publish_ns;  // before the frame was sent
};
inline constexpr std::uint64_t kStampBytes = sizeof(Stamp);

// Writes, and reads and checks, every word behind the stamp. All words follow from the number of the frame, so a reader
// that sums them knows whether it got the whole frame. Not inlined, so that every way of transport runs the same code.
void fill(std::byte* frame, std::uint64_t bytes, std::uint64_t seq);
bool sums_up(const std::byte* frame, std::uint64_t bytes, std::uint64_t seq);

// The floor: a ring of slots in shared memory, a commit word per slot, one writer. It has no checks, no leases and no
// protection against the death of a process. No library can be faster on this machine with the same memory traffic.
class FloorRing {
 public:
  // As large as the header of Wingbeat's slots, and before the payload in the same way.
  struct Header {
    std::atomic<std::uint64_t> commit;
    std::uint64_t step;
    double sim_time;
    std::uint64_t publish_time_ns, begin_time_ns, count, reserved[2];
  };
  static_assert(sizeof(Header) == 64);

  static std::uint64_t memory_bytes(std::uint64_t payload_bytes, std::uint64_t slots);
  // The memory is zero at first, and shared by all processes that make a ring of it.
  FloorRing(std::byte* memory, std::uint64_t payload_bytes, std::uint64_t slots);

  Header& header(std::uint64_t seq) const {
    return *reinterpret_cast<Header*>(memory_ + kSlotsOffset + seq % slots_ * stride_);
  }
  std::byte* payload(std::uint64_t seq) const { return reinterpret_cast<std::byte*>(&header(seq) + 1); }

  // By the writer, with the payload written: shows the frame, and wakes readers if they sleep.
  void commit(std::uint64_t seq, Wait wait) const;
  // The slot's frame, which is a later one if the reader was overtaken.
  std::uint64_t committed(std::uint64_t seq) const { return header(seq).commit.load(std::memory_order_acquire); }
  std::uint64_t newest() const;
  // Sleeps until a frame after `seq` - 1 is committed, or for the time.
  void sleep(std::uint64_t seq, std::uint64_t limit_ns) const;

 private:
  static constexpr std::uint64_t kSlotsOffset = 4096;  // a page with the words that all slots share

  std::byte* memory_;
  std::uint64_t stride_, slots_;
};

}  // namespace wingbeat::bench
