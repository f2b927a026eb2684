// What a raw segment holds, since it does not say so itself: element type, shape, labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wingbeat::segments {

struct Shape {
  int type = 0;                      // a wb_type
  std::vector<std::uint64_t> sizes;  // fastest dimension first: {3, 100} is 100 agents of 3 numbers
  std::string labels;                // of the fastest dimension, "x y z", or ""

  std::uint64_t bytes() const;
  // Of the slowest dimension.
  std::uint64_t rows() const { return sizes.back(); }
  std::string text() const;  // "f32 3x100"
};

// type "f32", sizes "3x100", components "x,y,z" or "". Throws cli::Failure.
Shape parse_shape(const std::string& type, const std::string& sizes, const std::string& components);

// "f32" to a wb_type. Throws cli::Failure.
int parse_type(const std::string& name);

}  // namespace wingbeat::segments
