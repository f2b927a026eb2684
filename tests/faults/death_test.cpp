// Kills a process at every named step: a writer, a reader, and a process that creates, attaches, sweeps, leaves, closes
// or collects. The other processes are not affected, the next process finds consistent data, and no object is left.
#include <signal.h>

#include <array>
#include <initializer_list>
#include <string>
#include <vector>

#include "support/process.hpp"
#include "support/runtime.hpp"
#include "support/streams.hpp"
#include "sync/steps.hpp"

namespace {

using namespace wbtest;

bool begins_with(const std::string& name, const char* start) { return name.rfind(start, 0) == 0; }

std::vector<std::string> steps() {
  return {
#define WINGBEAT_X(name) #name,
      WINGBEAT_STEP_LIST(WINGBEAT_X)
#undef WINGBEAT_X
  };
}

struct Death {
  std::string step;
  int occurrence;
  int variant;  // the steps before or after; each suite defines its values
};

std::string name_of(const ::testing::TestParamInfo<Death>& info) {
  return info.param.step + "_" + std::to_string(info.param.occurrence) + "_" +
         std::string(1, static_cast<char>('a' + info.param.variant));
}

class AtStep : public Streams, public ::testing::WithParamInterface<Death> {
 protected:
  const std::string& step() const { return GetParam().step; }
  std::string fatal() const { return "at " + step() + " " + std::to_string(GetParam().occurrence) + " kill"; }

  // Each line is a question to the victim; the victim dies while it handles one of them.
  static bool dies_of(Puppet& victim, std::initializer_list<const char*> lines) {
    for (const char* line : lines) {
      if (victim.ask(line)[0] == "dead") return true;
    }
    return false;
  }

