// Reading TOML written by people: each wrong key or value is a Failure (kUsage) that says where it is and what would be right.
#pragma once

#include <toml++/toml.h>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wingbeat::cli {

// `source` is for complaints, also below.
toml::table parse_toml(const std::string& text, const std::string& source);

// One table of a file, and how to complain about it. The table outlives it.
class Section {
 public:
  Section(const toml::table& table, std::string source) : table_(table), source_(std::move(source)) {}

  [[noreturn]] void complain(std::string_view key, const std::string& what) const;
  // Complains about a key that is none of these; `what` is whose keys they are.
  void check_keys(std::string_view what, std::span<const std::string_view> keys) const;

  // The value, or nothing if the key is not there.
  std::optional<double> number(std::string_view key, double least, double most) const;
  std::optional<std::uint64_t> whole(std::string_view key, std::uint64_t least, std::uint64_t most) const;
  std::optional<std::string> text(std::string_view key) const;

  const toml::table& table() const { return table_; }
  const std::string& source() const { return source_; }

 private:
  const toml::table& table_;
  std::string source_;
};

}  // namespace wingbeat::cli
