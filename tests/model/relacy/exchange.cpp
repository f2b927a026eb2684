// The data that a reader sends to the writer: requests (with receipts from the writer) and the last frame it has
// finished.
#include "checked_memory.hpp"
#include "scenarios.hpp"

namespace {

using namespace checked;

constexpr std::uint64_t kFull = layout::kMaxPending;

std::uint64_t value_of(std::uint64_t id) { return 1000 + id; }

bool post(const Memory& memory, std::uint64_t value) {
  layout::RequestRecord record{};
  record.value = value;
  return sync::post_request(memory, 0, record);
}

// Takes and answers the pending requests, as the stream's writer does between two frames.
void answer(const Memory& memory, std::uint64_t& consumed) {
  const std::uint64_t last = sync::last_request(memory, 0, consumed);
  while (consumed < last) {
    const auto& request = memory.request(0, consumed + 1);
    const std::uint64_t id = request.id, value = request.value;
    RL_ASSERT(id == consumed + 1 && value == value_of(id));
    layout::ReceiptRecord receipt{};
    receipt.id = ++consumed;
    receipt.status = 1;
    receipt.step = value;
    sync::give_receipt(memory, 0, receipt);
  }
}

// The ring of requests is full: each new request overwrites a request that the writer has answered, and each receipt
// overwrites a receipt that the reader has seen.
struct Ring : rl::test_suite<Ring, 2> {
  static constexpr std::uint64_t kMore = 3;
  Segment segment{3, 1};

  void before() { fill(segment); }

  static void fill(Segment& segment) {
    const Memory memory(segment);
    for (std::uint64_t id = 1; id <= kFull; ++id) RL_ASSERT(post(memory, value_of(id)));
    RL_ASSERT(!post(memory, 0));
  }

  void thread(unsigned index) {
    const Memory memory(segment);
    rl::linear_backoff backoff;
    if (index == 0) {
      for (std::uint64_t consumed = 0; consumed < kFull + kMore;) {
        answer(memory, consumed);
        backoff.yield($);
      }
      return;
    }
    for (std::uint64_t id = kFull + 1; id <= kFull + kMore; ++id) {
      await_receipt(memory, id - kFull);
      while (!post(memory, value_of(id))) backoff.yield($);
    }
    for (std::uint64_t id = kMore + 1; id <= kFull + kMore; ++id) await_receipt(memory, id);
  }

  static void await_receipt(const Memory& memory, std::uint64_t id) {
    layout::ReceiptRecord receipt{};
    rl::linear_backoff backoff;
    while (!sync::fetch_receipt(memory, 0, id, receipt)) backoff.yield($);
    RL_ASSERT(receipt.id == id && receipt.status == 1 && receipt.step == value_of(id));
  }
};

// A reader that does not wait for receipts. Only the check for room prevents it from overwriting a request that the
// writer has not taken.
struct Room : rl::test_suite<Room, 2> {
  Segment segment{3, 1};

  void before() { Ring::fill(segment); }

  void thread(unsigned index) {
    const Memory memory(segment);
    rl::linear_backoff backoff;
    if (index == 0) {
      for (std::uint64_t consumed = 0; consumed < kFull + Ring::kMore;) {
        answer(memory, consumed);
        backoff.yield($);
      }
      return;
    }
    for (std::uint64_t id = kFull + 1; id <= kFull + Ring::kMore; ++id) {
      while (!post(memory, value_of(id))) backoff.yield($);
    }
  }
};

// In lock-step the writer continues only when the reader has finished the frame, then sees the request that the frame
// caused, and is always woken: a lost wake-up is a deadlock here.
struct LockStep : rl::test_suite<LockStep, 2> {
  static constexpr std::uint64_t kFrames = 3;
  Segment segment{3, 1};
  Futex futex;
  Word<std::uint64_t> newest;
  Plain<std::uint64_t> world;

  void before() { newest.store(0); }

  void thread(unsigned index) {
    const Memory memory(segment);
    index == 0 ? write(memory) : read(memory);
  }

  void write(const Memory& memory) {
    std::uint64_t consumed = 0;
    for (std::uint64_t seq = 1; seq <= kFrames; ++seq) {
      world = seq;  // needs no lease: the reader does not read it now
      newest.store(seq, std::memory_order_release);
      await(memory, seq);
      answer(memory, consumed);
      RL_ASSERT(consumed == seq);
    }
  }

  void await(const Memory& memory, std::uint64_t seq) {
    while (!sync::is_done(memory, 0, seq)) {
      const std::uint64_t before = segment.done[0].load(std::memory_order_relaxed);
      sync::mark_waiting(memory);
      if (!sync::is_done(memory, 0, seq)) futex.wait(segment.done[0], before);
      sync::mark_going_on(memory);
    }
  }

  void read(const Memory& memory) {
    rl::linear_backoff backoff;
    for (std::uint64_t seq = 1; seq <= kFrames; ++seq) {
      while (newest.load(std::memory_order_acquire) != seq) backoff.yield($);
      RL_ASSERT(world == seq);
      RL_ASSERT(post(memory, value_of(seq)));
      if (sync::tell_done(memory, 0, seq)) futex.wake();
    }
  }
};

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all = {
      {"ring", [](unsigned long n) { return run<Ring>("ring", n); }, 3000},
      {"room", [](unsigned long n) { return run<Room>("room", n); }, 3000},
      {"lock_step", [](unsigned long n) { return run<LockStep>("lock_step", n); }, 30000},
  };
  return all;
}