  // Takes all available frames. They must be whole, and none may be missed, because they are taken before they are
  // overwritten.
  void take_all(wb_reader* reader) {
    wb_frame frame;
    int code;
    while ((code = wb_reader_wait(reader, 0, &frame)) == WB_OK || code == WB_RESTARTED) {
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

  std::uint64_t last = 0, restarts = 0;
};

// ---------------------------------------------------------------------------------------------------------------- a writer

// These two steps are reached only if a lease moves to the next frame while the writer wraps around: once, when the
// ring is full for the first time.
bool needs_moving_lease(const std::string& name) { return name == "kWriterClaimingAll" || name == "kWriterSparedAll"; }

enum { kSuccessor, kNoSuccessor };

std::vector<Death> writer_deaths() {
  std::vector<Death> cases;
  for (const std::string& name : steps()) {
    for (const int occurrence : {1, 4, 20}) {
      if (!begins_with(name, "kWriter") || (occurrence > 1 && needs_moving_lease(name))) continue;
      for (const int variant : {kSuccessor, kNoSuccessor}) cases.push_back({name, occurrence, variant});
    }
  }
  return cases;
}

class WriterDeath : public AtStep {
 protected:
  static constexpr const char* kCreate = "create 3 8 32 12";  // 23 slots

  // The writer works until it dies. Requests arrive all the time, so that the writer also writes receipts.
  bool work_until_dead(Puppet& writer) {
    for (int round = 0; round < 100; ++round) {
      const int code = wb_reader_set(reader.get(), "speed", f64(round % 10), &request);
      EXPECT_TRUE(code == WB_OK || code == WB_ERR_NO_ROOM) << wb_error_message();
      wb_frame frame;  // this reader is in lock-step and then slow, so that the writer has to wait
      while (slow != nullptr && wb_reader_wait(slow.get(), 0, &frame) == WB_OK) wb_frame_release(&frame);
      for (const char* line : {"publish 7", "answer"}) {
        const bool dead = dies_of(writer, {line});
        take_all(reader.get());
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
    if (begins_with(step(), "kWriterAwait")) {
      slow = make_reader("swarm", WB_LOCK_STEP, 1);
      ASSERT_EQ(writer.answer("lock_step 3"), "0");
    }
    ASSERT_OK(wb_reader_wait(reader.get(), kLong, &held));
    last = 1;
  }

  void die(Puppet& first, Puppet& second) {
    start(first);
    ASSERT_EQ(sleeper.answer("open latest 1 1"), "0");
    sleeper.tell("follow");
    const bool in_takeover = step() == "kWriterTakingOver";
    if (in_takeover) {
      ASSERT_EQ(first.answer("publish 5"), "0 6");
      first.kill();
    }
    Puppet& victim = in_takeover ? second : first;
    ASSERT_EQ(victim.answer(fatal()), "0");
    ASSERT_TRUE(in_takeover ? dies_of(victim, {kCreate}) : work_until_dead(victim)) << "the step was never reached";
    EXPECT_EQ(victim.wait().signal, SIGKILL);
    take_all(reader.get());
    EXPECT_TRUE(is_whole(held));
  }

  void expect_successor() {
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
      take_all(reader.get());
      ASSERT_TRUE(is_whole(held)) << "a leased frame is not overwritten by the successor";
    }
    EXPECT_EQ(std::to_string(restarts + 1), created[2]) << "each restart is reported once";
    sleeper.tell("");
    const std::vector<std::string> seen = sleeper.hear();
    ASSERT_EQ(seen.size(), 5u) << seen[0];
    EXPECT_EQ(seen[2], "0") << "torn";
    EXPECT_EQ(seen[4], std::to_string(last)) << "the sleeper sees the newest frame";
    wb_frame_release(&held);
  }

  void expect_collection() {
    sleeper.kill();
    wb_frame frame;
    int code = wb_reader_wait(reader.get(), kMillisecond, &frame);
    if (code == WB_OK) {  // the frame was committed before the head was moved
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
    ASSERT_OK(wb_collect(nullptr, nullptr));
    EXPECT_TRUE(directory.files().empty());
    EXPECT_TRUE(directory.objects().empty());
  }

  Reader reader, slow;
  Puppet sleeper;  // makes sure that each publish has a process to wake
  wb_frame held{};
  std::uint64_t request = 0;
};

TEST_P(WriterDeath, loses_no_published_frame_and_leaves_memory_to_go_on_with_or_to_collect) {
  {
    Puppet first, second;
    die(first, second);
  }
  if (HasFatalFailure()) return;
  GetParam().variant == kSuccessor ? expect_successor() : expect_collection();
}

INSTANTIATE_TEST_SUITE_P(AtEachStep, WriterDeath, ::testing::ValuesIn(writer_deaths()), name_of);

// ---------------------------------------------------------------------------------------------------------------- a reader

enum { kNextReader, kCollection, kRestart };

std::vector<Death> reader_deaths() {
  std::vector<Death> cases;
  for (const std::string& name : steps()) {
    if (!begins_with(name, "kReader")) continue;
    for (const int variant : {kNextReader, kCollection, kRestart})
      cases.push_back({name, variant == kCollection && name != "kReaderClaimed" ? 3 : 1, variant});
  }
  return cases;
}

class ReaderDeath : public AtStep {
 protected:
  // The victim calls every function of a reader until it dies.
  bool live_until_dead(Puppet& victim) {
    const std::string mode = step() == "kReaderCopied" ? "copy" : step() == "kReaderDone" ? "lockstep" : "every";
    if (dies_of(victim, {("open " + mode + " 3 1").c_str()})) return true;
    for (int round = 0; round < 10; ++round) {
      publish(writer.get(), 1);
      if (dies_of(victim, {"take 1", "take 1", "set 3", "take 1", "release"})) return true;
      take_all(other.get());
    }
    return false;
  }

  void publish_much() {
    for (int i = 0; i < 50; ++i) {
      publish(writer.get(), 3);
      take_all(other.get());
    }
    wb_request request;
    while (wb_writer_next_request(writer.get(), &request) == WB_OK) {
    }
  }

  std::uint64_t wakes() const {
    wb_writer_stats stats{};
    EXPECT_OK(wb_writer_get_stats(writer.get(), &stats));
    return stats.wakes;
  }

  // The budget has room for exactly one reader of three leases beside the other reader.
  void expect_given_back() {
    const Reader heir = make_reader("swarm", WB_EVERY, 3);
    ASSERT_NE(heir, nullptr);
    const std::uint64_t before = wakes();
    publish(writer.get(), 10);
    EXPECT_EQ(wakes(), before) << "no reader is marked asleep";
    wb_frame frame;
    ASSERT_OK(wb_reader_wait(heir.get(), 0, &frame));
    EXPECT_TRUE(is_whole(frame));
    wb_frame_release(&frame);
  }

  Writer writer = make_writer("swarm", {16, 5, 2, 6, 3});
  Reader other = make_reader("swarm", WB_EVERY);
};

TEST_P(ReaderDeath, disturbs_no_other_and_what_it_held_is_given_back) {
  Puppet victim;
  ASSERT_EQ(victim.answer(fatal()), "0");
  ASSERT_TRUE(live_until_dead(victim)) << "the step was never reached";
  EXPECT_EQ(victim.wait().signal, SIGKILL);
  if (GetParam().variant == kRestart) {
    writer.reset();
    writer = make_writer("swarm", {16, 5, 2, 6, 3});
  }
  publish_much();
  if (GetParam().variant == kCollection) {
    wb_collect_report report;
    ASSERT_OK(wb_collect("swarm", &report));
    // The writer itself finds a reader that died asleep. It would otherwise wake the dead reader with each frame.
    const bool found_by_writer = step() == "kReaderMarkedAsleep" && std::string(wb_backend()) == "linux";
    EXPECT_EQ(report.readers, found_by_writer ? 0u : 1u);
    EXPECT_EQ(report.streams, 0u);
  }
  if (GetParam().variant == kRestart) {
    EXPECT_EQ(restarts, 1u);
    wb_inspection* raw = nullptr;
    ASSERT_OK(wb_inspect("swarm", &raw));
    const Inspection inspection(raw);
    std::size_t count = 0;
    ASSERT_OK(wb_inspection_readers(raw, nullptr, 0, &count));
    EXPECT_EQ(count, 1u) << "cleared by the successor";
  }
  expect_given_back();
}

INSTANTIATE_TEST_SUITE_P(AtEachStep, ReaderDeath, ::testing::ValuesIn(reader_deaths()), name_of);

TEST_F(Streams, a_dead_reader_is_seen_as_dead_until_it_is_cleared) {
  const Writer writer = make_writer();
  Puppet victim;
  ASSERT_EQ(victim.answer("open every 2"), "0");
  publish(writer.get(), 1);
  ASSERT_EQ(victim.answer("take 1000"), "0 1 0 1");
  victim.kill();
  wb_inspection* raw = nullptr;
  ASSERT_OK(wb_inspect("swarm", &raw));
  const Inspection inspection(raw);
  wb_reader_info reader;
  std::size_t count = 0;
  ASSERT_OK(wb_inspection_readers(raw, &reader, 1, &count));
  ASSERT_EQ(count, 1u);
  EXPECT_EQ(reader.alive, 0u);
  EXPECT_EQ(reader.leases_held, 1u);
  wb_stream_info info;
  ASSERT_OK(wb_inspection_stream(raw, &info));
  EXPECT_EQ(info.readers, 0u);
  ASSERT_OK(wb_collect(nullptr, nullptr));
  ASSERT_OK(wb_inspection_readers(raw, &reader, 1, &count));
  EXPECT_EQ(count, 0u);
}

TEST_F(Streams, sixteen_readers_killed_at_once_are_all_cleared_by_the_next) {
  const Writer writer = make_writer("swarm", {16, 32, 16, 4, 3});
  {
    std::array<Puppet, 16> victims;
    for (Puppet& victim : victims) ASSERT_EQ(victim.answer("open every 2"), "0");
    publish(writer.get(), 1);
    for (Puppet& victim : victims) victim.tell("take 1000");
    for (Puppet& victim : victims) victim.hear();
  }
  publish(writer.get(), 200);
  std::array<Reader, 16> heirs;
  for (Reader& heir : heirs) ASSERT_NE(heir = make_reader(), nullptr);
}

// ------------------------------------------------------------------------------------------------------- coming and going

// kWatched: a reader stays attached throughout. kAlone: no reader stays, so whole streams are created and removed.
enum { kAlone, kWatched };

// A stream is not collected while a reader stays attached, and only with such a reader is there memory with the entry
// of a dead reader.
bool can_be_reached(const std::string& name, bool watched) {
  if (name == "kCollectLocked" || name == "kCollectUnlinked" || name == "kCollectRemoved") return !watched;
  return watched || !begins_with(name, "kSweep");
}

std::vector<Death> life_deaths() {
  std::vector<Death> cases;
  for (const std::string& name : steps()) {
    bool elsewhere = false;
    for (const char* others : {"kReader", "kWriter", "kArray", "kParty", "kLock"})
      elsewhere |= begins_with(name, others);
    for (const int variant : {kAlone, kWatched}) {
      for (const int occurrence : {1, 2}) {
        if (!elsewhere && can_be_reached(name, variant == kWatched)) cases.push_back({name, occurrence, variant});
      }
    }
  }
  return cases;
}

class LifeDeath : public AtStep {
 protected:
  // Makes a stream with one living reader and two dead readers, so that there are entries to sweep.
  void leave_a_spectator_and_the_dead() {
    const Writer writer = make_writer();
    spectator = make_reader();
    Puppet one, another;
    ASSERT_EQ(one.answer("open every 1 1"), "0");
    ASSERT_EQ(another.answer("open every 1 1"), "0");
  }

  // Returns the seq of a whole frame, 0 if there is none.
  std::uint64_t take(wb_reader* reader, std::int64_t limit_ns) {
    wb_frame frame;
    int code;
    while ((code = wb_reader_wait(reader, limit_ns, &frame)) == WB_RESTARTED) {
    }
    EXPECT_GE(code, 0) << wb_error_message();
    if (code != WB_OK) return 0;
    EXPECT_TRUE(is_whole(frame)) << frame.seq;
    const std::uint64_t seq = frame.seq;
    wb_frame_release(&frame);
    return seq;
  }

  Reader spectator;
};

TEST_P(LifeDeath, leaves_nothing_that_troubles_the_next_process) {
  const bool watched = GetParam().variant == kWatched;
  if (watched) leave_a_spectator_and_the_dead();
  {
    Puppet victim;
    ASSERT_EQ(victim.answer(fatal()), "0");
    bool dead = false;  // one pass through the list reaches each step at least once, two passes at least twice
    for (int life = 0; life < 2 && !dead; ++life) {
      dead = dies_of(victim, {"create 3", "publish 3", "open every 2 1", "take 1000", "release", "close_writer",
                              "create 3", "publish 2", "close_writer", "create 4", "publish 2", "close_reader",
                              "open latest 1 1", "close_reader", "close_writer"});
    }
    ASSERT_TRUE(dead) << "the step was never reached";
    EXPECT_EQ(victim.wait().signal, SIGKILL);
  }
  for (int i = 0; watched && i < 8; ++i) take(spectator.get(), kMillisecond);

  const Writer successor = make_writer();
  ASSERT_NE(successor, nullptr);
  const Reader reader = make_reader("swarm", WB_EVERY, 3);
  ASSERT_NE(reader, nullptr);
  publish(successor.get(), 3);
  const std::uint64_t seq = take(reader.get(), kLong);
  EXPECT_GT(seq, 0u);
  if (watched) {
    EXPECT_GE(take(spectator.get(), kLong), seq);
  }
}

INSTANTIATE_TEST_SUITE_P(AtEachStep, LifeDeath, ::testing::ValuesIn(life_deaths()), name_of);

}  // namespace
