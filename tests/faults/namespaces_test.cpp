// Containers: parties with different process ids or clocks that share only memory objects and lock files. Needs the
// right to create namespaces.
#include <signal.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "support/process.hpp"
#include "support/runtime.hpp"
#include "support/streams.hpp"

namespace {

using namespace wbtest;

struct Contained : Puppet {
  ~Contained() { kill_inside(); }

  // Kills the process as kill -9 does, and waits for its end.
  Ended kill_inside() {
    signal(SIGTERM);
    return wait();
  }
};

void kill_inside(Contained& puppet) { EXPECT_EQ(puppet.kill_inside().status, 128 + SIGKILL); }

// ---------------------------------------------------------------------------------------------------- process ids

// The writer and the reader are both process 1 of their own namespaces, so their process ids are equal, as are those of
// later processes.
class ProcessNumbers : public Streams {
 protected:
  void SetUp() override {
    for (Contained* each : {&writer, &reader, &successor}) {
      const std::string number = each->answer("processes");
      if (number == "refused") GTEST_SKIP() << "this machine does not let a test have a PID namespace";
      ASSERT_EQ(number, "1");
    }
    ASSERT_EQ(writer.answer("make 4 1"), "0");
    ASSERT_EQ(reader.answer("enter every"), "0 1");
    ASSERT_EQ(writer.ask("publish 3")[0], "0");
    for (int i = 0; i < 3; ++i) ASSERT_EQ(reader.answer("look"), "0 whole");
  }

  Contained writer, reader, successor;
};

TEST_F(ProcessNumbers, that_are_the_same_everywhere_confuse_nobody) {
  for (Contained* each : {&writer, &reader, &successor}) {
    EXPECT_EQ(each->answer("writer_pid"), "1") << "the process id is that of the writer's namespace";
    EXPECT_EQ(each->answer("alive"), "1");
    EXPECT_EQ(each->answer("readers"), "1");
    EXPECT_EQ(each->answer("collect"), "0");
  }
  EXPECT_EQ(successor.answer("make 4 1"), std::to_string(WB_ERR_BUSY));
  EXPECT_NE(successor.answer("error").find("(pid 1)"), std::string::npos);
  EXPECT_EQ(reader.answer("set 2"), "0 1");
  EXPECT_EQ(writer.ask("answer")[1], "1");
  EXPECT_EQ(reader.answer("receipt 1 1000"), "0 " + std::to_string(WB_APPLIED));
}

TEST_F(ProcessNumbers, a_writers_death_is_seen_and_another_takes_over) {
  kill_inside(writer);
  EXPECT_EQ(reader.answer("look"), std::to_string(WB_WRITER_GONE));
  EXPECT_EQ(reader.answer("alive"), "0");
  ASSERT_EQ(successor.answer("make 4 1"), "0") << successor.answer("error");
  EXPECT_EQ(reader.answer("look 10000"), std::to_string(WB_RESTARTED));
  ASSERT_EQ(successor.ask("publish")[0], "0");
  EXPECT_EQ(reader.answer("look 10000"), "0 whole");
}

TEST_F(ProcessNumbers, a_readers_death_is_seen_and_its_only_entry_is_free_again) {
  Puppet second;
  EXPECT_EQ(second.ask("enter")[0], std::to_string(WB_ERR_NO_ROOM));
  kill_inside(reader);
  EXPECT_EQ(writer.answer("readers"), "0");
  EXPECT_EQ(second.answer("enter"), "0 1") << second.answer("error");
  ASSERT_EQ(writer.ask("publish 40")[0], "0");
  EXPECT_EQ(second.answer("look"), "0 whole");
}

TEST_F(ProcessNumbers, what_all_the_dead_left_is_collected_from_anywhere) {
  kill_inside(writer);
  kill_inside(reader);
  EXPECT_FALSE(directory.objects().empty());
  EXPECT_EQ(successor.answer("collect"), "0");
  EXPECT_TRUE(directory.objects().empty());
  EXPECT_TRUE(directory.files().empty());
}

// ------------------------------------------------------------------------------------------------------------ clocks

// A reader runs in a namespace whose monotonic clock is shifted by some seconds.
class Clocks : public Streams, public ::testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    if (elsewhere.answer("clock " + seconds()) == "refused")
      GTEST_SKIP() << "this machine does not let a test have a time namespace";
  }

  // The shift back is nearly the machine's uptime, because a clock cannot be negative.
  static std::string seconds() {
    if (GetParam() != "back") return GetParam();
    return "-" + std::to_string(wb_now_ns() / 1'000'000'000 * 9 / 10);
  }

  // Returns milliseconds, by the clock of this process.
  std::uint64_t time(const std::string& question, const std::string& expected) {
    const std::uint64_t start = wb_now_ns();
    EXPECT_EQ(elsewhere.answer(question), expected) << question;
    return (wb_now_ns() - start) / 1'000'000;
  }

  Contained elsewhere;
};

