#include "array.hpp"

#include <algorithm>
#include <iterator>

namespace wingbeat::layout {
namespace {

// A file in the runtime directory has the name in it, so that it must be shorter than a file name.
constexpr std::size_t kMaxArrayName = 201;  // it is also part of a file's name

// The element types in the order of the numbers that WrappedArray gives them, from 1.
constexpr std::uint32_t kTypes[] = {kI8, kU8, kI16, kU16, kI32, kU32, kI64, kU64, kF32, kF64, kC64, kC128};

// Computes the offsets from type and shape. False if a dimension is 0 or the array is too large. The comparison
// comes before the multiplication, so that no header can make it overflow.
bool compute_offsets(ArrayLayout& layout) {
  std::uint64_t bytes = array_element_size(layout.type);
  for (std::uint32_t d = 0; d < layout.dimensions; ++d) {
    if (layout.shape[d] == 0 || layout.shape[d] > kMaxArrayBytes / bytes) return false;
    bytes *= layout.shape[d];
  }
  layout.bytes = bytes;
  layout.offset = array_header_bytes(layout.dimensions);
  layout.lock_offset = round_up(layout.end_of_data(), kLineBytes);
  return true;
}

}  // namespace

std::uint64_t array_element_size(std::uint32_t type) {
  if (type == kC64) return 8;
  return type == kC128 ? 16 : element_size(type);
}

const char* array_element_name(std::uint32_t type) {
  if (type == kC64) return "c64";
  return type == kC128 ? "c128" : element_name(type);
}

std::uint64_t array_header_bytes(std::uint32_t dimensions) {
  return round_up(offsetof(ArrayHeader, shape) + dimensions * sizeof(std::int64_t), kArrayAlignment);
}

Fault lay_out(std::uint32_t type, std::uint32_t dimensions, const std::uint64_t* shape, ArrayLayout& out) {
  ArrayLayout layout;
  if (array_element_size(type) == 0)
    return {FaultKind::kArgument, "element type " + std::to_string(type) + " is unknown: use a value of wb_type"};
  if (dimensions < 1 || dimensions > kMaxDimensions)
    return {FaultKind::kLimit, "an array must have 1 to 8 dimensions, not " + std::to_string(dimensions)};
  layout.type = type;
  layout.dimensions = dimensions;
  std::copy_n(shape, dimensions, layout.shape);
  if (std::find(shape, shape + dimensions, 0u) != shape + dimensions)
    return {FaultKind::kArgument, "each dimension of an array must be at least 1"};
  if (!compute_offsets(layout)) return {FaultKind::kLimit, "an array must not have more than 2^40 bytes"};
  out = layout;
  return {};
}

Fault lay_out(const ArrayHeader& header, ArrayLayout& out) {
  ArrayLayout layout;
  if (header.magic != kArrayMagic)
    return {FaultKind::kCorrupt, "it does not begin with the bytes of an array (\"WA-1\")"};
  if (header.type < 1 || header.type > std::size(kTypes))
    return {FaultKind::kCorrupt, "its element type " + std::to_string(header.type) + " is unknown"};
  if (header.dimensions < 1 || header.dimensions > kMaxDimensions)
    return {FaultKind::kIncompatible, "it has " + std::to_string(header.dimensions) + " dimensions, not 1 to 8"};
  layout.type = kTypes[header.type - 1];
  layout.dimensions = header.dimensions;
  for (std::uint32_t d = 0; d < layout.dimensions; ++d) layout.shape[d] = static_cast<std::uint64_t>(header.shape[d]);
  if (!compute_offsets(layout))
    return {FaultKind::kCorrupt, "its shape has a dimension below 1 or more than 2^40 bytes"};
  // The offset follows from the number of dimensions, so that a header cannot point elsewhere.
  if (header.offset != static_cast<std::int64_t>(layout.offset))
    return {FaultKind::kCorrupt, "its offset does not follow from its shape"};
  out = layout;
  return {};
}

ArrayHeader array_header(const ArrayLayout& layout) {
  ArrayHeader header{};
  header.magic = kArrayMagic;
  header.type = static_cast<std::uint16_t>(std::find(std::begin(kTypes), std::end(kTypes), layout.type) - kTypes + 1);
  header.dimensions = static_cast<std::uint16_t>(layout.dimensions);
  header.offset = static_cast<std::int64_t>(layout.offset);
  for (std::uint32_t d = 0; d < layout.dimensions; ++d) header.shape[d] = static_cast<std::int64_t>(layout.shape[d]);
  return header;
}

std::string describe(const ArrayLayout& layout) {
  std::string text = std::string(array_element_name(layout.type)) + " (";
  for (std::uint32_t d = 0; d < layout.dimensions; ++d) text += (d > 0 ? ", " : "") + std::to_string(layout.shape[d]);
  return text + ")";
}

Fault check_array_name(std::string_view name) {
  const std::string_view rest = name.substr(std::min<std::size_t>(1, name.size()));
  const bool formed = name.size() >= 2 && name.size() <= kMaxArrayName && name[0] == '/' &&
                      rest.find('/') == std::string_view::npos && rest != "." && rest != "..";
  if (!formed)
    return {FaultKind::kName, "array name '" + std::string(name.substr(0, 80)) +
                                  "' is not allowed: use a / and 1 to 200 characters (macOS: 30) without another /"};
  if (name.substr(0, 4) == "/wb-")
    return {FaultKind::kName, "names that begin with /wb- are reserved for the memory of streams: choose another name"};
  return {};
}

}  // namespace wingbeat::layout
