// A reader through the C interface: which frames it takes, what it holds, what it misses.
#include <algorithm>
#include <thread>
#include <vector>

#include "support/frames.hpp"

namespace {

using namespace wbtest;

class ReaderTest : public WithWriter {};

TEST_F(ReaderTest, of_the_latest_skips_what_came_between_and_counts_no_loss) {
  const Reader reader = make_reader();
  publish(w, 5);
  std::uint64_t missed = 9;
  EXPECT_EQ(next(reader, &missed), 5u);
  EXPECT_EQ(missed, 0u);
  publish(w, 50);
  EXPECT_EQ(next(reader), 55u);
  EXPECT_EQ(take(reader, 0), WB_NO_FRAME);
  const wb_reader_stats stats = stats_of(reader);
  EXPECT_EQ(stats.received, 2u);
  EXPECT_EQ(stats.missed, 0u);
  EXPECT_EQ(stats.seq, 55u);
  EXPECT_EQ(stats.newest, 55u);
  EXPECT_EQ(stats.writer_alive, 1u);
  EXPECT_EQ(stats.attached, 1u);
}

TEST_F(ReaderTest, that_attaches_to_a_running_stream_begins_with_its_newest_frame) {
  publish(w, 9);
  for (wb_mode mode : {WB_LATEST, WB_EVERY}) {
    const Reader reader = make_reader("swarm", mode);
    std::uint64_t missed = 9;
    EXPECT_EQ(next(reader, &missed), 9u);
    EXPECT_EQ(missed, 0u);
  }
}

TEST_F(ReaderTest, sees_when_a_frame_was_published_and_its_fields_until_it_is_released) {
  const Reader reader = make_reader();
  const std::uint64_t before = wb_now_ns();
  publish(w, 1);
  const std::uint64_t after = wb_now_ns();
  wb_frame frame;
  ASSERT_OK(wb_reader_wait(reader.get(), kLong, &frame));
  EXPECT_GE(frame.publish_time_ns, before);
  EXPECT_LE(frame.publish_time_ns, after);
  EXPECT_EQ(frame.generation, 1u);
  EXPECT_EQ(wb_frame_field(&frame, 2), nullptr);
  EXPECT_EQ(wb_frame_field(&frame, kWordsField), frame.data);
  wb_frame_release(&frame);
  EXPECT_EQ(wb_frame_field(&frame, kWordsField), nullptr);
}

struct Case {
  std::uint64_t history;
  int published;  // while nothing is read
  bool holding;   // of the frame before
};

class Losses : public ReaderTest, public ::testing::WithParamInterface<Case> {};

// Slots not held by the reader keep the newest frames, but for the one that the writer has chosen for the next; what is older is
// gone.
TEST_P(Losses, are_counted_exactly) {
  writer.reset();
  const Shape shape{16, 2, 4, GetParam().history, 3};
  writer = make_writer("swarm", shape);
  const Reader reader = make_reader("swarm", WB_EVERY);
  publish(writer.get(), 1);
  Frame held;
  ASSERT_OK(wb_reader_wait(reader.get(), kLong, &held));
  if (!GetParam().holding) wb_frame_release(&held);
  publish(writer.get(), GetParam().published);

  const auto kept = static_cast<int>(shape.slots()) - 1 - (GetParam().holding ? 1 : 0);
  const auto lost = static_cast<std::uint64_t>(std::max(0, GetParam().published - kept));
  std::uint64_t missed = 0;
  EXPECT_EQ(next(reader, &missed), 2 + lost);
  EXPECT_EQ(missed, lost);
  expect_next(reader, 3 + lost, 1 + static_cast<std::uint64_t>(GetParam().published));
  EXPECT_TRUE(!GetParam().holding || is_whole(held)) << "what is held does not change";
  const wb_reader_stats stats = stats_of(reader);
  EXPECT_EQ(stats.missed, lost);
  EXPECT_EQ(stats.received + stats.missed, stats.newest);
}

INSTANTIATE_TEST_SUITE_P(Cases, Losses,
                         ::testing::Values(Case{0, 2, true}, Case{0, 3, true}, Case{0, 4, true}, Case{0, 4, false},
                                           Case{0, 5, false}, Case{4, 7, true}, Case{4, 8, true}, Case{4, 8, false},
                                           Case{4, 9, false}, Case{20, 23, true}, Case{20, 24, true},
                                           Case{20, 100, true}, Case{0, 1000, true}));

TEST_F(ReaderTest, with_all_leases_in_use_says_no_room_until_one_is_released) {
  const Reader reader = make_reader("swarm", WB_EVERY, 3);
  publish(w, 4);
  Frame frames[4];
  for (int i = 0; i < 3; ++i) ASSERT_OK(wb_reader_wait(reader.get(), kLong, &frames[i]));
  EXPECT_EQ(wb_reader_wait(reader.get(), kLong, &frames[3]), WB_ERR_NO_ROOM);
  EXPECT_EQ(wb_reader_latest(reader.get(), &frames[3]), WB_ERR_NO_ROOM);
  EXPECT_TRUE(message_has("release"));
  wb_frame_release(&frames[1]);
  ASSERT_OK(wb_reader_wait(reader.get(), kLong, &frames[3]));
  EXPECT_EQ(frames[3].seq, 4u);
  for (int i : {0, 2, 3}) EXPECT_TRUE(is_whole(frames[i]));
}

TEST_F(ReaderTest, may_hold_six_frames_and_not_seven) {
  Reader reader;
  EXPECT_EQ(open(reader, WB_LATEST, 7), WB_ERR_LIMIT);
  ASSERT_OK(open(reader, WB_EVERY, 6));
  publish(w, 1);
  Frame frames[6];
  for (Frame& frame : frames) {
    ASSERT_OK(wb_reader_wait(reader.get(), kLong, &frame));
    publish(w, 20);
  }
  for (Frame& frame : frames) EXPECT_TRUE(is_whole(frame)) << frame.seq;
}

wb_way way(const Reader& reader) { return static_cast<wb_way>(stats_of(reader).way); }

TEST_F(ReaderTest, beyond_the_lease_budget_copies) {
  const Reader first = make_reader("swarm", WB_LATEST, 6);
  EXPECT_EQ(way(make_reader("swarm", WB_LATEST, 3)), WB_BY_COPY);
  Reader second = make_reader("swarm", WB_LATEST, 2);
  EXPECT_EQ(way(second), WB_BY_LEASE);
  EXPECT_EQ(way(make_reader("swarm", WB_LATEST, 1)), WB_BY_COPY);
  second.reset();
  EXPECT_EQ(way(make_reader("swarm", WB_LATEST, 2)), WB_BY_LEASE) << "a closed reader's leases can be had again";
}

TEST_F(ReaderTest, gives_a_frame_back_from_another_thread) {
  const Reader reader = make_reader("swarm", WB_EVERY, 1);
  publish(w, 2);
  for (int round = 0; round < 50; ++round) {
    wb_frame frame;
    ASSERT_OK(wb_reader_wait(reader.get(), kLong, &frame));
    std::thread([&frame] { wb_frame_release(&frame); }).join();
    publish(w, 1);
  }
}

TEST_F(ReaderTest, a_second_release_does_nothing) {
  const Reader reader = make_reader("swarm", WB_EVERY, 1);
  publish(w, 3);
  wb_frame frame;
  ASSERT_OK(wb_reader_wait(reader.get(), kLong, &frame));
  wb_frame_release(&frame);
  Frame other;
  ASSERT_OK(wb_reader_wait(reader.get(), kLong, &other));
  wb_frame_release(&frame);
  publish(w, 30);
  EXPECT_TRUE(is_whole(other)) << "the frame taken since must still be held";
  wb_frame_release(nullptr);
}

TEST_F(ReaderTest, latest_gives_the_newest_again_and_again_and_takes_none_away) {
  for (const wb_mode mode : {WB_LATEST, WB_EVERY}) {
    restart();
    const Reader reader = make_reader("swarm", mode);
    Frame none;
    EXPECT_EQ(wb_reader_latest(reader.get(), &none), WB_NO_FRAME);
    publish(w, 3);
    for (int i = 0; i < 3; ++i) {
      Frame frame;
      ASSERT_OK(wb_reader_latest(reader.get(), &frame));
      EXPECT_EQ(frame.seq, 3u);
    }
    if (mode == WB_EVERY) expect_next(reader, 1, 3);
    EXPECT_EQ(take(reader, 0), WB_NO_FRAME) << "a wait wants a frame not taken yet";
  }
}

TEST_F(ReaderTest, sixty_four_readers_see_every_frame) {
  restart({16, 128, 80, 0, 3});
  std::vector<Reader> readers;
  for (int i = 0; i < 70; ++i) {
    readers.push_back(make_reader("swarm", i % 2 == 0 ? WB_EVERY : WB_LATEST, 1));
    ASSERT_NE(readers.back(), nullptr);
  }
  for (std::uint64_t seq = 1; seq <= 20; ++seq) {
    publish(writer.get(), 1);
    for (const Reader& reader : readers) ASSERT_EQ(next(reader), seq);
  }
}

TEST_F(ReaderTest, maps_frames_read_only) {
  const Reader reader = make_reader();
  publish(w, 1);
  Frame frame;
  ASSERT_OK(wb_reader_wait(reader.get(), kLong, &frame));
  auto* word = const_cast<volatile std::uint64_t*>(static_cast<const std::uint64_t*>(frame.data));
  EXPECT_EXIT(
      {
        *word = 1;
        std::_Exit(0);
      },
      [](int status) { return status != 0; }, "");
}

TEST_F(ReaderTest, refuses_null_and_unknown_options) {
  wb_reader* reader = nullptr;
  EXPECT_EACH(WB_ERR_ARGUMENT, wb_reader_open(nullptr, nullptr, &reader), wb_reader_open("swarm", nullptr, nullptr));
  EXPECT_EQ(wb_reader_open("a/b", nullptr, &reader), WB_ERR_NOT_FOUND) << "there is no user a";
  const std::string long_name(64, 'a');
  for (const char* name : {"a/", "/a", "a/b/c", "a/..b/", "", long_name.c_str()})
    EXPECT_EQ(wb_reader_open(name, nullptr, &reader), WB_ERR_NAME) << name;
  wb_reader_options options{};
  EXPECT_EQ(wb_reader_open("swarm", &options, &reader), WB_ERR_ARGUMENT) << "struct_size is 0";
  options.struct_size = sizeof options;
  options.mode = 7;
  EXPECT_EQ(wb_reader_open("swarm", &options, &reader), WB_ERR_ARGUMENT);
  EXPECT_EQ(reader, nullptr);
  const Reader good = make_reader();
  EXPECT_EACH(WB_ERR_ARGUMENT, wb_reader_wait(good.get(), 0, nullptr), wb_reader_wait(nullptr, 0, nullptr),
              wb_reader_latest(good.get(), nullptr), wb_reader_attach(nullptr, 0),
              wb_reader_get_stats(good.get(), nullptr), wb_reader_fd(nullptr));
  EXPECT_EQ(wb_reader_schema(nullptr), nullptr);
  EXPECT_EQ(wb_frame_field(nullptr, 0), nullptr);
  wb_reader_interrupt(nullptr);
  wb_reader_close(nullptr);
}

}  // namespace
