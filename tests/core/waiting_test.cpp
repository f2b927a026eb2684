// How a reader waits: limits, interruptions, sleeping and spinning, and the descriptor for event loops.
#include <poll.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "support/frames.hpp"

namespace {

using namespace wbtest;

constexpr std::int64_t kForever = -1;
constexpr std::int64_t kAlwaysSpin = -1, kAlwaysSleep = 1;

void pause_ms(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

bool is_readable(int descriptor, int limit_ms) {
  pollfd waiting{descriptor, POLLIN, 0};
  return ::poll(&waiting, 1, limit_ms) == 1;
}

// Both ways of waiting.
class Waiting : public WithWriter, public ::testing::WithParamInterface<std::int64_t> {
 protected:
  Reader reader = make_reader("swarm", WB_EVERY, 2, GetParam());
};

TEST_P(Waiting, without_a_frame_ends_at_the_limit_and_not_before) {
  EXPECT_EQ(take(reader, 0), WB_NO_FRAME);
  const std::uint64_t start = wb_now_ns();
  EXPECT_EQ(take(reader, 30 * kMillisecond), WB_NO_FRAME);
  EXPECT_GE(wb_now_ns() - start, static_cast<std::uint64_t>(30 * kMillisecond));
}

TEST_P(Waiting, gets_each_frame_published_meanwhile) {
  std::thread publisher([&] {
    for (int i = 0; i < 200; ++i) {
      publish(writer.get(), 1);
      if (i % 10 == 0) pause_ms(1);
    }
  });
  std::uint64_t taken = 0, missed = 0;
  for (wb_frame seen{}; seen.seq < 200; ++taken, missed += seen.missed) {
    const std::uint64_t before = seen.seq;
    ASSERT_OK(take(reader, kForever, &seen));
    ASSERT_EQ(seen.seq, before + 1 + seen.missed);
  }
  publisher.join();
  EXPECT_EQ(taken + missed, 200u);
}

TEST_P(Waiting, is_interrupted_from_another_thread) {
  for (int round = 0; round < 5; ++round) {
    const Later other(10 * round, [&] { wb_reader_interrupt(reader.get()); });
    EXPECT_EQ(take(reader, kForever), WB_INTERRUPTED);
  }
  EXPECT_EQ(take(reader, kMillisecond), WB_NO_FRAME) << "an interruption counts once";
}

TEST_P(Waiting, is_interrupted_by_an_earlier_call_even_if_there_is_a_frame) {
  publish(writer.get(), 1);
  wb_reader_interrupt(reader.get());
  EXPECT_EQ(take(reader, kForever), WB_INTERRUPTED);
  EXPECT_OK(take(reader, 0)) << "and the frame is there afterwards";
  wb_reader_interrupt(reader.get());
  EXPECT_EQ(take(reader, 0), WB_INTERRUPTED);
}

wb_reader* interrupted_by_handler = nullptr;

TEST_P(Waiting, is_interrupted_from_a_signal_handler) {
  interrupted_by_handler = reader.get();
  struct sigaction action {
  }, before;
  action.sa_handler = [](int) { wb_reader_interrupt(interrupted_by_handler); };
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGUSR1, &action, &before);
  {
    const Later other(40, [here = ::pthread_self()] { ::pthread_kill(here, SIGUSR1); });
    EXPECT_EQ(take(reader, kForever), WB_INTERRUPTED);
  }
  ::sigaction(SIGUSR1, &before, nullptr);
}

TEST_P(Waiting, for_a_stream_that_is_not_there_can_be_limited_and_interrupted) {
  const Reader early = make_reader("later", WB_LATEST, 2, GetParam());
  EXPECT_EQ(take(early, 0), WB_NOT_READY);
  EXPECT_EQ(take(early, 10 * kMillisecond), WB_NOT_READY);
  EXPECT_EQ(wb_reader_attach(early.get(), 0), WB_NOT_READY);
  EXPECT_EQ(wb_reader_attach(early.get(), 10 * kMillisecond), WB_NOT_READY);
  const Later other(30, [&] { wb_reader_interrupt(early.get()); });
  EXPECT_EQ(take(early, kForever), WB_INTERRUPTED);
}

TEST_P(Waiting, for_a_stream_that_comes_later_gets_its_first_frame) {
  const Reader early = make_reader("later", WB_EVERY, 2, GetParam());
  std::atomic<bool> taken{false};
  const Later other(30, [&] {
    const Writer late = make_writer("later");
    publish(late.get(), 3);
    while (!taken.load()) pause_ms(1);
  });
  wb_frame seen{};
  EXPECT_OK(take(early, kLong, &seen));
  EXPECT_EQ(seen.seq, 1u);
  expect_next(early, 2, 3);
  taken = true;
}

TEST_P(Waiting, after_the_writer_closed_says_so_once_all_frames_are_taken) {
  publish(writer.get(), 2);
  writer.reset();
  EXPECT_OK(take(reader, 0));
  EXPECT_OK(take(reader, 0));
  EXPECT_EQ(take(reader, 0), WB_WRITER_GONE);
  EXPECT_EQ(take(reader, 5 * kMillisecond), WB_WRITER_GONE);
}

INSTANTIATE_TEST_SUITE_P(Ways, Waiting, ::testing::Values(kAlwaysSleep, kAlwaysSpin, std::int64_t{0}),
                         [](const auto& way) {
                           return way.param == kAlwaysSleep  ? "sleeping"
                                  : way.param == kAlwaysSpin ? "spinning"
                                                             : "by_default";
                         });

class Sleeping : public Streams {};

TEST_F(Sleeping, is_ended_by_any_signal_that_is_handled) {
  const Writer writer = make_writer();
  const Reader reader = make_reader("swarm", WB_LATEST, 2, kAlwaysSleep);
  struct sigaction action {
  }, before;
  action.sa_handler = [](int) {};
  ::sigaction(SIGUSR1, &action, &before);
  const pthread_t here = ::pthread_self();
  std::atomic<bool> done{false};
  std::thread other([&] {
    while (!done.load()) {  // a signal may come between two sleeps
      pause_ms(20);
      ::pthread_kill(here, SIGUSR1);
    }
  });
  EXPECT_EQ(take(reader, kForever), WB_INTERRUPTED);
  done = true;
  other.join();
  ::sigaction(SIGUSR1, &before, nullptr);
}

class Descriptor : public WithWriter {
 protected:
  // Arms it, and says whether it becomes readable though nothing has happened.
  bool stays_quiet(int limit_ms = 80) { return !is_readable(wb_reader_fd(reader.get()), limit_ms); }

