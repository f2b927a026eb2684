// Where things lie in the two objects, and that no damaged header passes the check.
#include <gtest/gtest.h>

#include "layout/geometry.hpp"

namespace {

using namespace wingbeat::layout;

Schema sample() {
  Schema schema;
  EXPECT_EQ(set_stream(schema, "swarm", 50).text, "");
  EXPECT_EQ(add_field(schema, {"position", kF32, {3, 50}, {}, {}, true}).text, "");
  EXPECT_EQ(add_control(schema, {"go", kTrigger, 0, 0, 0, 0, {}, {}, {}}).text, "");
  return schema;
}

DataHeader data_of(const Budget& budget = {}) {
  DataHeader header = data_header(sample(), budget);
  header.identity = 77;
  header.epoch = 3;
  header.create_time_ns = 12345;
  return header;
}

ControlHeader control_of(const DataHeader& data) {
  ControlHeader header = control_header(data.max_readers);
  header.identity = data.identity;
  return header;
}

TEST(Geometry, aligns_everything_and_places_nothing_over_anything_else) {
  const DataHeader header = data_of();
  EXPECT_EQ(header.slot_count, 8u + 3u + 4u);
  EXPECT_GE(header.schema_offset, kDataHotOffset + sizeof(DataHot));
  EXPECT_GE(header.values_offset, header.schema_offset + header.schema_bytes);
  EXPECT_GE(header.receipts_offset, header.values_offset + header.control_count * 8);
  EXPECT_GE(header.slots_offset, header.receipts_offset + header.max_readers * sizeof(ReceiptBlock));
  EXPECT_GE(header.slot_stride, sizeof(SlotHeader) + header.payload_bytes);
  EXPECT_GE(header.total_bytes, header.slots_offset + header.slot_count * header.slot_stride);
  EXPECT_EQ(header.slots_offset % kPageBytes, 0u);
  EXPECT_EQ(header.slot_stride % kLineBytes, 0u);
  EXPECT_EQ((header.slots_offset + sizeof(SlotHeader)) % kFieldAlignment, 0u);
  EXPECT_EQ(header.receipts_offset % kLineBytes, 0u);
}

TEST(Geometry, of_the_largest_stream_does_not_overflow) {
  Schema schema;
  ASSERT_EQ(set_stream(schema, "big", kMaxCapacity).text, "");
  ASSERT_EQ(add_field(schema, {"a", kU8, {kMaxFrameBytes}, {}, {}, false}).text, "");
  const DataHeader header = data_header(schema, {kMaxLeaseBudget, kMaxReaders, kMaxHistory});
  EXPECT_GT(header.total_bytes / header.slot_count, kMaxFrameBytes);
  EXPECT_EQ(check_data_header(header, header.total_bytes).text, "");
}

TEST(Header, of_an_object_one_byte_too_small_is_refused) {
  const DataHeader data = data_of();
  const ControlHeader control = control_of(data);
  EXPECT_EQ(check_data_header(data, data.total_bytes - 1).kind, FaultKind::kCorrupt);
  EXPECT_EQ(check_control_header(control, data, control.total_bytes - 1).kind, FaultKind::kCorrupt);
}

TEST(Header, of_control_of_another_version_is_incompatible) {
  const DataHeader data = data_of();
  ControlHeader control = control_of(data);
  control.format_version = 0;
  EXPECT_EQ(check_control_header(control, data, control.total_bytes).kind, FaultKind::kIncompatible);
}

// Calls `check` with each byte of the header changed in every way.
template <class AnyHeader, class Check>
void with_any_byte_changed(const AnyHeader& header, Check&& check) {
  for (std::size_t i = 0; i < sizeof header; ++i) {
    for (int flip = 1; flip < 256; ++flip) {
      AnyHeader damaged = header;
      reinterpret_cast<std::uint8_t*>(&damaged)[i] ^= static_cast<std::uint8_t>(flip);
      SCOPED_TRACE(i);
      ASSERT_NO_FATAL_FAILURE(check(damaged));
    }
  }
}

TEST(Header, that_passes_with_a_byte_changed_still_describes_memory_within_the_object) {
  const DataHeader data = data_of();
  int refused = 0;
  with_any_byte_changed(data, [&](const DataHeader& damaged) {
    if (check_data_header(damaged, data.total_bytes)) {
      ++refused;
      return;
    }
    ASSERT_LE(damaged.slots_offset + damaged.slot_count * damaged.slot_stride, data.total_bytes);
    ASSERT_LE(damaged.receipts_offset + damaged.max_readers * sizeof(ReceiptBlock), damaged.slots_offset);
    ASSERT_GE(damaged.slot_count, damaged.lease_budget + kSpareSlots);
  });
  EXPECT_GT(refused, 20'000);
}

TEST(Header, of_control_with_any_byte_changed_is_refused) {
  const DataHeader data = data_of();
  const ControlHeader control = control_of(data);
  with_any_byte_changed(control, [&](const ControlHeader& damaged) {
    ASSERT_TRUE(check_control_header(damaged, data, control.total_bytes));
  });
}

}  // namespace
