// A number that depends on every byte of a frame and on its place in the stream, so that a reader can tell a whole
// frame from a torn one.
#pragma once

#include <cstdint>
#include <vector>

#include "wingbeat/wingbeat.h"

namespace wingbeat::cli {

inline constexpr const char* kStampField = "stamp";
inline constexpr std::uint64_t kStampStep = 0x9E3779B97F4A7C15;

// seq * kStampStep, plus each field but the stamp itself, as little-endian 64-bit words, the last one filled up with
// zeros. All additions wrap. Bytes between fields do not count. Valid for frames whose count is the capacity.
std::uint64_t frame_stamp(const void* data, const std::vector<wb_field_info>& fields, std::uint64_t seq);

}  // namespace wingbeat::cli
