// A reader killed at every named step: the writer and the other readers do not notice, and what it held is given back.
#include <signal.h>

#include "support/process.hpp"
#include "support/runtime.hpp"
#include "support/streams.hpp"
#include "sync/steps.hpp"

namespace {

using namespace wbtest;

std::vector<std::string> reader_steps() {
  std::vector<std::string> names;
  for (const std::string name : {
#define WINGBEAT_X(name) #name,
           WINGBEAT_STEP_LIST(WINGBEAT_X)
#undef WINGBEAT_X
       }) {
    if (name.rfind("kReader", 0) == 0) names.push_back(name);
  }
  return names;
}

class ReaderDeath : public Streams, public ::testing::WithParamInterface<std::string> {
 protected:
  // Does all that a reader can do, until it dies of it.
  bool live_until_dead(Puppet& victim) {
    const std::string mode = GetParam() == "kReaderCopied" ? "copy"
                             : GetParam() == "kReaderDone" ? "lockstep"
                                                           : "every";
    if (victim.ask("open " + mode + " 3 1")[0] == "dead") return true;
    for (int round = 0; round < 10; ++round) {
      publish(writer.get(), 1);
      for (const char* line : {"take 1", "take 1", "set 3", "take 1", "release"}) {
        if (victim.ask(line)[0] == "dead") return true;
      }
      take_all();
    }
    return false;
  }

  void take_all() {
    wb_frame frame;
    while (wb_reader_wait(other.get(), 0, &frame) == WB_OK) {
      EXPECT_TRUE(is_whole(frame));
      EXPECT_EQ(frame.missed, 0u);
      last = frame.seq;
      wb_frame_release(&frame);
    }
  }

  void publish_much() {
    for (int i = 0; i < 50; ++i) {
      publish(writer.get(), 3);
      take_all();
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

  // Room for exactly one reader of three leases beside the other one.
  void expect_given_back() {
    const Reader heir = make_reader("swarm", WB_EVERY, 3);
    ASSERT_NE(heir, nullptr);
    const std::uint64_t before = wakes();
    publish(writer.get(), 10);
    EXPECT_EQ(wakes(), before) << "nobody sleeps any more";
    wb_frame frame;
    ASSERT_OK(wb_reader_wait(heir.get(), 0, &frame));
    EXPECT_TRUE(is_whole(frame));
    wb_frame_release(&frame);
  }

  Writer writer = make_writer("swarm", {16, 5, 2, 6, 3});
  Reader other = make_reader("swarm", WB_EVERY);
  std::uint64_t last = 0;
};

TEST_P(ReaderDeath, disturbs_nobody_and_the_next_reader_takes_its_place) {
  Puppet victim;
  ASSERT_EQ(victim.answer("at " + GetParam() + " 1 kill"), "0");
  ASSERT_TRUE(live_until_dead(victim)) << "the step was never reached";
  EXPECT_EQ(victim.wait().signal, SIGKILL);
  publish_much();
  expect_given_back();
}

TEST_P(ReaderDeath, later_in_its_life_is_cleared_by_collection) {
  Puppet victim;
  const std::string repeatable = GetParam() == "kReaderClaimed" ? " 1 kill" : " 3 kill";
  ASSERT_EQ(victim.answer("at " + GetParam() + repeatable), "0");
  ASSERT_TRUE(live_until_dead(victim)) << "the step was never reached";
  EXPECT_EQ(victim.wait().signal, SIGKILL);
  publish_much();
  wb_collect_report report;
  ASSERT_OK(wb_collect("swarm", &report));
  // Who died asleep is found by the writer itself, which would else wake the dead with each frame.
  const bool found_by_writer = GetParam() == "kReaderMarkedAsleep" && std::string(wb_backend()) == "linux";
  EXPECT_EQ(report.readers, found_by_writer ? 0u : 1u);
  EXPECT_EQ(report.streams, 0u);
  expect_given_back();
}

TEST_P(ReaderDeath, before_a_restart_is_cleared_by_the_successor) {
  Puppet victim;
  ASSERT_EQ(victim.answer("at " + GetParam() + " 1 kill"), "0");
  ASSERT_TRUE(live_until_dead(victim)) << "the step was never reached";
  EXPECT_EQ(victim.wait().signal, SIGKILL);
  writer.reset();
  writer = make_writer("swarm", {16, 5, 2, 6, 3});
  wb_frame frame;
  EXPECT_EQ(wb_reader_wait(other.get(), kLong, &frame), WB_RESTARTED);
  publish_much();
  wb_inspection* raw = nullptr;
  ASSERT_OK(wb_inspect("swarm", &raw));
  const Inspection inspection(raw);
  std::size_t count = 0;
  ASSERT_OK(wb_inspection_readers(raw, nullptr, 0, &count));
  EXPECT_EQ(count, 1u);
  expect_given_back();
}

INSTANTIATE_TEST_SUITE_P(AtEachStep, ReaderDeath, ::testing::ValuesIn(reader_steps()),
                         [](const auto& step) { return step.param; });

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
    std::vector<std::unique_ptr<Puppet>> victims;
    for (int i = 0; i < 16; ++i) {
      victims.push_back(std::make_unique<Puppet>());
      ASSERT_EQ(victims.back()->answer("open every 2"), "0");
    }
    publish(writer.get(), 1);
    for (auto& victim : victims) victim->tell("take 1000");
    for (auto& victim : victims) victim->hear();
  }
  publish(writer.get(), 200);
  std::vector<Reader> heirs;
  for (int i = 0; i < 16; ++i) {
    heirs.push_back(make_reader());
    ASSERT_NE(heirs.back(), nullptr);
  }
}

}  // namespace
