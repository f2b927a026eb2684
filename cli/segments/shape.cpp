#include "shape.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "verbs.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::segments {

namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 40;  // of a frame

[[noreturn]] void refuse(const std::string& text) { throw cli::Failure(cli::kUsage, text); }

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

std::uint64_t size_of(const std::string& digits, const std::string& all) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  if (error != std::errc() || end != digits.data() + digits.size() || size == 0)
    refuse(fmt::format("--shape {}: sizes from 1, fastest first, as 3x100: 100 agents of 3 numbers each", all));
  return size;
}

std::string labels_of(const std::string& components, const Shape& shape) {
  if (components.empty()) return "";
  const auto labels = split(components, ',');
  const std::uint64_t wanted = shape.sizes.size() == 1 ? 1 : shape.sizes[0];
  if (labels.size() != wanted || std::ranges::find(labels, "") != labels.end())
    refuse(fmt::format("--component {}: --shape has {} numbers for each agent, so name so many, as x,y,z", components,
                       wanted));
  return fmt::format("{}", fmt::join(labels, " "));
}

}  // namespace

std::uint64_t Shape::bytes() const {
  std::uint64_t bytes = wb_type_size(type);
  for (const std::uint64_t size : sizes) bytes *= size;
  return bytes;
}

std::string Shape::text() const { return fmt::format("{} {}", wb_type_name(type), fmt::join(sizes, "x")); }

int parse_type(const std::string& name) {
  std::string names;
  for (int type = WB_I8; type <= WB_F64; ++type) {
    if (name == wb_type_name(type)) return type;
    names += fmt::format(" {}", wb_type_name(type));
  }
  refuse(fmt::format("--type {}: there are{}", name, names));
}

Shape parse_shape(const std::string& type, const std::string& sizes, const std::string& components) {
  Shape shape;
  shape.type = parse_type(type);
  std::uint64_t bytes = wb_type_size(shape.type);
  for (const auto& digits : split(sizes, 'x')) {
    shape.sizes.push_back(size_of(digits, sizes));
    if (shape.sizes.back() > kMaxBytes / bytes)
      refuse(fmt::format("--shape {}: a frame has at most 2^40 bytes", sizes));
    bytes *= shape.sizes.back();
  }
  if (shape.sizes.size() > WB_MAX_DIMENSIONS)
    refuse(fmt::format("--shape {}: at most {} dimensions", sizes, static_cast<int>(WB_MAX_DIMENSIONS)));
  shape.labels = labels_of(components, shape);
  return shape;
}

}  // namespace wingbeat::segments
