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
  ProtocolMemory(const wingbeat::layout::Schema& schema, const wingbeat::layout::Budget& budget)
      : header(wingbeat::layout::data_header(schema, budget)),
        control_header(wingbeat::layout::control_header(budget.readers)),
        data_(std::make_unique<Line[]>(header.total_bytes / sizeof(Line) + 1)),
        control_(std::make_unique<Line[]>(control_header.total_bytes / sizeof(Line) + 1)) {
    wingbeat::sync::Regions regions;
    regions.data = data();
    regions.control = control();
    regions.slots_offset = header.slots_offset;
    regions.slot_stride = header.slot_stride;
    regions.receipts_offset = header.receipts_offset;
    regions.values_offset = header.values_offset;
    regions.hot_offset = control_header.hot_offset;
    regions.cold_offset = control_header.cold_offset;
    regions.requests_offset = control_header.requests_offset;
    regions.slot_count = header.slot_count;
    regions.reader_count = header.max_readers;
    regions.control_count = header.control_count;
    memory = wingbeat::sync::SharedMemory(regions);
  }
  explicit ProtocolMemory(const wingbeat::layout::Budget& budget = {}, std::uint64_t words = 1)
      : ProtocolMemory(of_words(words), budget) {}

  std::uint8_t* data() const { return data_[0].bytes; }
  std::uint8_t* control() const { return control_[0].bytes; }
  std::uint64_t commit(std::uint32_t slot) const { return memory.commit(slot).load(); }
  std::uint64_t* words(std::uint32_t slot) const { return reinterpret_cast<std::uint64_t*>(memory.payload(slot)); }

  wingbeat::layout::DataHeader header;  // neither is copied into the memory
  wingbeat::layout::ControlHeader control_header;
  wingbeat::sync::SharedMemory memory;

 private:
  struct Line {
    alignas(128) std::uint8_t bytes[128];
  };

  static wingbeat::layout::Schema of_words(std::uint64_t words) {
    wingbeat::layout::Schema schema;
    EXPECT_EQ(set_stream(schema, "test", 1).text, "");
    EXPECT_EQ(add_field(schema, {"words", wingbeat::layout::kU64, {words}, {}, {}, false}).text, "");
    return schema;
  }

  std::unique_ptr<Line[]> data_, control_;
};

}  // namespace wbtest
