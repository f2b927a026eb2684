// The layout of a stream's two objects: where everything lies, computed from the schema and the budget.
//
// The writer computes it to fill in the headers. Readers compute it again from the counts in a header, and
// refuse the header if the result is another one. So a header cannot point outside its object.
#pragma once

#include <cstdint>

#include "schema.hpp"

namespace wingbeat::layout {

// The options of a stream that decide how much memory it takes.
struct Budget {
  std::uint32_t leases = 8;
  std::uint32_t readers = 32;
  std::uint32_t history = 4;
};

// Slots that are neither leased nor history: the newest frame, which is never reused; the slot that is being
// written; and one that a reader has announced and not yet confirmed.
inline constexpr std::uint32_t kSpareSlots = 3;

// The headers that a stream of this schema and budget must have. Identity, epoch and create time are left 0.
DataHeader data_header(const Schema& schema, const Budget& budget);
ControlHeader control_header(std::uint32_t max_readers);

// Whether a header that was copied out of shared memory is one that this library understands, and fits an
// object of `object_bytes`.
Fault check_data_header(const DataHeader& header, std::uint64_t object_bytes);
Fault check_control_header(const ControlHeader& header, const DataHeader& data, std::uint64_t object_bytes);

}  // namespace wingbeat::layout
