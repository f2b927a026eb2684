// How a user describes a raw segment, which does not describe itself: its name, and the shape of the numbers in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wingbeat::segments {

enum class Kind { posix, key, id };

// "/position_data" (POSIX), "key:0x1234" or "id:7" (System V).
struct Name {
  Kind kind = Kind::posix;
  std::string text;  // as it was given
  int number = 0;    // the key or the id
};

// Whether both name the same segment, however they are written: key:4660 and key:0x1234.
bool operator==(const Name& a, const Name& b);

// Throws cli::Failure.
Name parse_name(const std::string& text);

// A legal name for a field with the content of the segment: "position_data", "key_0x1234".
std::string field_name_of(const Name& name);

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
