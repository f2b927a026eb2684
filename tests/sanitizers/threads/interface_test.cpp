// The C interface under the thread sanitizer: all parties of one stream are threads of one process and use one
// mapping of real shared memory (one_mapping.cpp).
#include <poll.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <iterator>
#include <thread>
#include <vector>

#include "support/runtime.hpp"
#include "support/streams.hpp"

namespace {

using namespace wbtest;

constexpr auto kDuration = std::chrono::milliseconds(1200);
constexpr std::int64_t kPatienceNs = 5 * kMillisecond;
constexpr std::uint64_t kWindowFrames = 8;

struct Kind {
  const char* label;
  wb_mode mode;
  std::uint32_t every;
  std::uint32_t flags;
};

Reader open(const Kind& kind) {
  wb_reader_options options{};
  options.struct_size = sizeof options;
  options.mode = kind.mode;
  options.every = kind.every;
  options.flags = kind.flags;
  options.spin_ns = 10'000;  // afterwards the reader sleeps
  options.label = kind.label;
  wb_reader* reader = nullptr;
  EXPECT_OK(wb_reader_open("swarm", &options, &reader));
  return Reader(reader);
}

// Does the same as `stamp`, but by atomic stores, because copying readers intentionally read, by atomic loads, while
// the writer writes. A real program uses plain stores, which compile to the same instructions but which the sanitizer
// would report. Readers with leases use plain loads, so that the sanitizer reports a missing memory order.
void stamp_for_copies(void* words, std::uint64_t seq) {
  std::uint64_t whole[kStampWords];
  stamp(whole, seq);
  for (std::uint64_t i = 0; i < kStampWords; ++i)
    __atomic_store_n(static_cast<std::uint64_t*>(words) + i, whole[i], __ATOMIC_RELAXED);
}

class OneMapping : public Streams {
 protected:
  // Runs two writers, one after the other, so that all readers see a restart.
  void write() {
    for (const bool last : {false, true}) {
      const Writer writer = make_writer("swarm", shape);
      if (writer == nullptr) return;
      EXPECT_OK(wb_writer_lock_step(writer.get(), "in step", kMillisecond));
      ready.store(true, std::memory_order_relaxed);
      const auto& end = last ? over : half;
      while (!end.load(std::memory_order_relaxed)) step(writer.get());
    }
  }

  static void step(wb_writer* writer) {
    wb_slot slot;
    ASSERT_OK(wb_writer_begin(writer, &slot));
    stamp_for_copies(wb_writer_field(writer, kWordsField), slot.seq);
    ASSERT_OK(wb_writer_publish(writer, slot.seq, 0));
    wb_request request;
    while (wb_writer_next_request(writer, &request) == WB_OK) {
      if (request.kind != WB_COMMAND) continue;
      EXPECT_OK(wb_writer_refuse(writer, "not here"));
    }
  }

  // Holds two frames at a time and releases the older one after the next one has arrived.
  void read(const Kind& kind, std::atomic<int>& count) {
    const Reader reader = open(kind);
    wb_frame held{};
    while (!over.load(std::memory_order_relaxed)) {
      wb_frame frame;
      if (wb_reader_wait(reader.get(), kPatienceNs, &frame) != WB_OK) continue;
      EXPECT_TRUE(is_whole(frame)) << kind.label;
      if (held.attachment != nullptr) {
        EXPECT_TRUE(is_whole(held)) << kind.label;
        wb_frame_release(&held);
      }
      held = frame;
      ++count;
    }
    if (held.attachment != nullptr) wb_frame_release(&held);
  }

  // Attaches, takes one frame and closes, repeatedly.
  void visit(std::atomic<int>& count) {
    while (!over.load(std::memory_order_relaxed)) {
      const Reader reader = open({"visitor", WB_LATEST, 0, 0});
      wb_frame frame;
      if (wb_reader_wait(reader.get(), kPatienceNs, &frame) != WB_OK) continue;
      EXPECT_TRUE(is_whole(frame));
      wb_frame_release(&frame);
      ++count;
    }
  }

  void watch_descriptor(std::atomic<int>& count) {
    const Reader reader = open({"poller", WB_EVERY, 0, 0});
    while (!over.load(std::memory_order_relaxed)) {
      pollfd descriptor{wb_reader_fd(reader.get()), POLLIN, 0};
      ::poll(&descriptor, 1, 5);
      wb_frame frame;
      while (wb_reader_wait(reader.get(), 0, &frame) == WB_OK) {
        EXPECT_TRUE(is_whole(frame));
        wb_frame_release(&frame);
        ++count;
      }
    }
  }

