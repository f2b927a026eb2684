// The words of a stream's two mapped objects, as atomics. This is the `Memory` that the protocols in slots.hpp,
// requests.hpp and lock_step.hpp are templated over. Relacy's checker runs the same protocols over a `Memory`
// of its own (tests/model/relacy/checked_memory.hpp).
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "../layout/format.hpp"
#include "steps.hpp"

#if defined(__SANITIZE_THREAD__)
#define WINGBEAT_UNDER_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WINGBEAT_UNDER_THREAD_SANITIZER 1
#endif
#endif

namespace wingbeat::sync {

// The addresses and offsets of the parts of both objects. They come from validated copies of the headers, never
// from shared memory, so that a later change of a header cannot move an access outside the mapping.
struct Regions {
  std::uint8_t* data = nullptr;
  std::uint8_t* control = nullptr;
  std::uint64_t slots_offset = 0;
  std::uint64_t slot_stride = 0;
  std::uint64_t receipts_offset = 0;
  std::uint64_t values_offset = 0;
  std::uint64_t hot_offset = 0;
  std::uint64_t cold_offset = 0;
  std::uint64_t requests_offset = 0;
  std::uint32_t slot_count = 0;
  std::uint32_t reader_count = 0;
  std::uint32_t control_count = 0;
};

#if defined(__x86_64__)
// Whether the processor has `clwb`: bit 24 of EBX in CPUID leaf 7.
inline bool knows_write_back() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b >> 24 & 1) != 0;
}
inline const bool has_write_back = knows_write_back();
#endif

class SharedMemory {
 public:
  template <class T>
  using Atomic = std::atomic<T>;
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free && sizeof(std::atomic<std::uint64_t>) == 8);
  static_assert(std::atomic<std::uint32_t>::is_always_lock_free && sizeof(std::atomic<std::uint32_t>) == 4);

  SharedMemory() = default;
  explicit SharedMemory(const Regions& regions) : regions_(regions) {}

#ifdef WINGBEAT_UNDER_THREAD_SANITIZER
  // The thread sanitizer does not know fences. It sees a read-modify-write of one word instead, which all threads
  // share. That orders everything that the fences order, and more: any two of them. So nothing correct is reported,
  // and some faults are not seen; docs/design/0006-checking.md says which.
  static void fence(std::memory_order order) {
    static std::atomic<std::uint32_t> fences{0};
    fences.fetch_add(1, order);
  }
#else
  static void fence(std::memory_order order) { std::atomic_thread_fence(order); }
