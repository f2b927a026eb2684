// The frame protocol at full speed: threads over one mapping. tests/sanitizers/threads runs this file under the thread sanitizer, too.
// What the protocol must order is read and written plainly, so that a missing order is a race, which the sanitizer reports.
//
// Where threads must take turns they do so by `Turn`, whose orders are relaxed: the sanitizer sees no order but the protocol's. Who
// looks at the commit word without a fence, or writes without one, is then reported whatever the machine's timing.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "protocol_memory.hpp"
#include "sync/lock_step.hpp"

namespace {

using namespace wingbeat;
using namespace wingbeat::sync;

constexpr std::uint64_t kWords = 64;
constexpr std::uint64_t kFrames = 300;
constexpr auto kDuration = std::chrono::milliseconds(500);

// Counts what one thread has done, so that another may go on; orders nothing.
class Turn {
 public:
  void tell(std::uint64_t count) { count_.store(count, std::memory_order_relaxed); }
  void await(std::uint64_t count) const {
    while (count_.load(std::memory_order_relaxed) < count) std::this_thread::yield();
  }

 private:
  std::atomic<std::uint64_t> count_{0};
};

void run(const std::vector<std::function<void()>>& parties) {
  std::vector<std::thread> threads;
  threads.reserve(parties.size());
  for (const auto& party : parties) threads.emplace_back(party);
  for (std::thread& thread : threads) thread.join();
}

void fill(std::uint64_t* words, std::uint64_t seq) {
  for (std::uint64_t i = 0; i < kWords; ++i) words[i] = seq * 1000 + i;
}

// For a writer with copying readers. They look while it writes, on purpose, and by atomic loads; its stores are plain in a real
// program, which no machine can tell from these, but the sanitizer can.
void fill_for_copies(std::uint64_t* words, std::uint64_t seq) {
  for (std::uint64_t i = 0; i < kWords; ++i)
    SharedMemory::word(words[i]).store(seq * 1000 + i, std::memory_order_relaxed);
}

bool is_whole(const std::uint64_t* words, std::uint64_t seq) {
  for (std::uint64_t i = 0; i < kWords; ++i) {
    if (words[i] != seq * 1000 + i) return false;
  }
  return true;
}

class Threads : public ::testing::Test {
 protected:
  void publish(SlotWriter<SharedMemory>& writer) const {
    const std::uint32_t slot = writer.begin();
    ASSERT_NE(slot, kNoSlot);
    fill(bytes.words(slot), writer.seq() + 1);
    writer.commit();
  }

  void post(std::uint64_t value) const {
    layout::RequestRecord request{};
    request.value = value;
    while (!post_request(bytes.memory, 0, request)) std::this_thread::yield();
  }

  Taken arrival(SlotReader<SharedMemory>& reader) const {
    Taken taken;
    while (!taken) {
      taken = reader.arrives(64);
      if (!taken) std::this_thread::yield();
    }
    return taken;
  }