  void keep_window(std::atomic<int>& count) {
    const Reader reader = open({"window", WB_EVERY, 0, 0});
    const char* fields[] = {"words", "position"};
    wb_window* raw = nullptr;
    ASSERT_OK(wb_window_open(reader.get(), fields, 2, kWindowFrames, &raw));
    const Window window(raw);
    while (!over.load(std::memory_order_relaxed)) {
      if (wb_window_next(raw, reader.get(), kPatienceNs) != WB_OK) continue;
      wb_window_view view;
      ASSERT_OK(wb_window_get(raw, 0, &view));
      std::uint64_t expected[kStampWords];
      stamp(expected, view.seqs[view.frames - 1]);
      const auto* newest = static_cast<const std::uint8_t*>(view.data) + (view.frames - 1) * view.frame_bytes;
      EXPECT_EQ(std::memcmp(newest, expected, sizeof expected), 0);
      ++count;
    }
  }

  void request(std::atomic<int>& count) {
    const Reader reader = open({"requester", WB_LATEST, 0, 0});
    for (int i = 0; !over.load(std::memory_order_relaxed); ++i) {
      const double place[] = {1, 2, 3, 4};
      std::uint64_t set = 0, refused = 0;
      if (wb_reader_set(reader.get(), "speed", f64(i % 10), &set) != WB_OK) continue;
      if (wb_reader_command(reader.get(), "place", place, 4, &refused) != WB_OK) continue;
      wb_receipt receipt;
      wb_value value;
      if (wb_reader_receipt(reader.get(), refused, kPatienceNs, &receipt) != WB_OK) continue;
      EXPECT_OK(wb_reader_parameter(reader.get(), "speed", &value));
      ++count;
    }
  }

  void inspect(std::atomic<int>& count) {
    wb_inspection* raw = nullptr;
    ASSERT_OK(wb_inspect("swarm", &raw));
    const Inspection inspection(raw);
    while (!over.load(std::memory_order_relaxed)) {
      wb_stream_info stream;
      wb_reader_info readers[32];
      std::size_t there = 0;
      if (wb_inspection_stream(raw, &stream) != WB_OK) continue;
      if (wb_inspection_readers(raw, readers, 32, &there) != WB_OK) continue;  // no writer is there at the moment
      ++count;
    }
  }

  // One thread waits, another thread releases its frames and interrupts it.
  void hand_over(std::atomic<int>& count) {
    const Reader reader = open({"handed over", WB_EVERY, 0, 0});
    while (!over.load(std::memory_order_relaxed)) {
      wb_frame frame;
      if (wb_reader_wait(reader.get(), kPatienceNs, &frame) != WB_OK) continue;
      std::thread other([&] {
        EXPECT_TRUE(is_whole(frame));
        wb_frame_release(&frame);
        wb_reader_interrupt(reader.get());
      });
      wb_frame next;
      if (wb_reader_wait(reader.get(), kPatienceNs, &next) == WB_OK) wb_frame_release(&next);
      other.join();
      ++count;
    }
  }

  void end() {
    std::this_thread::sleep_for(kDuration / 2);
    half.store(true, std::memory_order_relaxed);
    std::this_thread::sleep_for(kDuration / 2);
    over.store(true, std::memory_order_relaxed);
  }

  const Shape shape{16, 24, 32, 4, 3};
  std::atomic<bool> ready{false}, half{false}, over{false};
};

TEST_F(OneMapping, of_a_stream_serves_all_its_parties_without_a_race) {
  static constexpr Kind kKinds[] = {{"latest", WB_LATEST, 0, 0},
                                    {"every", WB_EVERY, 0, 0},
                                    {"every third", WB_EVERY, 3, 0},
                                    {"in step", WB_LOCK_STEP, 0, 0},
                                    {"copying", WB_EVERY, 0, WB_READER_COPY},
                                    {"observer", WB_LATEST, 0, WB_READER_OBSERVE}};
  std::vector<std::thread> threads;
  std::vector<std::atomic<int>> counts(std::size(kKinds) + 6);
  threads.emplace_back([&] { write(); });
  while (!ready.load(std::memory_order_relaxed)) std::this_thread::yield();
  std::size_t party = 0;
  for (const Kind& kind : kKinds) threads.emplace_back([&, &count = counts[party++]] { read(kind, count); });
  threads.emplace_back([&, &count = counts[party++]] { visit(count); });
  threads.emplace_back([&, &count = counts[party++]] { watch_descriptor(count); });
  threads.emplace_back([&, &count = counts[party++]] { keep_window(count); });
  threads.emplace_back([&, &count = counts[party++]] { request(count); });
  threads.emplace_back([&, &count = counts[party++]] { inspect(count); });
  threads.emplace_back([&, &count = counts[party++]] { hand_over(count); });
  end();
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < counts.size(); ++i) EXPECT_GT(counts[i].load(), 3) << "party " << i;
}

}  // namespace
