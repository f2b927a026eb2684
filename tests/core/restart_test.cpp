// A writer that ends and comes again, seen by readers that stay: same schema, another schema, nothing in between.
#include <cstring>

#include "support/frames.hpp"

namespace {

using namespace wbtest;

constexpr Shape kOther{16, 8, 32, 4, 5};

class Restart : public WithWriter {
 protected:
  int wait() { return take(reader, kLong, &frame); }

  Reader reader = make_reader("swarm", WB_EVERY);
  wb_frame frame{};
};

TEST_F(Restart, with_the_same_schema_keeps_the_frames_of_before_and_goes_on_with_the_numbers) {
  publish(writer.get(), 3);
  ASSERT_OK(wait());
  restart();
  EXPECT_EQ(wait(), WB_RESTARTED);
  publish(writer.get(), 1);
  expect_next(reader, 2, 3);
  ASSERT_OK(wait());
  EXPECT_EQ(frame.seq, 4u);
  EXPECT_EQ(frame.missed, 0u);
  EXPECT_EQ(frame.epoch, 1u);
  EXPECT_EQ(frame.generation, 2u);
  EXPECT_EQ(stats_of(writer).published, 1u);
  EXPECT_EQ(stats_of(writer).generation, 2u);
  EXPECT_EQ(stats_of(reader).restarts, 1u);
  EXPECT_EQ(stats_of(reader).missed, 0u);
}

TEST_F(Restart, gives_the_successor_its_predecessors_last_frame) {
  publish(writer.get(), 3);
  restart();
  wb_slot slot;
  ASSERT_OK(wb_writer_begin(writer.get(), &slot));
  EXPECT_EQ(slot.seq, 4u);
  ASSERT_NE(slot.previous, nullptr);
  std::uint64_t expected[kStampWords];
  stamp(expected, 3);
  EXPECT_EQ(std::memcmp(slot.previous, expected, sizeof expected), 0);
}

TEST_F(Restart, does_not_touch_a_frame_that_is_held) {
  publish(writer.get(), 1);
  Frame held;
  ASSERT_OK(wb_reader_wait(reader.get(), kLong, &held));
  for (int i = 0; i < 3; ++i) {
    restart();
    publish(writer.get(), 40);
    EXPECT_TRUE(is_whole(held));
  }
}

TEST_F(Restart, sets_parameters_back_to_their_initial_values) {
  ASSERT_OK(wb_writer_set_parameter(writer.get(), kSpeed, f64(3)));
  restart();
  wb_value value;
  ASSERT_OK(wb_writer_parameter(writer.get(), kSpeed, &value));
  EXPECT_EQ(value.as.f64, 1.0);
}

TEST_F(Restart, with_another_schema_is_a_new_epoch_that_the_reader_follows) {
  publish(writer.get(), 5);
  ASSERT_OK(wait());
  restart(kOther);
  publish(writer.get(), 1);
  int code;
  while ((code = wait()) == WB_OK) EXPECT_EQ(frame.epoch, 1u) << "the rest of the old epoch comes first";
  EXPECT_EQ(code, WB_RESTARTED);
  wb_field_info field;
  ASSERT_OK(wb_schema_field(wb_reader_schema(reader.get()), kPositionField, &field));
  EXPECT_EQ(field.shape[0], 5u);
  ASSERT_OK(wait());
  EXPECT_EQ(frame.epoch, 2u);
  EXPECT_EQ(frame.seq, 1u);
}

TEST_F(Restart, leaves_a_held_frame_of_the_old_epoch_and_its_schema_as_they_are) {
  publish(writer.get(), 1);
  Frame held;
  ASSERT_OK(wb_reader_wait(reader.get(), kLong, &held));
  restart(kOther);
  EXPECT_EQ(wait(), WB_RESTARTED);
  publish(writer.get(), 30);
  ASSERT_OK(wait());
  EXPECT_TRUE(is_whole(held));
  wb_field_info field;
  ASSERT_OK(wb_schema_field(held.schema, kPositionField, &field));
  EXPECT_EQ(field.shape[0], 3u);
}

TEST_F(Restart, with_another_budget_is_a_new_epoch_too) {
  restart({16, 8, 32, 9, 3});
  EXPECT_EQ(wait(), WB_RESTARTED);
  EXPECT_EQ(stats_of(reader).epoch, 2u);
}

TEST_F(Restart, leaves_no_memory_of_old_epochs) {
  for (std::uint32_t components = 4; components < 9; ++components) {
    restart({16, 8, 32, 4, components});
    EXPECT_EQ(wait(), WB_RESTARTED);
  }
  EXPECT_EQ(directory.objects().size(), 2u);
}

TEST_F(Restart, into_an_epoch_without_leases_makes_a_reader_copy_until_there_are_some) {
  restart({16, 1, 4, 0, 3});  // this reader wants two leases
  EXPECT_EQ(wait(), WB_RESTARTED);
  EXPECT_EQ(stats_of(reader).way, std::uint32_t{WB_BY_COPY});
  restart({16, 2, 4, 0, 3});
  EXPECT_EQ(wait(), WB_RESTARTED);
  EXPECT_EQ(stats_of(reader).way, std::uint32_t{WB_BY_LEASE});
}

TEST_F(Restart, into_an_epoch_whose_entries_are_taken_is_an_error_until_there_is_one) {
  restart({16, 8, 1, 0, 3});
  Reader first;  // takes the only entry if this reader's old one is another
  const Reader second = make_reader("elsewhere");
  static_cast<void>(second);
  const int code = open(first);
  if (code == WB_OK) {
    EXPECT_EQ(wait(), WB_ERR_NO_ROOM);
    first.reset();
  }
  EXPECT_EQ(wait(), WB_RESTARTED);
  publish(writer.get(), 1);
  EXPECT_OK(wait());
}

TEST_F(Restart, seen_by_latest_alone_shows_the_new_epochs_frames) {
  publish(writer.get(), 5);
  {
    Frame old;
    ASSERT_OK(wb_reader_latest(reader.get(), &old));
  }
  restart(kOther);
  publish(writer.get(), 2);
  bool followed = false;
  for (int i = 0; i < 2000 && !followed; ++i) {
    Frame latest;
    followed = wb_reader_latest(reader.get(), &latest) == WB_OK && latest.epoch == 2 && latest.seq == 2;
  }
  EXPECT_TRUE(followed);
}

TEST_F(Restart, after_everybody_left_begins_anew) {
  publish(writer.get(), 5);
  reader.reset();
  restart();
  wb_slot slot;
  ASSERT_OK(wb_writer_begin(writer.get(), &slot));
  EXPECT_EQ(slot.seq, 1u);
}

TEST_F(Restart, in_any_order_of_closing_leaves_nothing) {
  for (int order = 0; order < 4; ++order) {
    writer.reset();
    reader.reset();
    writer = make_writer();
    reader = make_reader();
    Reader second = make_reader();
    publish(writer.get(), 2);
    if (order & 1) writer.reset();
    if (order & 2) second.reset();
    reader.reset();
    second.reset();
    writer.reset();
    EXPECT_TRUE(directory.files().empty()) << order;
    EXPECT_TRUE(directory.objects().empty()) << order;
  }
}

}  // namespace
