// Where everything lies in a stream's two objects: computed by the writer, and computed again to check what a header says.
#pragma once

#include <cstdint>

#include "schema.hpp"

namespace wingbeat::layout {

struct Budget {
  std::uint32_t leases = 8;
  std::uint32_t readers = 32;
  std::uint32_t history = 4;
};

// Slots that are neither leased nor history: the newest frame, the one being written, and the one a reader may just be taking.
inline constexpr std::uint32_t kSpareSlots = 3;

// The header a stream of this schema and budget must have; identity, epoch and create time are left 0.
DataHeader data_header(const Schema& schema, const Budget& budget);
ControlHeader control_header(std::uint32_t max_readers);

// Whether a header, copied out of shared memory, is one this library understands and fits an object of `object_bytes`.
Fault check_data_header(const DataHeader& header, std::uint64_t object_bytes);
Fault check_control_header(const ControlHeader& header, const DataHeader& data, std::uint64_t object_bytes);

}  // namespace wingbeat::layout
