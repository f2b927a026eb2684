// A stream's two objects in ordinary memory, for tests of the protocols without any system call.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

#include "layout/geometry.hpp"
#include "sync/requests.hpp"
#include "sync/shared_memory.hpp"
#include "sync/slots.hpp"

namespace wbtest {

class ProtocolMemory {
 public:
  explicit ProtocolMemory(const wingbeat::layout::Budget& budget = {}, std::uint64_t words = 1) {
    using namespace wingbeat::layout;
    Schema schema;
    EXPECT_EQ(set_stream(schema, "test", 1).text, "");
    EXPECT_EQ(add_field(schema, {"words", kU64, {words}, {}, {}, false}).text, "");
    const DataHeader data = data_header(schema, budget);
    const ControlHeader control = control_header(budget.readers);
    wingbeat::sync::Regions regions;
    regions.data = allocate(data_, data.total_bytes);
    regions.control = allocate(control_, control.total_bytes);
    regions.slots_offset = data.slots_offset;
    regions.slot_stride = data.slot_stride;
    regions.receipts_offset = data.receipts_offset;
    regions.values_offset = data.values_offset;
    regions.hot_offset = control.hot_offset;
    regions.cold_offset = control.cold_offset;
    regions.requests_offset = control.requests_offset;
    regions.slot_count = data.slot_count;
    regions.reader_count = data.max_readers;
    memory = wingbeat::sync::SharedMemory(regions);
  }

  std::uint64_t commit(std::uint32_t slot) const { return memory.commit(slot).load(); }
  std::uint64_t* words(std::uint32_t slot) const { return reinterpret_cast<std::uint64_t*>(memory.payload(slot)); }

  wingbeat::sync::SharedMemory memory;

 private:
  struct Line {
    alignas(128) std::uint8_t bytes[128];
  };
  static std::uint8_t* allocate(std::unique_ptr<Line[]>& lines, std::uint64_t bytes) {
    lines = std::make_unique<Line[]>(bytes / sizeof(Line) + 1);
    return lines[0].bytes;
  }

  std::unique_ptr<Line[]> data_, control_;
};

}  // namespace wbtest
