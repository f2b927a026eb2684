#include "parts.hpp"

#include <sched.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#endif

#include <chrono>
#include <climits>
#include <ctime>

namespace wingbeat::bench {
namespace {

constexpr std::uint64_t kStampWords = kStampBytes / 8;
constexpr std::uint64_t kLineBytes = 128;

std::uint64_t word_of(std::uint64_t seq) { return seq * 0x9e3779b97f4a7c15u + 1; }

// Before the slots, each word on a line of its own.
struct Hot {
  alignas(kLineBytes) std::atomic<std::uint64_t> head;
  alignas(kLineBytes) std::atomic<std::uint32_t> wake;
};

Hot& hot_of(std::byte* memory) { return *reinterpret_cast<Hot*>(memory); }

std::uint64_t stride_of(std::uint64_t payload_bytes) {
  return (sizeof(FloorRing::Header) + payload_bytes + kLineBytes - 1) / kLineBytes * kLineBytes;
}

}  // namespace

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

void spin_until(std::uint64_t time_ns) {
  while (now_ns() < time_ns) {
  }
}

bool pin_to_core(unsigned nth) {
#if defined(__linux__)
  // Kept from the first call, because pinning itself narrows the set.
  static const cpu_set_t allowed = [] {
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof set, &set) != 0) CPU_ZERO(&set);
    return set;
  }();
  for (unsigned core = 0, count = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &allowed) && count++ == nth) return run_on_core(core);
  }
#else
  static_cast<void>(nth);
#endif
  return false;
}

bool run_on_core(unsigned core) {
#if defined(__linux__)
  cpu_set_t chosen;
  CPU_ZERO(&chosen);
  CPU_SET(core, &chosen);
  return ::sched_setaffinity(0, sizeof chosen, &chosen) == 0;
#else
  static_cast<void>(core);
  return false;
#endif
}

[[gnu::noinline]] void fill(std::byte* frame, std::uint64_t bytes, std::uint64_t seq) {
  auto* words = reinterpret_cast<std::uint64_t*>(frame);
  const std::uint64_t value = word_of(seq);
  for (std::uint64_t i = kStampWords; i < bytes / 8; ++i) words[i] = value;
}

[[gnu::noinline]] bool sums_up(const std::byte* frame, std::uint64_t bytes, std::uint64_t seq) {
  const auto* words = reinterpret_cast<const std::uint64_t*>(frame) + kStampWords;
  const std::uint64_t count = bytes / 8 - kStampWords;
  std::uint64_t part[8] = {};  // so that the memory, not the additions, takes the time
  std::uint64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::uint64_t k = 0; k < 8; ++k) part[k] += words[i + k];
  }
  std::uint64_t sum = 0;
  for (; i < count; ++i) sum += words[i];
  for (const std::uint64_t value : part) sum += value;
  return sum == word_of(seq) * count;
}

std::uint64_t FloorRing::memory_bytes(std::uint64_t payload_bytes, std::uint64_t slots) {
  static_assert(sizeof(Hot) <= kSlotsOffset);
  return kSlotsOffset + slots * stride_of(payload_bytes);
}

FloorRing::FloorRing(std::byte* memory, std::uint64_t payload_bytes, std::uint64_t slots)
    : memory_(memory), stride_(stride_of(payload_bytes)), slots_(slots) {}

void FloorRing::commit(std::uint64_t seq, Wait wait) const {
  Hot& hot = hot_of(memory_);
  header(seq).commit.store(seq, std::memory_order_release);
  hot.head.store(seq, std::memory_order_release);
  if (wait == Wait::kSpin) return;
  hot.wake.store(static_cast<std::uint32_t>(seq), std::memory_order_release);
#if defined(__linux__)
  ::syscall(SYS_futex, &hot.wake, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
#endif
}

std::uint64_t FloorRing::newest() const { return hot_of(memory_).head.load(std::memory_order_acquire); }

void FloorRing::sleep(std::uint64_t seq, std::uint64_t limit_ns) const {
#if defined(__linux__)
  const timespec time{static_cast<time_t>(limit_ns / 1'000'000'000), static_cast<long>(limit_ns % 1'000'000'000)};
  ::syscall(SYS_futex, &hot_of(memory_).wake, FUTEX_WAIT, static_cast<std::uint32_t>(seq - 1), &time, nullptr, 0);
#else
  static_cast<void>(seq);
  static_cast<void>(limit_ns);
  ::usleep(20);
#endif
}

}  // namespace wingbeat::bench
