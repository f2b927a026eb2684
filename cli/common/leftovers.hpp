// What dead processes of the command left beside streams and arrays, which the library collects. A bridge that makes such things defines
// its function here, as it defines its verbs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wingbeat::cli {

struct LeftSegment {
  std::string name;  // "/position_data", "key:0x1234"
  std::uint64_t bytes = 0;
};

struct LeftSegments {
  std::vector<LeftSegment> segments;  // raw shared memory segments
  std::uint32_t files = 0;            // that say so
};

// By cli/segments: what mirrors left.
LeftSegments find_left_segments();
LeftSegments collect_left_segments();  // what it removed

}  // namespace wingbeat::cli
