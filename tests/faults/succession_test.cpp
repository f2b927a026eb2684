// Who may write: one at a time; the dead are followed; a full memory is an error and not a crash.
#include <signal.h>

#include <chrono>
#include <cstring>
#include <memory>
#include <thread>

#include "support/process.hpp"
#include "support/runtime.hpp"
#include "support/streams.hpp"

namespace {

using namespace wbtest;

class Succession : public Streams {
 protected:
  int wait() {
    const int code = wb_reader_wait(reader.get(), kLong, &frame);
    if (code == WB_OK) {
      EXPECT_TRUE(is_whole(frame));
      wb_frame_release(&frame);
    }
    return code;
  }

  // Whether the one reader of the stream, as it is now, has taken its newest frame.
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
  std::unique_ptr<Puppet> successor;
  Reader reader;
  wb_frame frame{};
};

TEST_F(Succession, a_second_writer_is_told_the_pid_of_the_first) {
  ASSERT_EQ(first.answer("create"), "0 1 1");
  Puppet second;
  EXPECT_EQ(second.ask("create")[0], std::to_string(WB_ERR_BUSY));
  EXPECT_NE(second.answer("error").find(std::to_string(first.pid())), std::string::npos) << second.answer("error");
  EXPECT_EQ(first.answer("publish 3"), "0 3") << "the first does not notice";
  first.kill();
  EXPECT_EQ(second.answer("create"), "0 1 2");
  EXPECT_EQ(second.answer("publish 1"), "0 4");
}

TEST_F(Succession, a_second_writer_of_another_schema_is_refused_just_so) {
  ASSERT_EQ(first.answer("create 3"), "0 1 1");
  Puppet second;
  EXPECT_EQ(second.ask("create 5")[0], std::to_string(WB_ERR_BUSY));
  EXPECT_EQ(first.answer("publish 1"), "0 1");
}

TEST_F(Succession, of_many_that_begin_at_once_exactly_one_writes) {
  std::vector<std::unique_ptr<Puppet>> crowd;
  for (int i = 0; i < 8; ++i) crowd.push_back(std::make_unique<Puppet>());
  for (auto& each : crowd) each->tell("create");
  int winners = 0;
  for (auto& each : crowd) winners += each->hear()[0] == "0" ? 1 : 0;
  EXPECT_EQ(winners, 1);
}

TEST_F(Succession, after_a_death_with_the_same_schema_readers_go_on_without_a_gap) {
  ASSERT_EQ(first.answer("create"), "0 1 1");
  reader = make_reader("swarm", WB_EVERY);
  for (std::uint64_t generation = 2; generation <= 6; ++generation) {
    ASSERT_EQ((generation == 2 ? first : *successor).ask("publish 4")[0], "0");
    for (int i = 0; i < 4; ++i) {
      ASSERT_OK(wait());
      EXPECT_EQ(frame.missed, 0u);
    }
    (generation == 2 ? first : *successor).kill();
    EXPECT_EQ(wb_reader_wait(reader.get(), kMillisecond, &frame), WB_WRITER_GONE);
    successor = std::make_unique<Puppet>();
    ASSERT_EQ(successor->answer("create"), "0 1 " + std::to_string(generation));
    EXPECT_EQ(wait(), WB_RESTARTED);
  }
  ASSERT_EQ(successor->answer("publish 1"), "0 21");
  ASSERT_OK(wait());
  EXPECT_EQ(frame.seq, 21u);
}

TEST_F(Succession, after_a_death_with_another_schema_a_new_epoch_begins) {
  ASSERT_EQ(first.answer("create 3"), "0 1 1");
  reader = make_reader("swarm", WB_EVERY);
  ASSERT_EQ(first.answer("publish 2"), "0 2");
  first.kill();
  Puppet second;
  ASSERT_EQ(second.answer("create 5"), "0 2 1");
  ASSERT_EQ(second.answer("publish 1"), "0 1");
  ASSERT_OK(wait());
  ASSERT_OK(wait());
  EXPECT_EQ(frame.epoch, 1u);
  EXPECT_EQ(wait(), WB_RESTARTED);
  ASSERT_OK(wait());
  EXPECT_EQ(frame.epoch, 2u);
  EXPECT_EQ(frame.seq, 1u);
}

TEST_F(Succession, readers_in_other_processes_follow_all_of_it) {
  Puppet follower;
  ASSERT_EQ(follower.answer("open every 2 1"), "0");
  follower.tell("follow");
  for (const char* shape : {"create 3", "create 3", "create 4", "create 4", "create 3"}) {
    Puppet writer;
    ASSERT_EQ(writer.ask(shape)[0], "0") << shape;
    ASSERT_EQ(writer.ask("publish 5")[0], "0");
    ASSERT_TRUE(await_newest_taken()) << "its memory goes with the next schema but one";
    writer.kill();
  }
  follower.tell("");
  const std::vector<std::string> seen = follower.hear();
  ASSERT_EQ(seen.size(), 5u) << seen[0];
  EXPECT_EQ(seen[0], "25") << "received";
  EXPECT_EQ(seen[1], "0") << "missed";
  EXPECT_EQ(seen[2], "0") << "torn";
  EXPECT_EQ(seen[3], "4") << "restarts";
  EXPECT_EQ(seen[4], "5") << "last seq, of the third epoch";
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

TEST_F(Succession, a_request_to_a_dead_writer_is_answered_by_the_next) {
  ASSERT_EQ(first.answer("create"), "0 1 1");
  Puppet asker;
  ASSERT_EQ(asker.answer("open latest 2"), "0");
  ASSERT_EQ(asker.answer("set 4"), "0 1");
  ASSERT_EQ(asker.answer("receipt 1 0"), std::to_string(WB_PENDING) + " 0");
  first.kill();
  Puppet second;
  ASSERT_EQ(second.answer("create"), "0 1 2");
  EXPECT_EQ(asker.answer("receipt 1 1000"), "0 " + std::to_string(WB_WAS_RESTARTED));
}

TEST_F(Succession, memory_too_small_is_an_error_with_both_numbers_and_leaves_nothing) {
  if (first.answer("small_memory 1048576") != "0")
    GTEST_SKIP() << "this machine does not let a test have a /dev/shm of its own";
  const std::vector<std::string> created = first.ask("create 3 8 32 4 100000");  // 15 frames of 1.2 MB
  EXPECT_EQ(created[0], std::to_string(WB_ERR_NO_MEMORY));
  const std::string text = first.answer("error");
  EXPECT_NE(text.find("needs 18"), std::string::npos) << text;
  const bool knows_what_is_free = std::strcmp(wb_backend(), "linux") == 0;
  EXPECT_EQ(text.find("1048576 are free") != std::string::npos, knows_what_is_free) << text;
  EXPECT_TRUE(directory.files().empty());
  EXPECT_EQ(first.ask("create 3 1 1 0 10")[0], "0") << "what fits is made: " << first.answer("error");
  EXPECT_EQ(first.answer("publish 50"), "0 50");
  EXPECT_EQ(first.answer("close_writer"), "0");
}

TEST_F(Succession, memory_too_small_for_a_new_epoch_leaves_the_old_one_as_it_is) {
  if (first.answer("small_memory 1048576") != "0")
    GTEST_SKIP() << "this machine does not let a test have a /dev/shm of its own";
  ASSERT_EQ(first.answer("create 3 8 4 4 100"), "0 1 1");
  ASSERT_EQ(first.answer("publish 5"), "0 5");
  ASSERT_EQ(first.answer("open every 2"), "0");
  ASSERT_EQ(first.answer("close_writer"), "0");
  EXPECT_EQ(first.ask("create 3 8 4 4 100000")[0], std::to_string(WB_ERR_NO_MEMORY));
  EXPECT_EQ(first.answer("take 0"), "0 5 0 1") << "the frames are still there";
  EXPECT_EQ(first.answer("release"), "0");
  EXPECT_EQ(first.answer("create 3 8 4 4 100"), "0 1 2") << "and a writer of the old schema goes on";
  EXPECT_EQ(first.answer("publish 1"), "0 6");
  EXPECT_EQ(first.answer("close_reader"), "0");
  EXPECT_EQ(first.answer("close_writer"), "0");
}

}  // namespace
