#include "view.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <sstream>

#include "elements.hpp"

namespace ofxWingbeat::detail {

namespace {

constexpr int kMostStride = 2048;  // the largest that every graphics card accepts

bool is_real(const wb_field_info& field) { return field.type == WB_F32 || field.type == WB_F64; }

std::size_t columns_of(const wb_field_info& field) {
  std::size_t columns = 1;
  for (std::uint32_t d = 0; d + 1 < field.dimensions; ++d) columns *= static_cast<std::size_t>(field.shape[d]);
  return columns;
}

bool has_columns(const wb_field_info& field, std::size_t least, std::size_t most) {
  return field.per_agent != 0 && is_real(field) && columns_of(field) >= least && columns_of(field) <= most;
}

template <class Accept>
int find(const std::vector<wb_field_info>& fields, Accept&& accept) {
  const auto found = std::find_if(fields.begin(), fields.end(), accept);
  return found == fields.end() ? -1 : static_cast<int>(found - fields.begin());
}

// The index of the first of four labels "r g b a"; -1 if the field has no such labels.
int colour_column(const char* labels) {
  std::istringstream in(labels);
  const std::vector<std::string> words{std::istream_iterator<std::string>(in), std::istream_iterator<std::string>()};
  const std::string colour[] = {"r", "g", "b", "a"};
  const auto found = std::search(words.begin(), words.end(), std::begin(colour), std::end(colour));
  return found == words.end() ? -1 : static_cast<int>(found - words.begin());
}

}  // namespace

View view_of(const wb_field_info& field, const void* data, std::uint64_t count) {
  const std::uint64_t rows = field.per_agent != 0 ? count : field.shape[field.dimensions - 1];
  return {static_cast<const unsigned char*>(data) + field.offset_bytes, static_cast<std::size_t>(rows),
          columns_of(field), static_cast<int>(field.type)};
}

void convert(const View& view, std::size_t width, float missing, std::vector<float>& out) {
  out.assign(view.rows * width, missing);
  const std::size_t columns = std::min(view.columns, width);
  with_element(view.type, [&](auto element) {
    const auto* from = static_cast<const decltype(element)*>(view.data);
    for (std::size_t i = 0; i < view.rows; ++i)
      for (std::size_t c = 0; c < columns; ++c) out[i * width + c] = static_cast<float>(from[i * view.columns + c]);
  });
}

int position_field(const std::vector<wb_field_info>& fields) {
  const int named =
      find(fields, [](const auto& f) { return !std::strcmp(f.name, "position") && has_columns(f, 2, 64); });
  if (named >= 0) return named;
  const int plain = find(fields, [](const auto& f) { return has_columns(f, 2, 3); });
  return plain >= 0 ? plain : find(fields, [](const auto& f) { return has_columns(f, 4, 64); });
}

int colour_field(const std::vector<wb_field_info>& fields) {
  return find(fields, [](const auto& f) {
    return (!std::strcmp(f.name, "color") || !std::strcmp(f.name, "colour")) && has_columns(f, 3, 4);
  });
}

VertexLayout vertex_layout(const wb_field_info& field) {
  const auto columns = static_cast<int>(std::min<std::size_t>(columns_of(field), INT32_MAX));
  constexpr int number = sizeof(float);
  if (field.per_agent == 0 || field.type != WB_F32 || columns < 2 || columns > kMostStride / number) return {};
  VertexLayout layout{std::min(columns, 3), columns * number, -1};
  int colour = colour_column(field.labels);
  if (colour < 0 && columns == 7 && field.labels[0] == '\0') colour = 3;
  // Numbers of the colour are not coordinates: "x y r g b a" has two.
  if (colour >= 0 && colour < 2) return layout;
  if (colour >= 0) layout.coordinates = std::min(layout.coordinates, colour);
  if (colour >= 0) layout.colour_offset_bytes = colour * number;
  return layout;
}

}  // namespace ofxWingbeat::detail
