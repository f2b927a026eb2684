// The slot handshake at full speed: a writer that never pauses, readers of both kinds, and a stamp over every frame.
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "protocol_memory.hpp"

namespace {

using namespace wingbeat;
using namespace wingbeat::sync;
using wbtest::ProtocolMemory;

constexpr std::uint64_t kWords = 200;
constexpr auto kDuration = std::chrono::milliseconds(1500);

void fill(std::uint64_t* words, std::uint64_t seq) {
  for (std::uint64_t i = 0; i < kWords; ++i) words[i] = seq * 1000 + i;
}

bool is_whole(const std::uint64_t* words, std::uint64_t seq) {
  for (std::uint64_t i = 0; i < kWords; ++i) {
    if (words[i] != seq * 1000 + i) return false;
  }
  return true;
}

struct Tally {
  std::uint64_t taken = 0, torn = 0, backward = 0, missed = 0;
};

class Threads : public ::testing::Test {
 protected:
  void write() {
    SlotWriter<SharedMemory> writer(bytes.memory);
    while (!stop.load()) {
      const std::uint32_t slot = writer.begin();
      if (slot == kNoSlot) {
        no_slot = true;
        break;
      }
      fill(bytes.words(slot), writer.seq() + 1);
      writer.commit();
    }
    published = writer.seq();
    done = true;
  }

  // Holds up to two frames at a time and looks at each twice: when it comes and before it goes.
  void read(std::uint32_t entry, bool every, Tally& tally) {
    SlotReader<SharedMemory> reader(bytes.memory, entry);
    Taken before;
    for (std::uint32_t lease = 0; !done.load(); lease ^= 1) {
      const std::uint64_t last = reader.last();
      Taken taken;
      if (every) {
        reader.announce_next(lease);
        taken = reader.arrives(64);
        if (!taken) taken = reader.take_next(lease);
      } else {
        taken = reader.take_latest(lease);
      }
      if (before) {
        tally.torn += is_whole(bytes.words(before.slot), before.seq) ? 0u : 1u;
        reader.release(lease ^ 1);
      }
      before = taken;
      if (!taken) {
        reader.release(lease);
        std::this_thread::yield();
        continue;
      }
      ++tally.taken;
      tally.torn += is_whole(bytes.words(taken.slot), taken.seq) ? 0u : 1u;
      tally.backward += taken.seq <= last ? 1u : 0u;
      tally.missed += taken.seq - last - 1;
      last_seen[entry] = taken.seq;
    }
  }

  ProtocolMemory bytes{layout::Budget{8, 4, 2}, kWords};
  std::atomic<bool> stop{false}, done{false};
  bool no_slot = false;
  std::uint64_t published = 0;
  std::uint64_t last_seen[4] = {};
};

TEST_F(Threads, see_no_torn_frame_whatever_they_hold) {
  Tally tallies[4];
  std::vector<std::thread> threads;
  for (std::uint32_t entry = 0; entry < 4; ++entry) {
    ASSERT_TRUE(try_claim(bytes.memory, entry, 2, 8));
    threads.emplace_back([&, entry] { read(entry, entry % 2 == 0, tallies[entry]); });
  }
  threads.emplace_back([&] { write(); });
  std::this_thread::sleep_for(kDuration);
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(no_slot) << "the writer must always find a slot";
  EXPECT_GT(published, 1000u);
  for (std::uint32_t entry = 0; entry < 4; ++entry) {
    EXPECT_GT(tallies[entry].taken, 10u) << entry;
    EXPECT_EQ(tallies[entry].torn, 0u) << entry;
    EXPECT_EQ(tallies[entry].backward, 0u) << entry;
    EXPECT_EQ(tallies[entry].taken + tallies[entry].missed, last_seen[entry]) << "every frame is taken or counted";
  }
}

TEST_F(Threads, that_claim_at_the_same_moment_never_exceed_the_budget) {
  std::atomic<int> granted{0}, most{0};
  std::vector<std::thread> threads;
  for (std::uint32_t entry = 0; entry < 4; ++entry) {
    threads.emplace_back([&, entry] {
      for (int round = 0; round < 20'000; ++round) {
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

}  // namespace
