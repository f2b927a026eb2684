// Numbers of one element type as another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wingbeat::segments {

// `from`: any type of a field; `to`: WB_F32 or WB_F64. Throws cli::Failure for others.
std::vector<std::byte> converted(const void* numbers, std::size_t count, int from, int to);

}  // namespace wingbeat::segments