#endif
  static void step(Step step) { reached(step); }
  // Between two polls of a spin loop: gives the other thread of the core its turn.
  static void relax() {  // between two looks of a spin loop
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  // Writes a line that this process has written, and will write again, back to memory. On AMD, a reader that
  // polls the line through a read-only mapping loses it sooner to the writer if the line is clean:
  // docs/design/0002-slot-handshake.md.
  template <class Word>
  static void write_back([[maybe_unused]] Word& word) {
#if defined(__x86_64__)
    if (has_write_back) asm volatile("clwb %0" : "+m"(word));
#endif
  }

  std::uint32_t slot_count() const { return regions_.slot_count; }
  std::uint32_t reader_count() const { return regions_.reader_count; }

  layout::SlotHeader& slot(std::uint32_t index) const {
    return at<layout::SlotHeader>(regions_.data + regions_.slots_offset + index * regions_.slot_stride);
  }
  std::uint8_t* payload(std::uint32_t index) const {
    return reinterpret_cast<std::uint8_t*>(&slot(index)) + sizeof(layout::SlotHeader);
  }
  Atomic<std::uint64_t>& commit(std::uint32_t index) const { return word(slot(index).commit); }
  Atomic<std::uint64_t>& head() const { return word(hot().head); }
  Atomic<std::uint32_t>& wake() const { return word(hot().wake); }
  Atomic<std::uint32_t>& generation() const { return word(hot().generation); }
  Atomic<std::uint32_t>& writer_state() const { return word(hot().state); }
  Atomic<std::uint32_t>& waiting() const { return word(hot().waiting); }
  Atomic<std::uint64_t>& value(std::uint32_t control) const {
    return word(at<std::uint64_t>(regions_.data + regions_.values_offset + control * std::uint64_t{8}));
  }
  layout::DataHot& hot() const { return at<layout::DataHot>(regions_.data + layout::kDataHotOffset); }

  layout::HotEntry& entry(std::uint32_t reader) const {
    return at<layout::HotEntry>(regions_.control + regions_.hot_offset + reader * sizeof(layout::HotEntry));
  }
  layout::ColdEntry& cold_entry(std::uint32_t reader) const {
    return at<layout::ColdEntry>(regions_.control + regions_.cold_offset + reader * sizeof(layout::ColdEntry));
  }
  Atomic<std::uint64_t>& lease(std::uint32_t reader, std::uint32_t index) const {
    return word(entry(reader).lease[index]);
  }
  Atomic<std::uint32_t>& claim(std::uint32_t reader) const { return word(entry(reader).claim); }
  Atomic<std::uint32_t>& asleep(std::uint32_t reader) const { return word(entry(reader).asleep); }
  Atomic<std::uint64_t>& done(std::uint32_t reader) const { return word(entry(reader).done); }

  Atomic<std::uint64_t>& request_tail(std::uint32_t reader) const { return word(entry(reader).request_tail); }
  layout::RequestRecord& request(std::uint32_t reader, std::uint64_t id) const {
    auto& block =
        at<layout::RequestBlock>(regions_.control + regions_.requests_offset + reader * sizeof(layout::RequestBlock));
    return block.requests[id % layout::kMaxPending];
  }
  Atomic<std::uint64_t>& consumed(std::uint32_t reader) const { return word(receipts(reader).consumed); }
  layout::ReceiptRecord& receipt(std::uint32_t reader, std::uint64_t id) const {
    return receipts(reader).receipts[id % layout::kMaxPending];
  }
  Atomic<std::uint64_t>& receipt_id(std::uint32_t reader, std::uint64_t id) const {
    return word(receipt(reader, id).id);
  }

  // Copies memory that may change meanwhile, word by word. The caller finds out afterwards whether it did.
  // Relaxed atomic loads, because plain ones would be a data race, and the compiler could load a word twice.
  // Both addresses are multiples of 8, and `bytes` is rounded up to one.
  static void copy_words(const std::uint8_t* source, std::uint8_t* target, std::uint64_t bytes) {
    for (std::uint64_t i = 0; i < bytes; i += 8) {
      const std::uint64_t value =
          reinterpret_cast<const Atomic<std::uint64_t>*>(source + i)->load(std::memory_order_relaxed);
      std::memcpy(target + i, &value, 8);
    }
  }

  // The opposite: stores words that others may be reading.
  static void put_words(const std::uint8_t* source, std::uint8_t* target, std::uint64_t bytes) {
    for (std::uint64_t i = 0; i < bytes; i += 8) {
      std::uint64_t value;
      std::memcpy(&value, source + i, 8);
      reinterpret_cast<Atomic<std::uint64_t>*>(target + i)->store(value, std::memory_order_relaxed);
    }
  }

  // A plain word of the format as the atomic that it is. The class requires that both have the same size and
  // need no lock.
  template <class T>
  static Atomic<T>& word(T& plain) {
    return reinterpret_cast<Atomic<T>&>(plain);
  }

 private:
  template <class T>
  static T& at(std::uint8_t* place) {
    return *reinterpret_cast<T*>(place);
  }
  layout::ReceiptBlock& receipts(std::uint32_t reader) const {
    return at<layout::ReceiptBlock>(regions_.data + regions_.receipts_offset + reader * sizeof(layout::ReceiptBlock));
  }

  Regions regions_;
};

// Stores and loads a word that other processes look at, where the order does not matter: counters and descriptions.
template <class T>
void put(T& plain, T value) {
  SharedMemory::word(plain).store(value, std::memory_order_relaxed);
}
template <class T>
T get(T& plain) {
  return SharedMemory::word(plain).load(std::memory_order_relaxed);
}

}  // namespace wingbeat::sync
