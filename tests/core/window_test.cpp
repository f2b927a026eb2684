// Windows: always dense, oldest first, whatever was pushed how often.
#include <cstring>
#include <deque>
#include <vector>

#include "support/frames.hpp"

namespace {

using namespace wbtest;

class WindowTest : public WithWriter {
 protected:
  Window open(const Reader& reader, std::vector<const char*> fields, std::uint32_t frames, int expected = WB_OK) {
    wb_window* window = nullptr;
    EXPECT_EQ(wb_window_open(reader.get(), fields.data(), static_cast<std::uint32_t>(fields.size()), frames, &window),
              expected)
        << wb_error_message();
    return Window(window);
  }

  // One frame whose positions are all seq + index and whose count is given.
  void publish_positions(wb_writer* writer, std::uint64_t count) {
    wb_slot slot;
    ASSERT_OK(wb_writer_begin(writer, &slot));
    stamp(wb_writer_field(writer, kWordsField), slot.seq);
    wb_field_info info;
    ASSERT_OK(wb_schema_field(wb_writer_schema(writer), kPositionField, &info));
    auto* position = static_cast<float*>(wb_writer_field(writer, kPositionField));
    for (std::uint64_t i = 0; i < info.size_bytes / 4; ++i) position[i] = static_cast<float>(slot.seq + i) + 0.5f;
    ASSERT_OK(wb_writer_set_count(writer, count));
    ASSERT_OK(wb_writer_publish(writer, slot.seq, 0));
  }
};

struct Size {
  std::uint64_t capacity;
  std::uint32_t components, frames;
  int pushes;
};

class Sizes : public WindowTest, public ::testing::WithParamInterface<Size> {};

TEST_P(Sizes, hold_the_last_frames_in_one_piece) {
  const auto [capacity, components, frames, pushes] = GetParam();
  restart({capacity, 8, 4, 4, components});
  const Reader reader = make_reader("swarm", WB_EVERY);
  const Window window = open(reader, {"position", "words"}, frames);
  ASSERT_NE(window, nullptr);
  std::deque<std::uint64_t> seqs, counts;
  for (int push = 0; push < pushes; ++push) {
    const std::uint64_t count = static_cast<std::uint64_t>(push) % (capacity + 1);
    publish_positions(writer.get(), count);
    ASSERT_OK(wb_window_next(window.get(), reader.get(), kLong));
    seqs.push_back(static_cast<std::uint64_t>(push) + 1);
    counts.push_back(count);
    if (seqs.size() > frames) seqs.pop_front(), counts.pop_front();

    wb_window_view view;
    ASSERT_OK(wb_window_get(window.get(), 0, &view));
    ASSERT_EQ(view.frames, seqs.size());
    ASSERT_EQ(view.frame_bytes, capacity * components * 4);
    const bool thorough = push % 97 == 0 || push + 3 > pushes || push < 5;
    for (std::uint32_t k = thorough ? 0 : view.frames - 1; k < view.frames; ++k) {
      ASSERT_EQ(view.seqs[k], seqs[k]);
      ASSERT_EQ(view.counts[k], counts[k]);
      const auto* position = reinterpret_cast<const float*>(static_cast<const char*>(view.data) + k * view.frame_bytes);
      for (std::uint64_t i = 0; i < capacity * components; ++i) {
        const float expected = i < counts[k] * components ? static_cast<float>(seqs[k] + i) + 0.5f : 0.0f;
        ASSERT_EQ(position[i], expected) << "push " << push << " frame " << k << " number " << i;
      }
    }
    ASSERT_OK(wb_window_get(window.get(), 1, &view));
    std::uint64_t expected[kStampWords];
    stamp(expected, seqs.back());
    ASSERT_EQ(std::memcmp(static_cast<const char*>(view.data) + (view.frames - 1) * view.frame_bytes, expected,
                          sizeof expected),
              0);
  }
}

INSTANTIATE_TEST_SUITE_P(Odd, Sizes,
                         ::testing::Values(Size{1, 1, 1, 50}, Size{7, 3, 60, 3000}, Size{341, 3, 7, 2000},
                                           Size{1024, 1, 1, 100}, Size{1000, 3, 5, 500}, Size{1, 1, 4097, 6000},
                                           Size{13, 5, 64, 3000}));

TEST_F(WindowTest, needs_an_attached_reader_known_fields_and_a_length) {
  const Reader early = make_reader("later");
  open(early, {"position"}, 3, WB_NOT_READY);
  const Reader reader = make_reader();
  open(reader, {"velocity"}, 3, WB_ERR_NOT_FOUND);
  open(reader, {}, 3, WB_ERR_ARGUMENT);
  open(reader, {"position"}, 0, WB_ERR_ARGUMENT);
  open(reader, {"position"}, 1'000'001, WB_ERR_ARGUMENT);
  wb_window* window = nullptr;
  const Window good = open(reader, {"position"}, 3);
  wb_window_view view;
  EXPECT_EACH(WB_ERR_ARGUMENT, wb_window_open(nullptr, nullptr, 0, 1, &window),
              wb_window_open(reader.get(), nullptr, 1, 1, &window), wb_window_get(good.get(), 1, &view),
              wb_window_get(good.get(), 0, nullptr), wb_window_push(good.get(), nullptr),
              wb_window_next(nullptr, reader.get(), 0), wb_window_next(good.get(), nullptr, 0));
  EXPECT_EQ(wb_window_next(good.get(), reader.get(), 0), WB_NO_FRAME);
  wb_window_close(nullptr);
}

// Of three frames.
class OpenWindowTest : public WindowTest {
 protected:
  int next() { return wb_window_next(window.get(), reader.get(), kLong); }
  wb_window_view view(std::uint32_t field = 0) {
    wb_window_view view{};
    EXPECT_OK(wb_window_get(window.get(), field, &view));
    return view;
  }

