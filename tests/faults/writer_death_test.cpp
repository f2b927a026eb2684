// A writer killed at every named step, and its successor.
#include <signal.h>

#include "support/process.hpp"
#include "support/runtime.hpp"
#include "support/streams.hpp"
#include "sync/steps.hpp"

namespace {

using namespace wbtest;

constexpr const char* kSteps[] = {
#define WINGBEAT_X(name) #name,
    WINGBEAT_STEP_LIST(WINGBEAT_X)
#undef WINGBEAT_X
};

bool is_writer_step(const std::string& name) { return name.rfind("kWriter", 0) == 0; }

bool is_lock_step(const std::string& name) { return name.rfind("kWriterAwait", 0) == 0; }
// Reached only if a lease moves along while the writer turns; once, when the ring is full for the first time.
bool needs_moving_lease(const std::string& name) { return name == "kWriterClaimingAll" || name == "kWriterSparedAll"; }

std::vector<std::tuple<std::string, int>> writer_steps() {
  std::vector<std::tuple<std::string, int>> cases;
  for (const char* name : kSteps) {
    if (!is_writer_step(name)) continue;
    for (int occurrence : {1, 4, 20}) {
      if (occurrence == 1 || !needs_moving_lease(name)) cases.emplace_back(name, occurrence);
    }
  }
  return cases;
}

class WriterDeath : public Streams, public ::testing::WithParamInterface<std::tuple<std::string, int>> {
 protected:
  static constexpr const char* kCreate = "create 3 8 32 12";  // 23 slots

  std::string step() const { return std::get<0>(GetParam()); }
  bool is_in_takeover() const { return step() == "kWriterTakingOver"; }
  std::string fatal() const { return "at " + step() + " " + std::to_string(std::get<1>(GetParam())) + " kill"; }

  // Takes all frames there are. They must be whole, in order and without a gap, since nobody let them get too old.
  void take_all() {
    wb_frame frame;
    int code;
    while ((code = wb_reader_wait(reader.get(), 0, &frame)) == WB_OK || code == WB_RESTARTED) {
      if (code == WB_RESTARTED) {
        ++restarts;
        continue;
      }
      EXPECT_TRUE(is_whole(frame)) << frame.seq;
      EXPECT_EQ(frame.missed, 0u) << frame.seq;
      EXPECT_EQ(frame.seq, last + 1);
      last = frame.seq;
      wb_frame_release(&frame);
    }
    EXPECT_GT(code, 0) << wb_error_message();
  }

  // Lets the writer work until it dies. Something is asked of it all the time, so that it gives receipts, too.
  bool work_until_dead(Puppet& writer) {
    for (int round = 0; round < 100; ++round) {
      const int code = wb_reader_set(reader.get(), "speed", f64(round % 10), &request);
      EXPECT_TRUE(code == WB_OK || code == WB_ERR_NO_ROOM) << wb_error_message();
      if (slow != nullptr) ask_for_next();
      for (const char* line : {"publish 7", "answer"}) {
        const bool dead = writer.ask(line)[0] == "dead";
        take_all();
        if (dead) return true;
      }
    }
    return false;
  }

  void start(Puppet& writer) {
    ASSERT_EQ(writer.answer(kCreate), "0 1 1");
    reader = make_reader("swarm", WB_EVERY, 3);
    ASSERT_EQ(writer.answer("publish 1"), "0 1");
    if (needs_moving_lease(step())) {
      ASSERT_EQ(writer.answer("chase"), "0");
    }
    if (is_lock_step(step())) {
      slow = make_reader("swarm", WB_LOCK_STEP, 1);
      ASSERT_EQ(writer.answer("lock_step 3"), "0");
    }
    ASSERT_OK(wb_reader_wait(reader.get(), kLong, &held));
    last = 1;
  }

  // Being in step again, and then slow: the writer has to wait for it.
  void ask_for_next() {
    wb_frame frame;
    while (wb_reader_wait(slow.get(), 0, &frame) == WB_OK) wb_frame_release(&frame);
  }

