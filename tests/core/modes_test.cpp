// Reading modes beside latest and every: copies, observers, every k-th frame, lock-step.
#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include "support/frames.hpp"

namespace {

using namespace wbtest;

// Waits for the frames first, first + step ... last.
void expect_each_waited_for(const Reader& reader, std::uint64_t first, std::uint64_t last, std::uint64_t step) {
  for (std::uint64_t seq = first; seq <= last; seq += step) {
    wb_frame seen{};
    ASSERT_OK(take(reader, kLong, &seen));
    ASSERT_EQ(seen.seq, seq);
  }
}

class Modes : public WithWriter {};

class WithoutLeases : public Modes, public ::testing::WithParamInterface<wb_reader_flag> {
 protected:
  Reader open(wb_mode mode, std::uint32_t every = 0) { return open_with(with(mode, GetParam(), every)); }
};

TEST_P(WithoutLeases, says_how_it_reads_and_claims_nothing) {
  const Reader reader = open(WB_LATEST);
  const wb_way expected = GetParam() == WB_READER_COPY ? WB_BY_COPY : WB_AS_OBSERVER;
  EXPECT_EQ(stats_of(reader).way, static_cast<std::uint32_t>(expected));
  const wb_stream_info info = info_of(inspect());
  EXPECT_EQ(info.leases_claimed, 0u);
  EXPECT_EQ(info.readers, GetParam() == WB_READER_COPY ? 1u : 0u);
}

TEST_P(WithoutLeases, takes_the_newest_frame_whole) {
  const Reader reader = open(WB_LATEST);
  EXPECT_EQ(next(reader), 0u);
  publish(w, 5);
  EXPECT_EQ(next(reader), 5u);
  EXPECT_EQ(next(reader), 0u);
  publish(w, 1);
  EXPECT_EQ(next(reader), 6u);
}

TEST_P(WithoutLeases, takes_each_frame_in_order_and_counts_what_is_gone) {
  const Reader reader = open(WB_EVERY);
  publish(w, 3);
  expect_next(reader, 1, 3);
  publish(w, 40);  // 15 slots, one of them for the next frame: 30 to 43 are there
  std::uint64_t missed = 0;
  EXPECT_EQ(next(reader, &missed), 30u);
  EXPECT_EQ(missed, 26u);
  EXPECT_EQ(stats_of(reader).missed, 26u);
}

TEST_P(WithoutLeases, a_frame_that_is_held_stays_what_it_was_and_holds_no_slot_of_the_writer) {
  const Reader reader = open(WB_EVERY);
  publish(w, 1);
  Frame held, second, third;
  ASSERT_OK(wb_reader_wait(reader.get(), 0, &held));
  publish(w, 100);
  EXPECT_EQ(stats_of(writer).hops, 0u);
  ASSERT_OK(wb_reader_wait(reader.get(), 0, &second));
  EXPECT_TRUE(is_whole(held));
  EXPECT_TRUE(is_whole(second));
  EXPECT_NE(held.data, second.data);
  EXPECT_EQ(wb_reader_wait(reader.get(), 0, &third), WB_ERR_NO_ROOM) << "two were asked for";
  wb_frame_release(&held);
  EXPECT_OK(wb_reader_wait(reader.get(), 0, &third));
}

TEST_P(WithoutLeases, only_agents_that_are_present_are_copied_and_counted) {
  const Reader reader = open(WB_LATEST);
  wb_slot slot;
  ASSERT_OK(wb_writer_begin(w, &slot));
  stamp(wb_writer_field(w, kWordsField), 1);
  const float positions[6] = {1, 2, 3, 4, 5, 6};
  ASSERT_OK(wb_writer_copy(w, kPositionField, positions, 12, 2));
  ASSERT_OK(wb_writer_publish(w, 7, 0.5));
  Frame frame;
  ASSERT_OK(wb_reader_wait(reader.get(), 0, &frame));
  EXPECT_EQ(frame.count, 2u);
  EXPECT_EQ(frame.step, 7u);
  EXPECT_EQ(frame.sim_time, 0.5);
  EXPECT_GT(frame.publish_time_ns, 0u);
  EXPECT_EQ(std::memcmp(wb_frame_field(&frame, kPositionField), positions, sizeof positions), 0);
}

TEST_P(WithoutLeases, memory_of_a_frame_can_outlive_it_and_the_reader) {
  Reader reader = open(WB_LATEST);
  publish(w, 1);
  wb_frame frame{};
  ASSERT_OK(wb_reader_wait(reader.get(), 0, &frame));
  wb_memory* memory = nullptr;
  ASSERT_OK(wb_frame_memory(&frame, &memory));
  const wb_frame copy = frame;
  wb_frame_release(&frame);
  reader.reset();
  EXPECT_TRUE(is_whole(copy)) << "nobody wrote there since";
  wb_memory_release(memory);
}

TEST_P(WithoutLeases, follows_a_restart_and_a_new_epoch) {
  const Reader reader = open(WB_LATEST);
  publish(w, 2);
  EXPECT_EQ(next(reader), 2u);
  restart();
  EXPECT_EQ(take(reader), WB_RESTARTED);
  publish(writer.get(), 1);
  EXPECT_EQ(next(reader), GetParam() == WB_READER_COPY ? 3u : 1u) << "an observer does not keep a stream alive";
  restart({16, 8, 32, 4, 2});
  EXPECT_EQ(take(reader), WB_RESTARTED);
  publish(writer.get(), 1);
  EXPECT_EQ(next(reader), 1u);
}

TEST_P(WithoutLeases, waits_for_a_frame_and_can_be_interrupted) {
  const Reader reader = open(WB_LATEST);
  const Later later(30, [&] { publish(w, 1); });
  EXPECT_OK(take(reader));
  const Later interrupter(30, [&] { wb_reader_interrupt(reader.get()); });
  EXPECT_EQ(take(reader), WB_INTERRUPTED);
}

TEST_P(WithoutLeases, fill_windows) {
  const Reader reader = open(WB_EVERY);
  const char* fields[] = {"words"};
  wb_window* opened = nullptr;
  ASSERT_OK(wb_window_open(reader.get(), fields, 1, 4, &opened));
  const Window window(opened);
  publish(w, 6);
  for (int i = 0; i < 6; ++i) ASSERT_OK(wb_window_next(opened, reader.get(), kLong));
  wb_window_view view{};
  ASSERT_OK(wb_window_get(opened, 0, &view));
  EXPECT_EQ(std::vector(view.seqs, view.seqs + view.frames), (std::vector<std::uint64_t>{3, 4, 5, 6}));
}

INSTANTIATE_TEST_SUITE_P(By, WithoutLeases, ::testing::Values(WB_READER_COPY, WB_READER_OBSERVE),
                         [](const auto& flag) { return flag.param == WB_READER_COPY ? "copy" : "observe"; });

TEST_F(Modes, a_copying_reader_may_ask_an_observer_may_not) {
  const Reader copying = open_with(with(WB_LATEST, WB_READER_COPY));
  const Reader observing = open_with(with(WB_LATEST, WB_READER_OBSERVE));
  std::uint64_t id = 0;
  ASSERT_OK(wb_reader_set(copying.get(), "speed", f64(2), &id));
  EXPECT_EQ(wb_reader_set(observing.get(), "speed", f64(3), nullptr), WB_ERR_ACCESS);
  EXPECT_TRUE(message_has("WB_READER_OBSERVE"));
  EXPECT_EQ(wb_reader_trigger(observing.get(), "reset", nullptr), WB_ERR_ACCESS);
  accept_all(writer);
  wb_receipt receipt{};
  ASSERT_OK(wb_reader_receipt(copying.get(), id, kLong, &receipt));
  EXPECT_EQ(receipt.status, std::uint32_t{WB_APPLIED});
  wb_value value{};
  ASSERT_OK(wb_reader_parameter(observing.get(), "speed", &value));
  EXPECT_EQ(value.as.f64, 2.0);
}

TEST_F(Modes, an_observer_leaves_no_trace) {
  const std::vector<std::string> before = directory.files();
  const Reader reader = open_with(with(WB_EVERY, WB_READER_OBSERVE));
  publish(w, 3);
  EXPECT_EQ(next(reader), 1u);
  EXPECT_EQ(directory.files(), before);
}

TEST_F(Modes, every_third_takes_the_multiples_of_three) {
  const Reader reader = open_with(with(WB_EVERY, 0, 3));
  for (std::uint64_t i = 1; i <= 10; ++i) {
    publish(w, 1);
    EXPECT_EQ(next(reader), i % 3 == 0 ? i : 0u);
  }
  EXPECT_EQ(stats_of(reader).missed, 0u);
}

TEST_F(Modes, every_third_counts_only_wanted_frames_as_missed) {
  const Reader reader = open_with(with(WB_EVERY, 0, 3));
  publish(w, 3);
  EXPECT_EQ(next(reader), 3u);
  publish(w, 40);  // 29 to 43 are there: 6 to 27 are eight that are lost
  std::uint64_t missed = 0;
  EXPECT_EQ(next(reader, &missed), 30u);
  EXPECT_EQ(missed, 8u);
  EXPECT_EQ(next(reader, &missed), 33u);
  EXPECT_EQ(missed, 0u);
}

TEST_F(Modes, every_third_from_the_middle_of_a_stream_begins_with_the_next_multiple) {
  publish(w, 7);
  const Reader reader = open_with(with(WB_EVERY, 0, 3));
  EXPECT_EQ(next(reader), 0u);
  publish(w, 2);
  EXPECT_EQ(next(reader), 9u);
  const Reader on_it = open_with(with(WB_EVERY, 0, 3));
  EXPECT_EQ(next(on_it), 9u) << "the newest is one";
}

TEST_F(Modes, every_kth_with_more_frames_between_than_slots) {
  const Reader reader = open_with(with(WB_EVERY, 0, 100));
  publish(w, 250);
  std::uint64_t missed = 0;
  EXPECT_EQ(next(reader, &missed), 0u) << "100 and 200 are gone";
  publish(w, 55);
  EXPECT_EQ(next(reader, &missed), 300u);
  EXPECT_EQ(missed, 2u);
}

TEST_F(Modes, every_kth_spins_and_sleeps_until_its_frame_comes) {
  wb_reader_options options = with(WB_EVERY, 0, 5);
  options.spin_ns = 20 * kMillisecond;
  const Reader reader = open_with(options);
  std::thread running([&] {
    for (int i = 0; i < 10; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      publish(w, 1);
    }
  });
  expect_each_waited_for(reader, 5, 10, 5);
  running.join();
}

TEST_F(Modes, every_is_shown_outside) {
  const Reader reader = open_with(with(WB_EVERY, 0, 12));
  wb_reader_info info{};
  std::size_t count = 0;
  ASSERT_OK(wb_inspection_readers(inspect().get(), &info, 1, &count));
  ASSERT_EQ(count, 1u);
  EXPECT_EQ(info.every, 12u);
}

constexpr std::int64_t kLimit = 5'000 * kMillisecond;  // that only a hang reaches

class LockStep : public Modes {
 protected:
  // A reader that has asked: from now on it is waited for.
  Reader in_step(std::uint32_t every = 0, const char* label = nullptr) {
    Reader reader = open_with(with(WB_LOCK_STEP, 0, every, label));
    EXPECT_EQ(next(reader), 0u);
    return reader;
  }
  std::uint64_t overruns() { return stats_of(writer).overruns; }
};

TEST_F(LockStep, a_slow_reader_sees_every_frame_though_there_is_no_history) {
  for (std::uint64_t leases : {2u, 0u}) {  // without leases it copies
    restart({16, leases, 4, 0, 3});
    ASSERT_OK(wb_writer_lock_step(w, nullptr, kLimit));
    const Reader reader = in_step();
    std::thread running([&] { publish(w, 200); });
    for (std::uint64_t seq = 1; seq <= 200; ++seq) {
      Frame frame;
      ASSERT_OK(wb_reader_wait(reader.get(), kLong, &frame));
      ASSERT_EQ(frame.seq, seq);
      ASSERT_TRUE(is_whole(frame));
      if (seq % 16 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    running.join();
    EXPECT_EQ(overruns(), 0u);
  }
}

TEST_F(LockStep, the_writer_runs_free_while_it_has_not_chosen_to_wait) {
  const Reader reader = in_step();
  publish(w, 50);
  std::uint64_t missed = 0;
  EXPECT_EQ(next(reader, &missed), 50u);
  EXPECT_EQ(missed, 49u);
}

TEST_F(LockStep, only_readers_of_the_label_are_waited_for) {
  ASSERT_OK(wb_writer_lock_step(w, "trainer", 20 * kMillisecond));
  const Reader other = in_step(0, "other");
  publish(w, 20);
  EXPECT_EQ(overruns(), 0u);
  const Reader trainer = open_with(with(WB_LOCK_STEP, 0, 0, "trainer"));
  EXPECT_EQ(next(trainer), 20u);
  EXPECT_EQ(next(trainer), 0u);
  publish(w, 2);
  EXPECT_EQ(overruns(), 1u);
}

TEST_F(LockStep, readers_of_other_modes_are_not_waited_for) {
  ASSERT_OK(wb_writer_lock_step(w, nullptr, kLimit));
  const Reader every = open_with(with(WB_EVERY)), latest = open_with(with(WB_LATEST));
  EXPECT_EQ(next(every) + next(latest), 0u);
  publish(w, 20);
  EXPECT_EQ(overruns(), 0u);
}

TEST_F(LockStep, a_reader_that_overruns_is_out_of_step_until_it_catches_up) {
  ASSERT_OK(wb_writer_lock_step(w, nullptr, 20 * kMillisecond));
  const Reader reader = in_step();
  publish(w, 1);
  wb_frame held{};
  ASSERT_OK(wb_reader_wait(reader.get(), 0, &held));
  const std::uint64_t before = wb_now_ns();
  EXPECT_EQ(wb_writer_await_readers(w), WB_OVERRUN);
  EXPECT_GE(wb_now_ns() - before, 20u * kMillisecond);
  publish(w, 1000);  // at 20 ms each this would take 20 s
  EXPECT_LT(wb_now_ns() - before, 10'000u * kMillisecond);
  EXPECT_EQ(overruns(), 1u);
  wb_frame_release(&held);  // finished with the frame it overran at: in step again
  EXPECT_EQ(wb_writer_await_readers(w), WB_OVERRUN);
  std::uint64_t missed = 0;
  EXPECT_EQ(next(reader, &missed), 1001u);
  EXPECT_EQ(missed, 999u);
  EXPECT_OK(wb_writer_await_readers(w)) << "this frame was waited for already";
  publish(w, 1);
  EXPECT_EQ(next(reader), 1002u);
  EXPECT_OK(wb_writer_await_readers(w));
  EXPECT_EQ(overruns(), 2u);
}

TEST_F(LockStep, a_reader_that_closes_is_not_waited_for) {
  ASSERT_OK(wb_writer_lock_step(w, nullptr, kLimit));
  Reader reader = in_step();
  publish(w, 1);
  const Later closing(20, [&] { reader.reset(); });
  EXPECT_OK(wb_writer_await_readers(w));
}

TEST_F(LockStep, asking_for_the_next_frame_finishes_with_one_that_is_still_held) {
  ASSERT_OK(wb_writer_lock_step(w, nullptr, kLimit));
  const Reader reader = in_step();
  publish(w, 1);
  Frame held;
  ASSERT_OK(wb_reader_wait(reader.get(), 0, &held));
  EXPECT_EQ(next(reader), 0u);
  EXPECT_OK(wb_writer_await_readers(w));
  ASSERT_OK(wb_writer_lock_step(w, nullptr, 0));
  publish(w, 30);
  EXPECT_TRUE(is_whole(held));
}

TEST_F(LockStep, requests_made_of_a_frame_are_taken_before_the_next) {
  ASSERT_OK(wb_writer_lock_step(w, nullptr, kLimit));
  const Reader reader = in_step();
  constexpr int kSteps = 50;
  std::thread trainer([&] {
    for (int i = 1; i <= kSteps; ++i) {
      Frame frame;
      if (wb_reader_wait(reader.get(), kLong, &frame) != WB_OK) return;
      EXPECT_OK(wb_reader_set(reader.get(), "speed", f64(static_cast<double>(frame.seq) / 100), nullptr));
    }
  });
  for (int i = 1; i <= kSteps; ++i) {
    publish(w, 1);
    ASSERT_OK(wb_writer_await_readers(w));
    wb_request request{};
    ASSERT_OK(wb_writer_next_request(w, &request));
    EXPECT_EQ(request.value.as.f64, i / 100.0);
    EXPECT_EQ(wb_writer_next_request(w, &request), WB_NO_REQUEST);
  }
  trainer.join();
}

TEST_F(LockStep, of_every_third_only_those_are_waited_for) {
  ASSERT_OK(wb_writer_lock_step(w, nullptr, kLimit));
  const Reader reader = in_step(3);
  std::thread running([&] { publish(w, 30); });
  expect_each_waited_for(reader, 3, 30, 3);
  running.join();
  EXPECT_EQ(stats_of(reader).missed, 0u);
}

TEST_F(LockStep, a_signal_ends_the_explicit_wait_and_it_can_be_gone_on_with) {
  ASSERT_OK(wb_writer_lock_step(w, nullptr, -1));
  const Reader reader = in_step();
  publish(w, 1);
  struct sigaction handled {};
  handled.sa_handler = [](int) {};
  sigaction(SIGUSR1, &handled, nullptr);
  const pthread_t waiting = pthread_self();
  {
    const Later signalling(30, [waiting] {
      for (int i = 0; i < 20; ++i) {  // one of them finds it asleep
        pthread_kill(waiting, SIGUSR1);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
    EXPECT_EQ(wb_writer_await_readers(w), WB_INTERRUPTED);
  }
  EXPECT_EQ(next(reader), 1u);
  EXPECT_OK(wb_writer_await_readers(w));
}

TEST_F(LockStep, can_be_ended_by_the_writer) {
  ASSERT_OK(wb_writer_lock_step(w, nullptr, 20 * kMillisecond));
  const Reader reader = in_step();
  ASSERT_OK(wb_writer_lock_step(w, nullptr, 0));
  publish(w, 20);
  EXPECT_EQ(overruns(), 0u);
}

TEST_F(LockStep, refuses_what_cannot_be) {
  EXPECT_EQ(wb_writer_lock_step(nullptr, nullptr, 1), WB_ERR_ARGUMENT);
  EXPECT_EQ(wb_writer_lock_step(w, std::string(32, 'a').c_str(), 1), WB_ERR_ARGUMENT);
  EXPECT_EQ(wb_writer_await_readers(nullptr), WB_ERR_ARGUMENT);
  EXPECT_OK(wb_writer_await_readers(w));
  wb_reader* reader = nullptr;
  wb_reader_options options = with(WB_LOCK_STEP, WB_READER_OBSERVE);
  EXPECT_EQ(wb_reader_open("swarm", &options, &reader), WB_ERR_ARGUMENT);
  options = with(WB_LATEST, 0, 3);
  EXPECT_EQ(wb_reader_open("swarm", &options, &reader), WB_ERR_ARGUMENT);
  options = with(WB_LATEST, 8);
  EXPECT_EQ(wb_reader_open("swarm", &options, &reader), WB_ERR_ARGUMENT);
}

}  // namespace
