// The slot handshake: no torn read under a lease or by a copy, no slot in use twice, and a successor that respects
// leases.
#include "checked_memory.hpp"
#include "scenarios.hpp"

namespace {

using namespace checked;
using Writer = sync::SlotWriter<Memory>;
using Reader = sync::SlotReader<Memory>;

void fill(Segment& segment, std::uint32_t slot, std::uint64_t seq) {
  for (auto& word : segment.payload[slot]) word = seq;
}

void fill_racing(Segment& segment, std::uint32_t slot, std::uint64_t seq) {
  for (auto& word : segment.racing[slot]) word.store(seq, std::memory_order_relaxed);
}

bool is_whole(Segment& segment, const sync::Taken& taken) {
  Memory::may_pause();
  for (auto& word : segment.payload[taken.slot]) {
    if (word != taken.seq) return false;
  }
  return true;
}

void publish(Segment& segment, Writer& writer, void (*fill_slot)(Segment&, std::uint32_t, std::uint64_t) = fill) {
  const std::uint32_t slot = writer.begin();
  RL_ASSERT(slot != sync::kNoSlot);    // the budget is respected, so a slot is available
  RL_ASSERT(slot != writer.newest());  // the newest frame always stays available
  fill_slot(segment, slot, writer.seq() + 1);
  Memory::step(sync::Step::kWriterFilled);
  writer.commit();
}

// A reader tries until it has received some frames. The tries are limited, because the writer may have finished.
class Turns {
 public:
  bool go_on() { return frames_ < 4 && tries_++ < 24; }
  void took(const sync::Taken& taken) {
    if (taken)
      ++frames_;
    else
      Memory::relax();
  }

 private:
  int frames_ = 0, tries_ = 0;
};

// A writer goes around the ring while readers take, hold, check and release frames in every way.
template <int Readers, int Slots = Readers + 3>
struct Leases : rl::test_suite<Leases<Readers, Slots>, Readers + 1> {
  Segment segment{Slots, Readers};

  void before() {
    for (int r = 0; r < Readers; ++r) segment.claim[r].store(1);
  }

  void thread(unsigned index) { index == 0 ? write() : read(index - 1); }

  void write() {
    Writer writer{Memory(segment)};
    writer.take_over();
    for (int i = 0; i < Readers + 5; ++i) publish(segment, writer);
  }

  void read(unsigned self) {
    Reader reader(Memory(segment), self);
    for (Turns turns; turns.go_on();) {
      const sync::Taken taken = take(reader);
      turns.took(taken);
      if (taken) RL_ASSERT(is_whole(segment, taken));
      if (!taken || rl::rand(2) == 0) reader.release(0);  // otherwise the lease moves to the next frame
    }
  }

  static sync::Taken take(Reader& reader) {
    switch (rl::rand(3)) {
      case 0:
        reader.announce_next(0);
        return reader.arrives(3);
      case 1:
        return reader.take_latest(0);
      default:
        return reader.take_next(0);
    }
  }
};

// Frames arrive in order and once. `missed` counts exactly the frames in between. With a stride of k, only multiples
// of k arrive.
template <int Every>
struct InOrder : rl::test_suite<InOrder<Every>, 2> {
  Segment segment{4, 1};

  void before() { segment.claim[0].store(1); }

  void thread(unsigned index) {
    if (index == 0) {
      Writer writer{Memory(segment)};
      writer.take_over();
      for (int i = 0; i < 8; ++i) publish(segment, writer);
      return;
    }
    Reader reader(Memory(segment), 0, Every);
    std::uint64_t last = 0;
    for (Turns turns; turns.go_on();) {
      const sync::Taken taken = reader.take_next(0);
      turns.took(taken);
      if (taken) {
        RL_ASSERT(taken.seq > last && taken.seq % Every == 0);
        RL_ASSERT(is_whole(segment, taken));
        last = taken.seq;
      }
      reader.release(0);
    }
  }
};

// Copies without a lease: every accepted copy is whole, although the writer may overwrite the slot during the copy.
struct Copies : rl::test_suite<Copies, 2> {
  Segment segment{3, 0};

  void thread(unsigned index) {
    if (index == 0) {
      Writer writer{Memory(segment)};
      writer.take_over();
      for (int i = 0; i < 7; ++i) publish(segment, writer, fill_racing);
      return;
    }
    Reader reader(Memory(segment), 0);
    for (Turns turns; turns.go_on();) {
      std::uint64_t copy[kPayloadWords] = {};
      const auto take_words = [&](std::uint32_t slot) {
        Memory::may_pause();
        for (std::uint32_t word = 0; word < kPayloadWords; ++word)
          copy[word] = segment.racing[slot][word].load(std::memory_order_relaxed);
      };
      const sync::Taken taken = rl::rand(2) == 0 ? reader.copy_latest(take_words) : reader.copy_next(take_words);
      turns.took(taken);
      if (!taken) continue;
      for (std::uint64_t word : copy) RL_ASSERT(word == taken.seq);
    }
  }
};

// A writer dies at any of its steps and a successor takes over, while a reader keeps its leases.
struct Succession : rl::test_suite<Succession, 3> {
  Segment segment{3, 1};
  Word<std::uint32_t> lock;  // the kernel's lock, released at death
  Word<std::uint64_t> promised;