  void drain() {
    while (next(reader) != 0) continue;
  }

  Reader reader = make_reader("swarm", WB_EVERY);
};

// Of several sleepers the writer wakes one, and a thread of the library the others. If one of them were forgotten, it would sleep
// for a whole nap with each frame, and the time limit of the test would pass.
TEST_F(Streams, sleepers_are_all_woken_by_each_frame_however_many) {
  constexpr std::uint64_t kFrames = 400;
  constexpr int kSleepers = 8;
  const Writer writer = make_writer("swarm", {16, kSleepers, kSleepers, 4, 3});
  std::atomic<std::uint64_t> taken{0};
  std::vector<std::thread> sleepers;
  for (int i = 0; i < kSleepers; ++i) {
    sleepers.emplace_back([&] {
      const Reader reader = make_reader("swarm", WB_EVERY, 1, 1);
      ASSERT_OK(wb_reader_attach(reader.get(), kLong));
      ++taken;
      for (std::uint64_t seq = 1; seq <= kFrames; ++seq, ++taken) {
        wb_frame seen{};
        ASSERT_OK(take(reader, kLong, &seen));
        EXPECT_EQ(seen.seq, seq);
      }
    });
  }
  for (std::uint64_t seq = 1; seq <= kFrames; ++seq) {
    while (taken.load() < seq * kSleepers) std::this_thread::sleep_for(std::chrono::microseconds(200));
    publish(writer.get(), 1);
  }
  for (std::thread& sleeper : sleepers) sleeper.join();
  EXPECT_EQ(taken.load(), (kFrames + 1) * kSleepers);
}

TEST_F(Descriptor, becomes_readable_with_a_frame_and_is_quiet_without) {
  const int descriptor = wb_reader_fd(reader.get());
  ASSERT_GE(descriptor, 0) << wb_error_message();
  EXPECT_TRUE(stays_quiet());
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(wb_reader_fd(reader.get()), descriptor);
    publish(writer.get(), 1);
    ASSERT_TRUE(is_readable(descriptor, 5000)) << i;
    drain();
    EXPECT_TRUE(i % 5 != 0 || stays_quiet(20));
  }
}

TEST_F(Descriptor, armed_with_a_frame_waiting_is_readable_at_once) {
  publish(writer.get(), 1);
  EXPECT_TRUE(is_readable(wb_reader_fd(reader.get()), 0));
  const int descriptor = wb_reader_fd(reader.get());
  EXPECT_TRUE(is_readable(descriptor, 0)) << "the frame is still to be taken";
  drain();
  EXPECT_TRUE(is_readable(descriptor, 0)) << "until it is armed again";
  EXPECT_TRUE(stays_quiet(20));
}

TEST_F(Descriptor, becomes_readable_with_a_restart_and_a_new_epoch) {
  int descriptor = wb_reader_fd(reader.get());
  writer.reset();
  EXPECT_TRUE(is_readable(descriptor, 5000)) << "the writer's end";
  EXPECT_EQ(take(reader, 0), WB_WRITER_GONE);
  wb_reader_fd(reader.get());
  writer = make_writer();
  EXPECT_TRUE(is_readable(descriptor, 5000)) << "a restart";
  EXPECT_EQ(take(reader, 0), WB_RESTARTED);
  wb_reader_fd(reader.get());
  restart({16, 8, 32, 4, 5});
  EXPECT_TRUE(is_readable(descriptor, 5000)) << "another schema";
}

TEST_F(Descriptor, of_a_reader_that_came_first_becomes_readable_with_the_stream) {
  const Reader early = make_reader("later");
  const int descriptor = wb_reader_fd(early.get());
  ASSERT_GE(descriptor, 0);
  EXPECT_FALSE(is_readable(descriptor, 60));
  const Writer late = make_writer("later");
  EXPECT_TRUE(is_readable(descriptor, 5000));
}

TEST_F(Descriptor, ends_with_the_reader_at_any_moment) {
  for (int i = 0; i < 20; ++i) {
    const Reader other = make_reader();
    ASSERT_GE(wb_reader_fd(other.get()), 0);
    if (i % 3 == 1) publish(writer.get(), 1);
    if (i % 3 == 2) pause_ms(2);
  }
}

}  // namespace
