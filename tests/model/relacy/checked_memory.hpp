// The `Memory` with which Relacy runs core/sync unchanged. Every word is an atomic of Relacy and every plain byte a
// variable of Relacy, so that each load may return any value that the C++ memory model allows, and each race is
// reported.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>

#include "layout/format.hpp"
#include "sync/array_lock.hpp"
#include "sync/lock_step.hpp"
#include "sync/requests.hpp"
#include "sync/slots.hpp"

// Included after the sources under test, because Relacy replaces names of the C++ library by macros.
#include <relacy/relacy.hpp>
#undef memory_order_relaxed
#undef memory_order_consume
#undef memory_order_acquire
#undef memory_order_release
#undef memory_order_acq_rel
#undef memory_order_seq_cst

namespace checked {

namespace layout = wingbeat::layout;
namespace sync = wingbeat::sync;

inline rl::memory_order order(std::memory_order given) {
  switch (given) {
    case std::memory_order_relaxed:
      return rl::mo_relaxed;
    case std::memory_order_consume:
      return rl::mo_consume;
    case std::memory_order_acquire:
      return rl::mo_acquire;
    case std::memory_order_release:
      return rl::mo_release;
    case std::memory_order_acq_rel:
      return rl::mo_acq_rel;
    default:
      return rl::mo_seq_cst;
  }
}

template <class T>
class Word {
 public:
  T load(std::memory_order how = std::memory_order_seq_cst) const { return atomic_.load(order(how), $); }
  void store(T value, std::memory_order how = std::memory_order_seq_cst) { atomic_.store(value, order(how), $); }
  T fetch_add(T value, std::memory_order how) { return atomic_.fetch_add(value, order(how), $); }
  T fetch_sub(T value, std::memory_order how) { return atomic_.fetch_sub(value, order(how), $); }
  bool compare_exchange_weak(T& before, T value, std::memory_order how, std::memory_order fails) {
    return atomic_.compare_exchange_weak(before, value, order(how), $, order(fails), $);
  }
  bool compare_exchange_strong(T& before, T value, std::memory_order how, std::memory_order fails) {
    return atomic_.compare_exchange_strong(before, value, order(how), $, order(fails), $);
  }
  bool compare_exchange_strong(T& before, T value, std::memory_order how) {
    return compare_exchange_strong(before, value, how, how);
  }

 private:
  rl::atomic<T> atomic_;
};

// A plain variable. Relacy reports any race on it.
template <class T>
class Plain {
 public:
  Plain& operator=(T value) {
    var_($) = value;
    return *this;
  }
  operator T() const { return var_($); }

 private:
  rl::var<T> var_;
};

struct Request {
  Plain<std::uint64_t> id, value;
  Request& operator=(const layout::RequestRecord& record) {
    id = record.id;
    value = record.value;
    return *this;
  }
};

struct Receipt {
  Word<std::uint64_t> id;
  Plain<std::uint32_t> status;
  Plain<std::uint64_t> step, seq;
  char reason[layout::kReasonBytes];
  operator layout::ReceiptRecord() const {
    layout::ReceiptRecord record{};
    record.status = status;
    record.step = step;
    record.seq = seq;
    return record;
  }
};

inline constexpr std::uint32_t kMostSlots = 6, kMostReaders = 3, kPayloadWords = 2;

// Both objects of a stream. All words are zero at the beginning, as in new shared memory.
struct Segment {
  Segment(std::uint32_t slot_count, std::uint32_t reader_count) : slots(slot_count), readers(reader_count) {
    for (auto& word : commit) word.store(0);
    for (auto& slot : racing) {
      for (auto& word : slot) word.store(0);
    }
    head.store(0);
    wake.store(0);
    waiting.store(0);
    for (std::uint32_t r = 0; r < kMostReaders; ++r) {
      for (auto& word : lease[r]) word.store(0);
      for (auto* word : {&claim[r], &asleep[r]}) word->store(0);
      for (auto* word : {&done[r], &request_tail[r], &consumed[r]}) word->store(0);
      for (auto& receipt : receipts[r]) receipt.id.store(0);
    }
  }

