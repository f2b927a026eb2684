// A stream has one writer at a time, and a new writer takes over from a dead one. death_test.cpp tests each step of a
// death, memory_test.cpp full file systems.
#include <signal.h>

#include <chrono>
#include <memory>
#include <thread>

#include "support/process.hpp"
#include "support/runtime.hpp"
#include "support/streams.hpp"

namespace {

using namespace wbtest;

class Succession : public Streams {
 protected:
  // Returns true if the only reader of the current stream has taken the newest frame.
  static bool is_newest_taken() {
    wb_inspection* raw = nullptr;
    if (wb_inspect("swarm", &raw) != WB_OK) return false;
    const Inspection inspection(raw);
    wb_stream_info stream{};
    wb_reader_info taker{};
    std::size_t count = 0;
    return wb_inspection_stream(raw, &stream) == WB_OK && wb_inspection_readers(raw, &taker, 1, &count) == WB_OK &&
           count == 1 && taker.seq == stream.seq;
  }

  static bool await_newest_taken() {
    for (const std::uint64_t end_ns = wb_now_ns() + kLong; wb_now_ns() < end_ns;) {
      if (is_newest_taken()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }

  Puppet first;
};

TEST_F(Succession, a_second_writer_is_told_the_pid_of_the_first) {
  ASSERT_EQ(first.answer("create"), "0 1 1");
  Puppet second;
  for (const char* any_schema : {"create 5", "create"})
    EXPECT_EQ(second.ask(any_schema)[0], std::to_string(WB_ERR_BUSY));
  EXPECT_NE(second.answer("error").find(std::to_string(first.pid())), std::string::npos) << second.answer("error");
  EXPECT_EQ(first.answer("publish 3"), "0 3") << "the first writer is not affected";
  first.kill();
  EXPECT_EQ(second.answer("create"), "0 1 2");
  EXPECT_EQ(second.answer("publish 1"), "0 4");
}

TEST_F(Succession, of_many_that_begin_at_once_exactly_one_writes) {
  std::vector<std::unique_ptr<Puppet>> crowd;
  for (int i = 0; i < 8; ++i) crowd.push_back(std::make_unique<Puppet>());
  for (auto& each : crowd) each->tell("create");
  int winners = 0;
  for (auto& each : crowd) winners += each->hear()[0] == "0" ? 1 : 0;
  EXPECT_EQ(winners, 1);
}

TEST_F(Succession, readers_in_other_processes_follow_all_of_it) {
  Puppet follower;
  ASSERT_EQ(follower.answer("open every 2 1"), "0");
  follower.tell("follow");
  for (const char* shape : {"create 3", "create 3", "create 4", "create 4", "create 3"}) {
    Puppet writer;
    ASSERT_EQ(writer.ask(shape)[0], "0") << shape;
    ASSERT_EQ(writer.ask("publish 5")[0], "0");
    ASSERT_TRUE(await_newest_taken()) << "its memory is removed two schemas later";
    writer.kill();
  }
  follower.tell("");
  const std::vector<std::string> seen = follower.hear();
  ASSERT_EQ(seen.size(), 5u) << seen[0];
  EXPECT_EQ(seen[0], "25") << "received";
  EXPECT_EQ(seen[1], "0") << "missed";
  EXPECT_EQ(seen[2], "0") << "torn";
  EXPECT_EQ(seen[3], "4") << "restarts";
  EXPECT_EQ(seen[4], "5") << "the last seq of the third epoch";
}

TEST_F(Succession, a_sleeping_reader_wakes_for_a_successor) {
  ASSERT_EQ(first.answer("create"), "0 1 1");
  Puppet sleeper;
  ASSERT_EQ(sleeper.answer("open every 2 1"), "0");
  sleeper.tell("take 15000");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  first.kill();
  Puppet second;
  ASSERT_EQ(second.answer("create"), "0 1 2");
  EXPECT_EQ(sleeper.hear()[0], std::to_string(WB_RESTARTED));
}

}  // namespace