  void before() {
    segment.claim[0].store(1);
    lock.store(0);
    promised.store(0);
  }

  void thread(unsigned index) {
    switch (index) {
      case 0:
        Memory::may_die(20);
        try {
          Writer writer{Memory(segment)};
          writer.take_over();
          for (int i = 0; i < 5; ++i) publish(segment, writer);
        } catch (const Died&) {
        }
        Memory::lives();
        lock.store(1, std::memory_order_release);
        return;
      case 1:
        return succeed();
      default:
        return read();
    }
  }

  void succeed() {
    rl::linear_backoff backoff;
    while (lock.load(std::memory_order_acquire) == 0) backoff.yield($);
    std::uint64_t highest = 0;
    for (std::uint32_t slot = 0; slot < segment.slots; ++slot) {
      const std::uint64_t commit = segment.commit[slot].load(std::memory_order_relaxed);
      if (sync::state_of(commit) >= layout::kClaiming && sync::seq_of(commit) > highest) highest = sync::seq_of(commit);
    }
    Writer writer{Memory(segment)};
    writer.take_over();
    RL_ASSERT(writer.seq() == highest);  // no frame is lost, no seq is used twice
    RL_ASSERT(sync::head_seq(segment.head.load(std::memory_order_relaxed)) == highest);
    for (int i = 0; i < 5; ++i) publish(segment, writer);
  }

  void read() {
    Reader reader(Memory(segment), 0);
    std::uint64_t last = 0;
    for (Turns turns; turns.go_on();) {
      const sync::Taken taken = rl::rand(2) == 0 ? reader.take_latest(0) : reader.take_next(0);
      turns.took(taken);
      if (taken) {
        RL_ASSERT(taken.seq > last);
        last = taken.seq;
        for (int i = 0; i < 3; ++i) Memory::may_pause();  // while one writer dies and another takes over
        RL_ASSERT(is_whole(segment, taken));
      }
      reader.release(0);
    }
  }
};

// A reader either sees the frame or is woken, but never sleeps through it: a lost wake-up is a deadlock here.
struct Sleeping : rl::test_suite<Sleeping, 2> {
  static constexpr std::uint64_t kFrames = 4;
  Segment segment{4, 1};
  Futex futex;

  void before() { segment.claim[0].store(1); }

  void thread(unsigned index) {
    if (index == 0) {
      Writer writer{Memory(segment)};
      writer.take_over();
      for (std::uint64_t i = 0; i < kFrames; ++i) {
        const std::uint32_t slot = writer.begin();
        fill(segment, slot, writer.seq() + 1);
        if (writer.commit()) futex.wake();
      }
      return;
    }
    Reader reader(Memory(segment), 0);
    while (reader.last() < kFrames) {
      if (look(reader)) continue;
      const std::uint32_t word = segment.wake.load(std::memory_order_acquire);
      reader.mark_asleep();
      if (!look(reader)) futex.wait(segment.wake, word);
      reader.mark_awake();
    }
  }

  bool look(Reader& reader) {
    const sync::Taken taken = reader.newest() > reader.last() ? reader.take_latest(0) : sync::Taken{};
    if (taken) RL_ASSERT(is_whole(segment, taken));
    reader.release(0);
    return static_cast<bool>(taken);
  }
};

// Claims that are granted at the same time never exceed the budget.
struct Budget : rl::test_suite<Budget, 3> {
  static constexpr std::uint32_t kBudget = 3;
  Segment segment{4, 3};
  Word<std::uint32_t> granted;

  void before() { granted.store(0); }

  void thread(unsigned index) {
    const std::uint32_t wanted = index == 2 ? 1 : 2;
    const Memory memory(segment);
    for (int i = 0; i < 2; ++i) {
      if (!sync::try_claim(memory, index, wanted, kBudget)) continue;
      RL_ASSERT(granted.fetch_add(wanted, std::memory_order_relaxed) + wanted <= kBudget);
      granted.fetch_sub(wanted, std::memory_order_relaxed);
      segment.claim[index].store(0, std::memory_order_release);
    }
  }
};

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all = {
      {"leases_1", [](unsigned long n) { return run<Leases<1>>("leases_1", n); }, 30000},
      {"leases_2", [](unsigned long n) { return run<Leases<2>>("leases_2", n); }, 15000},
      {"moving", [](unsigned long n) { return run<Leases<2, 4>>("moving", n); }, 60000},
      {"in_order", [](unsigned long n) { return run<InOrder<1>>("in_order", n); }, 20000},
      {"every_second", [](unsigned long n) { return run<InOrder<2>>("every_second", n); }, 10000},
      {"copies", [](unsigned long n) { return run<Copies>("copies", n); }, 40000},
      {"succession", [](unsigned long n) { return run<Succession>("succession", n); }, 30000},
      {"sleeping", [](unsigned long n) { return run<Sleeping>("sleeping", n); }, 30000},
      {"budget", [](unsigned long n) { return run<Budget>("budget", n); }, 30000},
  };
  return all;
}
