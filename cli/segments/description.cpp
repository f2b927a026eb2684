#include "description.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>

#include "failure.hpp"
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
    refuse(fmt::format("--shape {}: give sizes from 1, fastest first, as in 3x100: 100 agents of 3 numbers each", all));
  return size;
}

std::string labels_of(const std::string& components, const Shape& shape) {
  if (components.empty()) return "";
  const auto labels = split(components, ',');
  const std::uint64_t wanted = shape.sizes.size() == 1 ? 1 : shape.sizes[0];
  if (labels.size() != wanted || std::ranges::find(labels, "") != labels.end())
    refuse(fmt::format("--component {}: --shape has {} numbers for each agent; give as many names, as in x,y,z",
                       components, wanted));
  return fmt::format("{}", fmt::join(labels, " "));
}

// Decimal, or hexadecimal with 0x, as `ipcs` prints keys. A key_t of 32 bits may be written without its sign.
std::optional<int> number_of(std::string_view digits) {
  const bool is_hex = digits.size() > 2 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
  if (is_hex) digits.remove_prefix(2);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, is_hex ? 16 : 10);
  const bool fits =
      number >= std::numeric_limits<std::int32_t>::min() && number <= std::numeric_limits<std::uint32_t>::max();
  if (error != std::errc() || end != digits.data() + digits.size() || !fits) return {};
  return static_cast<int>(static_cast<std::uint32_t>(number));
}

Name numbered(Kind kind, const std::string& text) {
  const auto number = number_of(std::string_view(text).substr(text.find(':') + 1));
  if (!number || (kind == Kind::key && *number == 0) || (kind == Kind::id && *number < 0))
    throw cli::Failure(cli::kUsage,
                       fmt::format("'{}' is not a System V segment; give key:4660, key:0x1234 (as `ipcs -m` "
                                   "shows it, not 0) or id:7",
                                   text));
  return {kind, text, *number};
}

bool is_legal(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '-';
}

bool is_object(std::string_view text) {
  return text.size() > 1 && text.size() <= 255 && text[0] == '/' && text.find('/', 1) == std::string_view::npos &&
         text != "/." && text != "/..";
}

}  // namespace

bool operator==(const Name& a, const Name& b) {
  return a.kind == b.kind && (a.kind == Kind::posix ? a.text == b.text : a.number == b.number);
}

Name parse_name(const std::string& text) {
  if (text.starts_with("key:")) return numbered(Kind::key, text);
  if (text.starts_with("id:")) return numbered(Kind::id, text);
  if (text.starts_with("/wb-"))
    throw cli::Failure(cli::kUsage,
                       fmt::format("'{}' is the memory of a stream: names that begin with /wb- are reserved", text));
  if (!is_object(text))
    throw cli::Failure(cli::kUsage, fmt::format("'{}' is not the name of a segment; give /NAME without further slashes "
                                                "(POSIX), or key:0x1234 or id:7 (System V)",
                                                text));
  return {Kind::posix, text, 0};
}

std::string field_name_of(const Name& name) {
  std::string field = name.text.substr(name.kind == Kind::posix ? 1 : 0, WB_NAME_BYTES - 1);
  for (char& c : field)
    if (!is_legal(c)) c = '_';
  return field;
}

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
  refuse(fmt::format("--type {}: not a type; the types are{}", name, names));
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
