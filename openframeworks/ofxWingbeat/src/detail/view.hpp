// View: the numbers of one field of a frame, of any element type, and how they are drawn.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "wingbeat/wingbeat.hpp"

namespace ofxWingbeat::detail {

// `rows` agents of `columns` numbers each, in shared memory. Valid as long as the frame is held.
struct View {
  const void* data = nullptr;
  std::size_t rows = 0, columns = 0;
  int type = 0;  // wb_type

  bool empty() const { return data == nullptr; }
  std::size_t row_bytes() const { return columns * wb_type_size(type); }
  const float* floats() const { return type == WB_F32 ? static_cast<const float*>(data) : nullptr; }

  template <class T>
  wingbeat::Array<const T> as() const {
    if (type != wingbeat::detail::checked_type_of<T>()) return {};
    return {static_cast<const T*>(data), rows, columns};
  }
};

// The view of a field in the data of a frame with `count` agents.
View view_of(const wb_field_info& field, const void* data, std::uint64_t count);

// Rows of `width` floats each: the first numbers of each of the view's rows, converted; `missing` where it has fewer.
void convert(const View& view, std::size_t width, float missing, std::vector<float>& out);

// The field with the agents' positions: `position` if it can be drawn, else the first per-agent field of 2 or 3
// floating-point numbers, else the first of more; -1 if there is none.
int position_field(const std::vector<wb_field_info>& fields);
// The field with the agents' colours: `color` or `colour`, of 3 or 4 floating-point numbers; -1 if there is none.
int colour_field(const std::vector<wb_field_info>& fields);

// The layout of rows of 32-bit floats that the graphics card reads without conversion.
struct VertexLayout {
  int coordinates = 0;  // 2 or 3; 0: the rows need conversion
  int stride_bytes = 0;
  int colour_offset_bytes = -1;  // of four floats within the row; -1: no colour

  bool operator==(const VertexLayout& other) const {
    return coordinates == other.coordinates && stride_bytes == other.stride_bytes &&
           colour_offset_bytes == other.colour_offset_bytes;
  }
};

// The first 2 or 3 numbers are the position. The colour is the four numbers labelled "r g b a", or the last four of
// seven numbers without labels.
VertexLayout vertex_layout(const wb_field_info& field);

}  // namespace ofxWingbeat::detail