  Reader reader, slow;
  wb_frame held{};
  std::uint64_t last = 0, restarts = 0, request = 0;
};

TEST_P(WriterDeath, loses_nothing_that_was_published_and_its_successor_goes_on) {
  Puppet sleeper;  // so that there is always somebody to be woken
  {
    Puppet first;
    start(first);
    ASSERT_EQ(sleeper.answer("open latest 1 1"), "0");
    sleeper.tell("follow");
    if (is_in_takeover()) {
      ASSERT_EQ(first.answer("publish 5"), "0 6");
      first.kill();
      Puppet second;
      ASSERT_EQ(second.answer(fatal()), "0");
      ASSERT_EQ(second.ask(kCreate)[0], "dead");
      EXPECT_EQ(second.wait().signal, SIGKILL);
    } else {
      ASSERT_EQ(first.answer(fatal()), "0");
      ASSERT_TRUE(work_until_dead(first)) << "the step was never reached";
      EXPECT_EQ(first.wait().signal, SIGKILL);
    }
  }
  take_all();
  EXPECT_TRUE(is_whole(held));

  Puppet successor;
  const std::vector<std::string> created = successor.ask(kCreate);
  ASSERT_EQ(created[0], "0") << successor.answer("error");
  EXPECT_EQ(created[1], "1") << "the same epoch";
  if (request != 0) {
    wb_receipt receipt;
    EXPECT_OK(wb_reader_receipt(reader.get(), request, 0, &receipt));
    EXPECT_TRUE(receipt.status == WB_APPLIED || receipt.status == WB_WAS_RESTARTED) << receipt.status;
  }
  for (int round = 0; round < 10; ++round) {
    ASSERT_EQ(successor.ask("publish 9")[0], "0");
    take_all();
    ASSERT_TRUE(is_whole(held)) << "a leased frame is not overwritten by the successor";
  }
  EXPECT_EQ(std::to_string(restarts + 1), created[2]) << "each restart is told once";
  wb_frame_release(&held);

  sleeper.tell("");
  const std::vector<std::string> seen = sleeper.hear();
  ASSERT_EQ(seen.size(), 5u) << seen[0];
  EXPECT_EQ(seen[2], "0") << "torn";
  EXPECT_EQ(seen[4], std::to_string(last)) << "the sleeper sees the newest frame";
}

TEST_P(WriterDeath, without_a_successor_leaves_memory_that_can_be_collected) {
  Puppet first;
  start(first);
  if (is_in_takeover()) {
    first.kill();
    Puppet second;
    ASSERT_EQ(second.answer(fatal()), "0");
    ASSERT_EQ(second.ask(kCreate)[0], "dead");
    take_all();
  } else {
    ASSERT_EQ(first.answer(fatal()), "0");
    Puppet sleeper;
    ASSERT_EQ(sleeper.answer("open latest 1 1"), "0");
    sleeper.tell("follow");
    ASSERT_TRUE(work_until_dead(first)) << "the step was never reached";
  }
  EXPECT_TRUE(is_whole(held));
  wb_frame frame;
  int code = wb_reader_wait(reader.get(), kMillisecond, &frame);
  if (code == WB_OK) {  // committed, though the head was not moved any more
    EXPECT_EQ(step(), "kWriterCommitted");
    EXPECT_EQ(frame.seq, last + 1);
    EXPECT_TRUE(is_whole(frame));
    wb_frame_release(&frame);
    code = wb_reader_wait(reader.get(), kMillisecond, &frame);
  }
  EXPECT_EQ(code, WB_WRITER_GONE);
  wb_frame_release(&held);
  reader.reset();
  slow.reset();
  wb_collect_report report;
  ASSERT_OK(wb_collect(nullptr, &report));
  EXPECT_TRUE(directory.files().empty());
  EXPECT_TRUE(directory.objects().empty());
}

INSTANTIATE_TEST_SUITE_P(AtEachStep, WriterDeath, ::testing::ValuesIn(writer_steps()), [](const auto& all) {
  return std::get<0>(all.param) + "_" + std::to_string(std::get<1>(all.param));
});

}  // namespace