  std::uint32_t slots, readers;
  Word<std::uint64_t> commit[kMostSlots];
  Plain<std::uint64_t> payload[kMostSlots][kPayloadWords];  // read under a lease
  Word<std::uint64_t> racing[kMostSlots][kPayloadWords];    // the same for observers
  Word<std::uint64_t> head;
  Word<std::uint32_t> wake, waiting;
  Word<std::uint64_t> lease[kMostReaders][layout::kMaxLeases];
  Word<std::uint32_t> claim[kMostReaders], asleep[kMostReaders];
  Word<std::uint64_t> done[kMostReaders], request_tail[kMostReaders], consumed[kMostReaders];
  Request requests[kMostReaders][layout::kMaxPending];
  Receipt receipts[kMostReaders][layout::kMaxPending];
};

// Thrown at a step to end a party at that step, as kill -9 does.
struct Died {};

class Memory {
 public:
  Memory() = default;
  explicit Memory(Segment& segment) : segment_(&segment) {}

  static void fence(std::memory_order how) { rl::atomic_thread_fence(order(how), $); }
  static void relax() { rl::yield(1, $); }
  template <class Word>
  static void write_back(Word&) {}  // has no visible effect
  static void step(sync::Step) {
    const unsigned thread = rl::thread_index();
    if (steps_left[thread] != 0 && --steps_left[thread] == 0) throw Died();
    may_pause();
  }
  // Sometimes lets the other threads run far ahead, which few random schedules do.
  static void may_pause() {
    if (rl::rand(4) != 0) return;
    for (unsigned i = rl::rand(40); i > 0; --i) rl::yield(1, $);
  }
  // The calling thread dies at one of its next `most` steps, or not at all.
  static void may_die(unsigned most) { steps_left[rl::thread_index()] = rl::rand(most + 1); }
  static void lives() { steps_left[rl::thread_index()] = 0; }

  std::uint32_t slot_count() const { return segment_->slots; }
  std::uint32_t reader_count() const { return segment_->readers; }
  auto& commit(std::uint32_t slot) const { return segment_->commit[slot]; }
  auto& head() const { return segment_->head; }
  auto& wake() const { return segment_->wake; }
  auto& waiting() const { return segment_->waiting; }
  auto& lease(std::uint32_t reader, std::uint32_t i) const { return segment_->lease[reader][i]; }
  auto& claim(std::uint32_t reader) const { return segment_->claim[reader]; }
  auto& asleep(std::uint32_t reader) const { return segment_->asleep[reader]; }
  auto& done(std::uint32_t reader) const { return segment_->done[reader]; }
  auto& request_tail(std::uint32_t reader) const { return segment_->request_tail[reader]; }
  auto& consumed(std::uint32_t reader) const { return segment_->consumed[reader]; }
  auto& request(std::uint32_t reader, std::uint64_t id) const {
    return segment_->requests[reader][id % layout::kMaxPending];
  }
  auto& receipt(std::uint32_t reader, std::uint64_t id) const {
    return segment_->receipts[reader][id % layout::kMaxPending];
  }
  auto& receipt_id(std::uint32_t reader, std::uint64_t id) const { return receipt(reader, id).id; }

 private:
  static inline unsigned steps_left[8] = {};

  Segment* segment_ = nullptr;
};

// The kernel's futex: comparing the word and going to sleep are one atomic step.
class Futex {
 public:
  template <class T>
  void wait(const Word<T>& word, T expected) {
    mutex_.lock($);
    if (word.load(std::memory_order_seq_cst) == expected) changed_.wait(mutex_, $);
    mutex_.unlock($);
  }
  void wake() {
    mutex_.lock($);
    changed_.notify_all($);
    mutex_.unlock($);
  }

 private:
  rl::mutex mutex_;
  rl::condition_variable_any changed_;
};

// Runs a scenario and prints the result in one line. Returns 0 if no error was found.
template <class Scenario>
int run(const char* name, unsigned long iterations, rl::scheduler_type_e scheduler = rl::sched_random) {
  rl::test_params parameters;
  parameters.iteration_count = iterations;
  parameters.search_type = scheduler;
  parameters.context_bound = 3;
  parameters.execution_depth_limit = 20000;
  parameters.progress_stream = &std::cerr;
  parameters.progress_output_period = 1000000000;
  const bool good = rl::simulate<Scenario>(parameters);
  std::cout << name << ": " << (good ? "holds" : "FAILS") << ", " << parameters.stop_iteration << " executions"
            << std::endl;
  return good ? 0 : 1;
}

}  // namespace checked
