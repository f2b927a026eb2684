#include "name.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>

#include "verbs.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::segments {

namespace {

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
    throw cli::Failure(cli::kUsage, fmt::format("{}: a System V segment is key:4660, key:0x1234 (as `ipcs -m` shows "
                                                  "it; 0 is nobody's key) or id:7",
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
    throw cli::Failure(cli::kUsage, fmt::format("{}: names that begin with /wb- are those of streams' memory", text));
  if (!is_object(text))
    throw cli::Failure(
        cli::kUsage,
        fmt::format(
            "'{}' names no segment: a POSIX one is /NAME, without further slashes, a System V one key:0x1234 or id:7",
            text));
  return {Kind::posix, text, 0};
}

std::string field_name_of(const Name& name) {
  std::string field = name.text.substr(name.kind == Kind::posix ? 1 : 0, WB_NAME_BYTES - 1);
  for (char& c : field)
    if (!is_legal(c)) c = '_';
  return field;
}

}  // namespace wingbeat::segments