  wbtest::ProtocolMemory bytes{layout::Budget{6, 6, 2}, kWords};
};

TEST_F(Threads, see_an_awaited_frame_without_a_race) {
  ASSERT_TRUE(try_claim(bytes.memory, 0, 1, 6));
  Turn announced;
  const auto write = [&] {
    SlotWriter<SharedMemory> writer(bytes.memory);
    for (std::uint64_t seq = 1; seq <= kFrames; ++seq) {
      announced.await(seq);  // the reader has its last fence behind it
      publish(writer);
    }
  };
  const auto read = [&] {
    SlotReader<SharedMemory> reader(bytes.memory, 0);
    for (std::uint64_t seq = 1; seq <= kFrames; ++seq) {
      reader.announce_next(0);
      announced.tell(seq);
      EXPECT_TRUE(is_whole(bytes.words(arrival(reader).slot), seq));
    }
  };
  run({write, read});
}

TEST_F(Threads, overwrite_a_frame_given_back_without_a_race) {
  ASSERT_TRUE(try_claim(bytes.memory, 0, 1, 6));
  Turn published, released;
  const auto write = [&] {
    SlotWriter<SharedMemory> writer(bytes.memory);
    for (std::uint64_t round = 1; round <= kFrames / 10; ++round) {
      publish(writer);
      published.tell(round);
      released.await(round);
      for (std::uint32_t slot = 0; slot < bytes.memory.slot_count(); ++slot) publish(writer);
    }
  };
  const auto read = [&] {
    SlotReader<SharedMemory> reader(bytes.memory, 0);
    for (std::uint64_t round = 1; round <= kFrames / 10; ++round) {
      published.await(round);
      const Taken taken = reader.take_latest(0);
      EXPECT_TRUE(taken && is_whole(bytes.words(taken.slot), taken.seq));
      reader.release(0);
      released.tell(round);  // no fence between the last look and the writer's first store
    }
  };
  run({write, read});
}

TEST_F(Threads, exchange_requests_and_receipts_without_a_race) {
  const auto answer = [&] {
    for (std::uint64_t consumed = 0; consumed < kFrames;) {
      const std::uint64_t last = last_request(bytes.memory, 0, consumed);
      if (last == consumed) std::this_thread::yield();
      while (consumed < last) {
        layout::ReceiptRecord receipt{};
        receipt.id = ++consumed;
        receipt.step = bytes.memory.request(0, consumed).value;
        give_receipt(bytes.memory, 0, receipt);
      }
    }
  };
  const auto ask = [&] {
    for (std::uint64_t id = 1; id <= kFrames; ++id) {
      post(id * 7);
      layout::ReceiptRecord receipt{};
      while (!fetch_receipt(bytes.memory, 0, id, receipt)) std::this_thread::yield();
      EXPECT_EQ(receipt.step, id * 7);
    }
  };
  run({answer, ask});
}

TEST_F(Threads, use_the_place_of_a_request_again_without_a_race) {
  const auto answer = [&] {
    for (std::uint64_t id = 1; id <= kFrames; ++id) {
      while (last_request(bytes.memory, 0, id - 1) < id) std::this_thread::yield();
      EXPECT_EQ(bytes.memory.request(0, id).value, id * 7);
      layout::ReceiptRecord receipt{};
      receipt.id = id;
      give_receipt(bytes.memory, 0, receipt);
    }
  };
  const auto ask_and_never_look = [&] {
    for (std::uint64_t id = 1; id <= kFrames; ++id) {
      post(id * 7);
    }
  };
  run({answer, ask_and_never_look});
}

TEST_F(Threads, in_lock_step_share_what_only_done_protects) {
  std::uint64_t shared = 0;
  const auto write = [&] {
    for (std::uint64_t seq = 1; seq <= kFrames; ++seq) {
      while (!is_done(bytes.memory, 0, seq - 1)) std::this_thread::yield();
      shared = seq;
      bytes.memory.head().store(seq, std::memory_order_release);
    }
  };
  const auto read = [&] {
    tell_done(bytes.memory, 0, 0);
    for (std::uint64_t seq = 1; seq <= kFrames; ++seq) {
      while (bytes.memory.head().load(std::memory_order_acquire) < seq) std::this_thread::yield();
      EXPECT_EQ(shared, seq);
      tell_done(bytes.memory, 0, seq);
    }
  };
  run({write, read});
}

TEST_F(Threads, that_claim_at_the_same_moment_never_exceed_the_budget) {
  std::atomic<int> granted{0}, most{0};
  std::vector<std::thread> threads;
  for (std::uint32_t entry = 0; entry < 4; ++entry) {
    threads.emplace_back([&, entry] {
      for (int round = 0; round < 5'000; ++round) {
        if (!try_claim(bytes.memory, entry, 2, 4)) continue;
        const int now = granted.fetch_add(2) + 2;
        int seen = most.load();
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        granted.fetch_sub(2);
        bytes.memory.claim(entry).store(0);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(most.load(), 2);
  EXPECT_LE(most.load(), 4);
}

// All at full speed, in whatever order the machine makes.
class Crowd : public Threads {
 protected:
  void write() {
    SlotWriter<SharedMemory> writer(bytes.memory);
    while (!stop.load(std::memory_order_relaxed)) {
      const std::uint32_t slot = writer.begin();
      ASSERT_NE(slot, kNoSlot);
      fill_for_copies(bytes.words(slot), writer.seq() + 1);
      writer.commit();
    }
  }

  // Holds two frames at a time.
  void lease(std::uint32_t entry, std::uint64_t every) {
    SlotReader<SharedMemory> reader(bytes.memory, entry, every == 0 ? 1 : every);
    Taken held[2];
    std::uint64_t missed = 0, last = 0;
    for (std::uint32_t lease = 0; !stop.load(std::memory_order_relaxed); lease ^= 1) {
      EXPECT_TRUE(!held[lease] || is_whole(bytes.words(held[lease].slot), held[lease].seq));
      reader.release(lease);
      const std::uint64_t before = reader.last();
      held[lease] = every == 0 ? reader.take_latest(lease) : take_in_order(reader, lease);
      EXPECT_TRUE(!held[lease] || is_whole(bytes.words(held[lease].slot), held[lease].seq));
      if (!held[lease]) continue;
      EXPECT_GT(held[lease].seq, before);
      ++taken[entry];
      missed += held[lease].seq - before - 1;
      last = held[lease].seq;
    }
    EXPECT_EQ(taken[entry] + missed, last) << "every frame is taken or counted";
  }

  void copy(std::uint32_t entry, bool in_order) {
    SlotReader<SharedMemory> reader(bytes.memory, entry);
    std::uint64_t own[kWords];
    const auto copy_slot = [&](std::uint32_t slot) {
      SharedMemory::copy_words(bytes.memory.payload(slot), reinterpret_cast<std::uint8_t*>(own), sizeof own);
    };
    while (!stop.load(std::memory_order_relaxed)) {
      const Taken copied = in_order ? reader.copy_next(copy_slot) : reader.copy_latest(copy_slot);
      if (!copied) continue;
      EXPECT_TRUE(is_whole(own, copied.seq));
      ++taken[entry];
    }
  }

  static Taken take_in_order(SlotReader<SharedMemory>& reader, std::uint32_t lease) {
    reader.announce_next(lease);
    const Taken arrived = reader.arrives(64);
    return arrived ? arrived : reader.take_next(lease);
  }

  std::atomic<bool> stop{false};
  std::uint64_t taken[5] = {};
};

TEST_F(Crowd, of_readers_of_each_kind_races_with_nothing) {
  for (std::uint32_t entry = 0; entry < 3; ++entry) ASSERT_TRUE(try_claim(bytes.memory, entry, 2, 6));
  run({[&] { write(); }, [&] { lease(0, 0); }, [&] { lease(1, 1); }, [&] { lease(2, 3); }, [&] { copy(3, false); },
       [&] { copy(4, true); },
       [&] {
         std::this_thread::sleep_for(kDuration);
         stop.store(true, std::memory_order_relaxed);
       }});
  for (std::uint64_t count : taken) EXPECT_GT(count, 0u);
}

}  // namespace