TEST_P(Clocks, that_differ_change_nothing_about_frames_and_waits) {
  Writer writer = make_writer();
  ASSERT_EQ(elsewhere.answer("enter every"), "0 1");
  for (int i = 0; i < 40; ++i) {
    publish(writer.get(), 1);
    ASSERT_EQ(elsewhere.answer("look"), "0 whole");
  }
  EXPECT_GE(time("look 120", std::to_string(WB_NO_FRAME)), 120u);
  elsewhere.tell("look 15000");  // the reader sleeps and is woken
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  publish(writer.get(), 1);
  EXPECT_EQ(elsewhere.hear()[0], "0");
  EXPECT_EQ(elsewhere.answer("alive"), "1");
  writer.reset();
  EXPECT_EQ(elsewhere.answer("look"), std::to_string(WB_WRITER_GONE));
  writer = make_writer();
  EXPECT_EQ(elsewhere.answer("look 10000"), std::to_string(WB_RESTARTED)) << "it looks for a new writer";
}

TEST_P(Clocks, that_differ_change_nothing_about_requests) {
  const Writer writer = make_writer();
  const Reader here = make_reader();
  ASSERT_EQ(elsewhere.answer("enter"), "0 1");
  EXPECT_EQ(elsewhere.answer("set 2"), "0 1");
  EXPECT_GE(time("receipt 1 120", std::to_string(WB_PENDING) + " 0"), 120u);
  ASSERT_OK(wb_reader_trigger(here.get(), "reset", nullptr));
  wb_request request;
  for (int i = 0; i < 2; ++i) ASSERT_OK(wb_writer_next_request(writer.get(), &request));
  EXPECT_EQ(wb_writer_next_request(writer.get(), &request), WB_NO_REQUEST);
  EXPECT_EQ(elsewhere.answer("receipt 1 1000"), "0 " + std::to_string(WB_APPLIED));
}

TEST_P(Clocks, that_differ_change_nothing_about_lock_step) {
  const Writer writer = make_writer();
  ASSERT_OK(wb_writer_lock_step(writer.get(), nullptr, 120 * kMillisecond));
  ASSERT_EQ(elsewhere.answer("enter lockstep"), "0 1");
  ASSERT_EQ(elsewhere.answer("look 0"), std::to_string(WB_NO_FRAME));
  publish(writer.get(), 1);
  const std::uint64_t start = wb_now_ns();
  EXPECT_EQ(wb_writer_await_readers(writer.get()), WB_OVERRUN);
  EXPECT_GE(wb_now_ns() - start, 120u * kMillisecond);
  EXPECT_EQ(elsewhere.answer("look"), "0 whole");
  publish(writer.get(), 1);
  EXPECT_EQ(elsewhere.answer("look"), "0 whole");
  EXPECT_OK(wb_writer_await_readers(writer.get())) << "in step again";
}

TEST_P(Clocks, that_differ_change_nothing_about_taking_over) {
  Writer writer = make_writer();
  Reader reader = make_reader("swarm", WB_EVERY);
  publish(writer.get(), 3);
  writer.reset();
  ASSERT_EQ(elsewhere.answer("make"), "0");
  ASSERT_EQ(elsewhere.ask("publish")[0], "0");
  wb_frame frame;
  int code;
  std::uint64_t last = 0;
  while ((code = wb_reader_wait(reader.get(), last == 4 ? 0 : kLong, &frame)) == WB_OK || code == WB_RESTARTED) {
    if (code == WB_RESTARTED) continue;
    EXPECT_EQ(frame.seq, ++last);
    EXPECT_TRUE(is_whole(frame));
    wb_frame_release(&frame);
  }
  EXPECT_EQ(last, 4u);
}

INSTANTIATE_TEST_SUITE_P(Shifted, Clocks, ::testing::Values("864000", "1000000000", "back"),
                         [](const auto& shift) { return shift.param == "back" ? "back" : "by_" + shift.param; });

}  // namespace
