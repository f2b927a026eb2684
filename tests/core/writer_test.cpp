// A writer through the C interface: begin, fill, publish; its states, and each documented error.

#include <cstring>
#include <numeric>
#include <vector>

#include "support/frames.hpp"

namespace {

using namespace wbtest;

class WriterTest : public WithWriter {};

TEST_F(WriterTest, refuses_calls_out_of_order) {
  const float source[3] = {};
  EXPECT_EACH(WB_ERR_STATE, wb_writer_publish(w, 1, 0), wb_writer_abandon(w), wb_writer_set_count(w, 1),
              wb_writer_copy(w, kPositionField, source, 12, 1));
  EXPECT_EQ(wb_writer_field(w, 0), nullptr);
  EXPECT_TRUE(message_has("wb_writer_begin"));
  EXPECT_EQ(wb_writer_refuse(w, "no"), WB_ERR_STATE);
  wb_slot slot;
  ASSERT_OK(wb_writer_begin(w, &slot));
  EXPECT_EQ(wb_writer_begin(w, &slot), WB_ERR_STATE);
  EXPECT_OK(wb_writer_publish(w, 1, 0));
  EXPECT_OK(wb_writer_begin(w, &slot));
  EXPECT_EQ(slot.seq, 2u);
}

TEST_F(WriterTest, refuses_null_and_says_so) {
  EXPECT_EACH(WB_ERR_ARGUMENT, wb_writer_begin(w, nullptr), wb_writer_begin(nullptr, nullptr),
              wb_writer_publish(nullptr, 0, 0), wb_writer_abandon(nullptr), wb_writer_copy(nullptr, 0, nullptr, 0, 0),
              wb_writer_set_count(nullptr, 0), wb_writer_next_request(nullptr, nullptr),
              wb_writer_next_request(w, nullptr), wb_writer_refuse(nullptr, "no"), wb_writer_parameter(w, 0, nullptr),
              wb_writer_set_parameter(nullptr, 0, f64(1)), wb_writer_get_stats(w, nullptr),
              wb_writer_create(nullptr, nullptr));
  EXPECT_TRUE(message_has("NULL"));
  EXPECT_EQ(wb_writer_field(nullptr, 0), nullptr);
  EXPECT_EQ(wb_writer_schema(nullptr), nullptr);
  wb_writer_close(nullptr);
}

class Copying : public Streams, public ::testing::WithParamInterface<std::uint32_t> {};

TEST_P(Copying, of_any_item_size_and_stride_moves_exactly_the_items) {
  const std::uint32_t components = GetParam();
  const Writer writer = make_writer("swarm", {7, 1, 1, 0, components});
  const std::size_t item = components * 4;
  for (std::size_t stride : {item, item + 1, item + 3, 2 * item, item + 64}) {
    std::vector<std::uint8_t> source(stride * 7);
    std::iota(source.begin(), source.end(), std::uint8_t{1});
    wb_slot slot;
    ASSERT_OK(wb_writer_begin(writer.get(), &slot));
    auto* target = static_cast<std::uint8_t*>(wb_writer_field(writer.get(), kPositionField));
    std::memset(target, 0xee, item * 7);
    ASSERT_OK(wb_writer_copy(writer.get(), kPositionField, source.data(), stride, 6));
    for (std::size_t i = 0; i < 6; ++i)
      ASSERT_EQ(std::memcmp(target + i * item, source.data() + i * stride, item), 0) << stride;
    for (std::size_t i = 6 * item; i < 7 * item; ++i) ASSERT_EQ(target[i], 0xee) << "beyond the count";
    ASSERT_OK(wb_writer_publish(writer.get(), 1, 0));
  }
}

INSTANTIATE_TEST_SUITE_P(Components, Copying, ::testing::Values(1u, 2u, 3u, 4u, 5u, 6u, 7u, 33u));

TEST_F(WriterTest, copy_refuses_what_does_not_fit_and_a_second_count) {
  const float source[64] = {};
  wb_slot slot;
  ASSERT_OK(wb_writer_begin(w, &slot));
  const auto copy = [&](std::uint32_t field, const float* from, std::size_t stride, std::uint64_t count) {
    return wb_writer_copy(w, field, from, stride, count);
  };
  EXPECT_EACH(WB_ERR_ARGUMENT, copy(kPositionField, source, 0, 1), copy(kPositionField, nullptr, 12, 1),
              copy(kWordsField, source, 8, kStampWords - 1));  // a fixed shape is copied whole
  EXPECT_EQ(copy(kPositionField, source, 11, 1), WB_ERR_ARGUMENT) << "stride below an agent's bytes";
  EXPECT_EQ(copy(kPositionField, source, 12, 17), WB_ERR_ARGUMENT) << "more than the capacity";
  EXPECT_TRUE(message_has("16"));
  EXPECT_EQ(copy(9, source, 12, 1), WB_ERR_NOT_FOUND);
  // All fields of a frame have one count.
  ASSERT_OK(copy(kPositionField, source, 12, 5));
  EXPECT_EACH(WB_ERR_ARGUMENT, wb_writer_set_count(w, 6), copy(kPositionField, source, 12, 4));
  EXPECT_OK(wb_writer_set_count(w, 5));
  EXPECT_OK(wb_writer_publish(w, 1, 0));
}

TEST_F(WriterTest, counts_change_from_frame_to_frame_and_begin_at_the_capacity) {
  const Reader reader = make_reader();
  wb_slot slot;
  for (std::uint64_t count : {3u, 0u, 16u, 17u}) {
    ASSERT_OK(wb_writer_begin(w, &slot));
    EXPECT_EQ(wb_writer_set_count(w, count), count == 17 ? WB_ERR_ARGUMENT : WB_OK);
    ASSERT_OK(wb_writer_publish(w, 1, 0));
    Frame frame;
    ASSERT_OK(wb_reader_latest(reader.get(), &frame));
    EXPECT_EQ(frame.count, count == 17 ? 16 : count) << "a count that is refused leaves the capacity";
  }
}

TEST_F(WriterTest, the_previous_frame_can_be_read_while_the_next_is_filled) {
  wb_slot slot;
  ASSERT_OK(wb_writer_begin(w, &slot));
  EXPECT_EQ(slot.previous, nullptr);
  EXPECT_EQ(slot.previous_count, 0u);
  for (std::uint64_t seq = 1; seq <= 40; ++seq) {
    stamp(wb_writer_field(w, kWordsField), seq);
    ASSERT_OK(wb_writer_set_count(w, seq % 17));
    const void* mine = slot.data;
    ASSERT_OK(wb_writer_publish(w, seq, 0));
    ASSERT_OK(wb_writer_begin(w, &slot));
    EXPECT_EQ(slot.previous, mine);
    EXPECT_NE(slot.data, slot.previous);
    EXPECT_EQ(slot.previous_count, seq % 17);
    std::uint64_t expected[kStampWords];
    stamp(expected, seq);
    EXPECT_EQ(std::memcmp(slot.previous, expected, sizeof expected), 0);
  }
}

TEST_F(WriterTest, fields_lie_where_the_schema_says_and_are_aligned) {
  wb_slot slot;
  ASSERT_OK(wb_writer_begin(w, &slot));
  for (std::uint32_t i = 0; i < 2; ++i) {
    wb_field_info info;
    ASSERT_OK(wb_schema_field(wb_writer_schema(w), i, &info));
    EXPECT_EQ(wb_writer_field(w, i), static_cast<char*>(slot.data) + info.offset_bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(wb_writer_field(w, i)) % 64, 0u);
  }
  EXPECT_EQ(wb_writer_field(w, 2), nullptr);
}

TEST_F(WriterTest, parameters_begin_at_their_initial_values_and_can_be_set) {
  const auto speed = [&] {
    wb_value value{};
    EXPECT_OK(wb_writer_parameter(w, kSpeed, &value));
    EXPECT_EQ(value.type, WB_VALUE_F64);
    return value.as.f64;
  };
  EXPECT_EQ(speed(), 1.0);
  EXPECT_OK(wb_writer_set_parameter(w, kSpeed, f64(2.5)));
  EXPECT_EQ(speed(), 2.5);
  wb_value value;
  EXPECT_EQ(wb_writer_set_parameter(w, kSpeed, f64(11)), WB_ERR_ARGUMENT);
  EXPECT_EACH(WB_ERR_NOT_FOUND, wb_writer_set_parameter(w, kReset, f64(1)), wb_writer_set_parameter(w, 99, f64(1)),
              wb_writer_parameter(w, kReset, &value));
  EXPECT_EQ(wb_writer_set_parameter(w, kSteps, f64(1.5)), WB_ERR_TYPE);
  EXPECT_EQ(speed(), 2.5) << "what was refused changed nothing";
}

TEST_F(Streams, a_writer_of_no_fields_is_refused) {
  wb_spec* raw = nullptr;
  ASSERT_OK(wb_spec_create("bare", 1, &raw));
  const Spec spec(raw);
  wb_writer* writer = nullptr;
  EXPECT_EQ(wb_writer_create(raw, &writer), WB_ERR_ARGUMENT);
  EXPECT_TRUE(directory.files().empty());
}

TEST_F(Streams, a_writer_closed_with_a_begun_frame_leaves_it_unpublished) {
  Writer writer = make_writer();
  const Reader reader = make_reader();
  wb_slot slot;
  ASSERT_OK(wb_writer_begin(writer.get(), &slot));
  writer.reset();
  Frame frame;
  EXPECT_EQ(wb_reader_latest(reader.get(), &frame), WB_WRITER_GONE);
}

TEST_F(Streams, memory_that_can_never_be_had_is_an_error_with_the_amount_and_leaves_nothing) {
  if (std::strcmp(wb_backend(), "linux") != 0) GTEST_SKIP() << "only there can the amount be refused before it is used";
  wb_spec* raw = nullptr;
  ASSERT_OK(wb_spec_create("swarm", 1, &raw));
  const Spec spec(raw);
  const std::uint64_t huge = std::uint64_t{1} << 39;
  ASSERT_OK(wb_spec_add_field(raw, "huge", WB_U8, 1, &huge, nullptr, nullptr));
  wb_writer* writer = nullptr;
  EXPECT_EQ(wb_writer_create(raw, &writer), WB_ERR_NO_MEMORY);
  EXPECT_TRUE(message_has("8246")) << "15 slots of 2^39 bytes: ";
  EXPECT_TRUE(message_has("free"));
  EXPECT_TRUE(directory.files().empty());
  EXPECT_TRUE(directory.objects().empty());
}

}  // namespace
