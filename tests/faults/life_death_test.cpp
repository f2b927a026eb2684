// A process killed at every named step of coming and going: creating, taking over, changing epochs, attaching, sweeping, leaving,
// closing, collecting. Whoever comes next finds all in order, and nothing is left in the end.
#include <signal.h>

#include "support/process.hpp"
#include "support/runtime.hpp"
#include "support/streams.hpp"
#include "sync/steps.hpp"

namespace {

using namespace wbtest;

// Frames and arrays have tests of their own.
bool is_of_life(const std::string& name) {
  for (const char* others : {"kReader", "kWriter", "kArray", "kParty", "kLock"}) {
    if (name.rfind(others, 0) == 0) return false;
  }
  return true;
}

// Nothing is collected while a reader stays; and only where a reader stays is there memory with a dead one in it.
bool can_be_reached(const std::string& name, bool watched) {
  if (name == "kCollectLocked" || name == "kCollectUnlinked" || name == "kCollectRemoved") return !watched;
  return watched || name.rfind("kSweep", 0) != 0;
}

std::vector<std::tuple<std::string, int, bool>> life_steps() {
  std::vector<std::tuple<std::string, int, bool>> cases;
  for (const std::string name : {
#define WINGBEAT_X(name) #name,
           WINGBEAT_STEP_LIST(WINGBEAT_X)
#undef WINGBEAT_X
       }) {
    for (const bool watched : {false, true}) {
      if (!is_of_life(name) || !can_be_reached(name, watched)) continue;
      for (const int occurrence : {1, 2}) cases.emplace_back(name, occurrence, watched);
    }
  }
  return cases;
}

// With a spectator, a reader that stays throughout; without, the streams come and go whole.
class LifeDeath : public Streams, public ::testing::WithParamInterface<std::tuple<std::string, int, bool>> {
 protected:
  std::string step() const { return std::get<0>(GetParam()); }
  bool is_watched() const { return std::get<2>(GetParam()); }

  // A whole life, in which each step is reached at least twice.
  static bool live_until_dead(Puppet& victim) {
    for (int round = 0; round < 2; ++round) {
      for (const char* line : {"create 3", "publish 3", "open every 2 1", "take 1000", "release", "close_writer",
                               "create 3", "publish 2", "close_writer", "create 4", "publish 2", "close_reader",
                               "open latest 1 1", "close_reader", "close_writer"}) {
        if (victim.ask(line)[0] == "dead") return true;
      }
    }
    return false;
  }

  // A stream with a reader that stays, and two that died, so that there is something to be swept.
  void leave_a_spectator_and_the_dead() {
    const Writer writer = make_writer();
    spectator = make_reader();
    Puppet one, another;
    ASSERT_EQ(one.answer("open every 1 1"), "0");
    ASSERT_EQ(another.answer("open every 1 1"), "0");
  }

  void watch(int code) {
    ASSERT_GE(code, 0) << wb_error_message();
    if (code != WB_OK) return;
    EXPECT_TRUE(is_whole(frame)) << frame.seq;
    wb_frame_release(&frame);
  }

  Reader spectator;
  wb_frame frame{};
};

TEST_P(LifeDeath, leaves_nothing_that_troubles_who_comes_next) {
  if (is_watched()) leave_a_spectator_and_the_dead();
  {
    Puppet victim;
    ASSERT_EQ(victim.answer("at " + step() + " " + std::to_string(std::get<1>(GetParam())) + " kill"), "0");
    ASSERT_TRUE(live_until_dead(victim)) << "the step was never reached";
    EXPECT_EQ(victim.wait().signal, SIGKILL);
  }
  if (is_watched()) {
    for (int i = 0; i < 8; ++i) watch(wb_reader_wait(spectator.get(), kMillisecond, &frame));
  }

  const Writer successor = make_writer();
  ASSERT_NE(successor, nullptr);
  const Reader reader = make_reader("swarm", WB_EVERY, 3);
  ASSERT_NE(reader, nullptr);
  publish(successor.get(), 3);
  ASSERT_OK(wb_reader_wait(reader.get(), kLong, &frame));
  EXPECT_TRUE(is_whole(frame));
  const std::uint64_t seq = frame.seq;
  wb_frame_release(&frame);
  if (!is_watched()) return;
  int code;
  while ((code = wb_reader_wait(spectator.get(), kLong, &frame)) == WB_RESTARTED) {
  }
  ASSERT_OK(code);
  EXPECT_GE(frame.seq, seq);
  EXPECT_TRUE(is_whole(frame));
  wb_frame_release(&frame);
}

INSTANTIATE_TEST_SUITE_P(AtEachStep, LifeDeath, ::testing::ValuesIn(life_steps()), [](const auto& all) {
  return std::get<0>(all.param) + "_" + std::to_string(std::get<1>(all.param)) +
         (std::get<2>(all.param) ? "_watched" : "");
});

}  // namespace
