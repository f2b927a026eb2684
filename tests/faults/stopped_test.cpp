// A stopped process is not a dead process: it keeps its leases and locks, and no other process waits for it.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "support/process.hpp"
#include "support/runtime.hpp"
#include "support/streams.hpp"

namespace {

using namespace wbtest;

struct Tally {
  std::uint64_t frames = 0, missed = 0, torn = 0, median_ns = 0;
};

class Stopped : public Streams {
 protected:
  // Publishes for a while and takes each frame with a second reader.
  Tally publish_for(std::chrono::milliseconds duration) {
    Tally tally;
    std::vector<std::uint64_t> times;
    const auto end = std::chrono::steady_clock::now() + duration;
    while (std::chrono::steady_clock::now() < end) {
      const std::uint64_t start = wb_now_ns();
      EXPECT_OK(publish(writer.get()));
      times.push_back(wb_now_ns() - start);
      wb_frame frame;
      EXPECT_OK(wb_reader_wait(other.get(), 0, &frame));
      ++tally.frames;
      tally.missed += frame.missed;
      tally.torn += is_whole(frame) ? 0u : 1u;
      wb_frame_release(&frame);
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
    tally.median_ns = times[times.size() / 2];
    return tally;
  }

  Writer writer;
  Reader other;
};

TEST_F(Stopped, a_reader_with_leases_costs_the_writer_nothing_and_the_others_no_frame) {
  writer = make_writer();
  other = make_reader("swarm", WB_EVERY);
  Puppet stopped;
  ASSERT_EQ(stopped.answer("open every 2 1"), "0");
  publish(writer.get(), 2);
  wb_frame frame;
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(stopped.ask("take 1000")[0], "0");
    ASSERT_OK(wb_reader_wait(other.get(), 0, &frame));
    wb_frame_release(&frame);
  }
  const Tally before = publish_for(std::chrono::milliseconds(500));
  stopped.signal(SIGSTOP);
  const Tally during = publish_for(std::chrono::milliseconds(800));
  stopped.signal(SIGCONT);
  EXPECT_EQ(during.missed + during.torn, 0u);
  EXPECT_GT(during.frames, 100u);
  EXPECT_LT(during.median_ns, 3 * before.median_ns) << "publishing costs the same, allowing for a busy machine";
  EXPECT_EQ(stopped.answer("check"), "1") << "the frames that it holds are unchanged";
  EXPECT_EQ(stopped.answer("release"), "0");
  const std::vector<std::string> taken = stopped.ask("take 1000");
  EXPECT_EQ(taken[0], "0");
  EXPECT_EQ(taken[3], "1");
}

TEST_F(Stopped, a_reader_keeps_its_entry_and_leases_though_others_attach_and_collect) {
  writer = make_writer("swarm", {16, 5, 3, 0, 3});
  Puppet stopped;
  ASSERT_EQ(stopped.answer("open every 3"), "0");
  publish(writer.get(), 1);
  ASSERT_EQ(stopped.ask("take 1000")[0], "0");
  stopped.signal(SIGSTOP);
  Reader greedy = make_reader("swarm", WB_LATEST, 3);
  wb_reader_stats stats{};
  ASSERT_OK(wb_reader_get_stats(greedy.get(), &stats));
  EXPECT_EQ(stats.way, std::uint32_t{WB_BY_COPY}) << "its leases are not granted to other readers";
  greedy.reset();
  wb_collect_report report;
  ASSERT_OK(wb_collect(nullptr, &report));
  EXPECT_EQ(report.readers, 0u);
  other = make_reader();
  publish(writer.get(), 50);
  stopped.signal(SIGCONT);
  EXPECT_EQ(stopped.answer("check"), "1");
}

class StoppedWriter : public Streams, public ::testing::WithParamInterface<std::string> {};

TEST_P(StoppedWriter, is_alive_and_readers_time_out_as_ever) {
  Puppet writer;
  ASSERT_EQ(writer.answer("create 3 8 32 12"), "0 1 1");
  const Reader reader = make_reader("swarm", WB_EVERY, 3);
  ASSERT_EQ(writer.answer("publish 1"), "0 1");
  wb_frame held, frame;
  ASSERT_OK(wb_reader_wait(reader.get(), kLong, &held));
  if (GetParam() == "idle") {
    writer.signal(SIGSTOP);
  } else {
    ASSERT_EQ(writer.answer("at " + GetParam() + " 30 stop"), "0");
    writer.tell("publish 1000");
  }
  // The process stops when it reaches the step. A frame committed at that step may be found only at the second attempt.
  std::uint64_t last = 1;
  for (int quiet = 0; quiet < 2;) {
    const int code = wb_reader_wait(reader.get(), 300 * kMillisecond, &frame);
    if (code != WB_OK) {
      ASSERT_EQ(code, WB_NO_FRAME) << "stopped is not dead";
      ++quiet;
      continue;
    }
    EXPECT_TRUE(is_whole(frame));
    EXPECT_EQ(frame.seq, last + 1 + frame.missed);
    last = frame.seq;
    wb_frame_release(&frame);
  }
  wb_reader_stats stats;
  ASSERT_OK(wb_reader_get_stats(reader.get(), &stats));
  EXPECT_EQ(stats.writer_alive, 1u);
  EXPECT_TRUE(is_whole(held));
  Writer second;
  EXPECT_EQ(create({16, 8, 32, 12, 3}, second), WB_ERR_BUSY);
  writer.signal(SIGCONT);
  EXPECT_TRUE(GetParam() == "idle" || writer.hear()[0] == "0");
  ASSERT_EQ(writer.ask("publish 1")[0], "0");
  EXPECT_OK(wb_reader_wait(reader.get(), kLong, &frame));
  EXPECT_TRUE(is_whole(frame));
  wb_frame_release(&frame);
  EXPECT_TRUE(is_whole(held));
  wb_frame_release(&held);
}

INSTANTIATE_TEST_SUITE_P(Where, StoppedWriter,
                         ::testing::Values("idle", "kWriterClaiming", "kWriterWriting", "kWriterFilled",
                                           "kWriterCommitted", "kWriterHeadMoved", "kWriterWakeChanged"),
                         [](const auto& where) { return where.param; });

}  // namespace