  Reader reader = make_reader();
  Window window = open(reader, {"position", "words"}, 3);
};

TEST_F(OpenWindowTest, is_empty_before_the_first_frame) { EXPECT_EQ(view().frames, 0u); }

TEST_F(OpenWindowTest, refuses_a_released_frame) {
  publish(writer.get(), 1);
  wb_frame frame;
  ASSERT_OK(wb_reader_wait(reader.get(), kLong, &frame));
  wb_frame_release(&frame);
  EXPECT_EQ(wb_window_push(window.get(), &frame), WB_ERR_ARGUMENT);
}

TEST_F(OpenWindowTest, goes_on_after_a_restart_and_refuses_another_shape) {
  publish(writer.get(), 1);
  ASSERT_OK(next());
  restart({16, 9, 32, 4, 3});  // another budget, the same shapes
  EXPECT_EQ(next(), WB_RESTARTED);
  publish(writer.get(), 1);
  EXPECT_OK(next());
  restart({16, 9, 32, 4, 5});
  EXPECT_EQ(next(), WB_RESTARTED);
  publish(writer.get(), 1);
  EXPECT_EQ(next(), WB_ERR_TYPE);
  EXPECT_EQ(view().frames, 2u) << "what it has, it keeps";
}

TEST_F(OpenWindowTest, that_outlives_its_reader_still_knows_another_shape) {
  for (std::uint32_t components = 3; components < 40; ++components) {  // a new stream each time: always epoch 1
    reader.reset();
    restart({16, 8, 32, 4, components});
    reader = make_reader();
    publish(writer.get(), 1);
    EXPECT_EQ(next(), components == 3 ? WB_OK : WB_ERR_TYPE) << components;
  }
}

TEST_F(OpenWindowTest, keeps_its_memory_after_reader_and_writer_are_gone) {
  publish(writer.get(), 1);
  ASSERT_OK(next());
  reader.reset();
  writer.reset();
  std::uint64_t expected[kStampWords];
  stamp(expected, 1);
  EXPECT_EQ(std::memcmp(view(1).data, expected, sizeof expected), 0);
}

}  // namespace
