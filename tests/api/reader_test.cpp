// Seeing frames from C++.
#include <poll.h>

#include <cstdint>
#include <thread>

#include "support/own_directory.hpp"

namespace {

using wbtest::OwnDirectory;
using wbtest::thrown_code;
using namespace std::chrono_literals;
using wingbeat::Mode;
using wingbeat::Reader;
using wingbeat::ReaderOptions;
using wingbeat::StreamSpec;
using wingbeat::Writer;

class CppReader : public OwnDirectory {
 protected:
  static Writer make_writer(std::uint32_t components = 1) {
    StreamSpec spec("flock", 4);
    spec.per_agent<float>("position", components).history(0);
    return Writer::create(spec).value();
  }
  // Frames whose numbers are all their step.
  static void publish(Writer& writer, std::uint64_t step) {
    auto slot = writer.begin();
    for (float& number : slot.span<float>("position")) number = static_cast<float>(step);
    slot.publish(step, 0.0);
  }
};

// With a writer and a reader that are there already.
class CppFrames : public CppReader {
 protected:
  Writer writer = make_writer();
  Reader reader = Reader::open("flock").value();
};

TEST_F(CppReader, reader_may_come_before_the_writer) {
  auto reader = Reader::open("flock").value();
  EXPECT_EQ(reader.wait(0ns).status(), WB_NOT_READY);
  EXPECT_EQ(reader.attach(0ns).error().code(), WB_NOT_READY);
  auto writer = make_writer();
  publish(writer, 1);
  EXPECT_TRUE(reader.wait(5s));
}

TEST_F(CppFrames, empty_frame_says_why_it_is_empty) {
  const auto frame = reader.wait(1ms);
  EXPECT_FALSE(frame);
  EXPECT_EQ(frame.status(), WB_NO_FRAME);
  EXPECT_STRNE(frame.error().what(), "");
  EXPECT_EQ(thrown_code([&] { static_cast<void>(frame.span<float>("position")); }), WB_NO_FRAME);
}

TEST_F(CppFrames, released_frame_gives_no_numbers) {
  publish(writer, 1);
  auto frame = reader.wait(5s);
  frame.release();
  EXPECT_FALSE(frame);
  EXPECT_EQ(thrown_code([&] { static_cast<void>(frame.span<float>("position")); }), WB_ERR_STATE);
  EXPECT_EQ(thrown_code([&] { static_cast<void>(frame.seq()); }), WB_ERR_STATE);
}

TEST_F(CppFrames, moved_from_frame_is_empty_and_the_other_holds) {
  publish(writer, 1);
  auto first = reader.wait(5s);
  const auto second = std::move(first);
  EXPECT_FALSE(first);  // NOLINT: this is the question
  EXPECT_TRUE(second);
  EXPECT_EQ(second.seq(), 1u);
}

TEST_F(CppReader, assigned_frame_releases_the_one_it_held) {
  auto writer = make_writer();
  ReaderOptions one_lease;
  one_lease.leases = 1;
  auto reader = Reader::open("flock", one_lease).value();
  publish(writer, 1);
  auto frame = reader.wait(5s);
  publish(writer, 2);
  EXPECT_EQ(reader.wait(1ms).status(), WB_ERR_NO_ROOM);
  frame.release();
  frame = reader.wait(5s);
  EXPECT_EQ(frame.seq(), 2u);
}

TEST_F(CppFrames, other_type_or_name_throws_and_check_says_so) {
  publish(writer, 1);
  const auto frame = reader.wait(5s);
  wingbeat::Field<double> wrong("position");
  EXPECT_EQ(thrown_code([&] { static_cast<void>(frame.span<double>("position")); }), WB_ERR_TYPE);
  EXPECT_EQ(thrown_code([&] { static_cast<void>(frame.span<std::uint32_t>("position")); }), WB_ERR_TYPE);
  EXPECT_EQ(thrown_code([&] { static_cast<void>(frame.span<float>("velocity")); }), WB_ERR_NOT_FOUND);
  EXPECT_EQ(frame.check(wrong).error().code(), WB_ERR_TYPE);
}

TEST_F(CppReader, latest_skips_and_every_counts_what_it_lost) {
  auto writer = make_writer();
  auto latest = Reader::open("flock").value();
  auto every = Reader::open("flock", {.mode = Mode::every}).value();
  publish(writer, 1);
  ASSERT_TRUE(latest.wait(5s));
  ASSERT_TRUE(every.wait(5s));
  constexpr std::uint64_t kLast = 500;
  for (std::uint64_t step = 2; step <= kLast; ++step) publish(writer, step);
  EXPECT_EQ(latest.wait(5s).seq(), kLast);
  std::uint64_t received = 1, missed = 0;
  while (const auto frame = every.wait(0ns)) {
    ++received;
    missed += frame.missed();
  }
  EXPECT_GT(missed, 0u);
  EXPECT_EQ(received + missed, kLast);
  EXPECT_EQ(every.stats().missed, missed);
}

TEST_F(CppReader, field_is_looked_up_again_after_a_new_schema) {
  wingbeat::Field<float> position("position");
  auto reader = Reader::open("flock").value();
  {
    auto writer = make_writer(1);
    publish(writer, 1);
    EXPECT_EQ(reader.wait(5s).status(), WB_OK);
    const auto frame = reader.latest();
    EXPECT_EQ(frame.span(position).size(), 4u);
  }
  auto writer = make_writer(3);
  publish(writer, 9);
  auto frame = reader.wait(5s);
  EXPECT_EQ(frame.status(), WB_RESTARTED);
  frame = reader.wait(5s);
  ASSERT_TRUE(frame) << frame.error().what();
  EXPECT_EQ(frame.epoch(), 2u);
  EXPECT_EQ(frame.span(position).size(), 12u);
  EXPECT_EQ(frame.span(position)[11], 9.0f);
}

TEST_F(CppFrames, interrupt_from_another_thread_ends_a_wait) {
  std::thread other([&] {
    std::this_thread::sleep_for(50ms);
    reader.interrupt();
  });
  EXPECT_EQ(reader.wait().status(), WB_INTERRUPTED);
  other.join();
}

TEST_F(CppFrames, descriptor_becomes_readable_with_a_frame) {
  reader.attach(5s).value();
  pollfd events = {reader.descriptor().value(), POLLIN, 0};
  publish(writer, 1);
  for (int tries = 0; tries < 10; ++tries) {  // it may become readable for nothing, too
    ASSERT_EQ(poll(&events, 1, 10'000), 1);
    if (reader.wait(0ns)) return;
    events.fd = reader.descriptor().value();
  }
  FAIL() << "no frame after ten wake-ups";
}

TEST_F(CppReader, window_holds_the_last_frames_oldest_first) {
  auto writer = make_writer(2);
  auto reader = Reader::open("flock").value();
  reader.attach(5s).value();
  auto window = wingbeat::Window::open(reader, {"position"}, 3).value();
  for (std::uint64_t step = 1; step <= 5; ++step) {
    publish(writer, step);
    ASSERT_EQ(window.next(reader, 5s), WB_OK);
  }
  const auto view = window.get<float>("position");
  ASSERT_EQ(view.frames, 3u);
  EXPECT_EQ(view.numbers.size(), 3u * 2 * 4);
  EXPECT_EQ(view.frame(0)[0], 3.0f);
  EXPECT_EQ(view.frame(2)[7], 5.0f);
  EXPECT_EQ(view.seqs[1], 4u);
  EXPECT_EQ(view.counts[2], 4u);
}

TEST_F(CppFrames, window_checks_names_and_types) {
  reader.attach(5s).value();
  EXPECT_EQ(wingbeat::Window::open(reader, {"nothing"}, 3).error().code(), WB_ERR_NOT_FOUND);
  auto window = wingbeat::Window::open(reader, {"position"}, 3).value();
  EXPECT_EQ(thrown_code([&] { static_cast<void>(window.get<double>("position")); }), WB_ERR_TYPE);
  EXPECT_EQ(thrown_code([&] { static_cast<void>(window.get<float>("velocity")); }), WB_ERR_NOT_FOUND);
}

TEST_F(CppReader, inspection_sees_writer_and_readers) {
  auto writer = make_writer();
  auto reader = Reader::open("flock", {.mode = Mode::every, .label = "looker"}).value();
  publish(writer, 3);
  ASSERT_TRUE(reader.wait(5s));
  EXPECT_EQ(wingbeat::streams().value(), std::vector<std::string>{"flock"});
  auto inspection = wingbeat::Inspection::open("flock").value();
  const auto stream = inspection.stream().value();
  EXPECT_EQ(stream.writer_state, std::uint32_t{WB_WRITER_ALIVE});
  EXPECT_EQ(stream.writer_pid, getpid());
  EXPECT_EQ(stream.step, 3u);
  const auto readers = inspection.readers().value();
  ASSERT_EQ(readers.size(), 1u);
  EXPECT_STREQ(readers[0].label, "looker");
  EXPECT_EQ(readers[0].mode, std::uint32_t{WB_EVERY});
}

}  // namespace
