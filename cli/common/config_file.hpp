// TOML files that people write, scenarios and maps: how they are found and read. Each wrong key or value throws a
// Failure (kUsage) that says where it is and what would be right.
#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wingbeat::cli {

// "couzin-torus" is looked for in share/wingbeat/FOLDER beside the installed or built command; a name with '/' or
// ".toml" is a path. Throws Failure (kNotFound) with the names that exist; `what` is the kind of file: "scenario".
std::filesystem::path find_shared(const std::string& what, const std::string& folder, const std::string& name_or_path);

// The folder in which files of a kind lie: "scenarios".
std::filesystem::path shared_folder(const std::string& folder);

// The whole of a file. Throws Failure (kFailed).
std::string text_of(const std::filesystem::path& path);

// `source` names the file in messages, here and below.
toml::table parse_toml(const std::string& text, const std::string& source);

// One table of a file. The table must outlive it.
class Section {
 public:
  Section(const toml::table& table, std::string source) : table_(table), source_(std::move(source)) {}

  // Throws Failure: "SOURCE: KEY WHAT".
  [[noreturn]] void refuse(std::string_view key, const std::string& what) const;
  // Refuses a key that is none of these; `what` is the kind of table that has them.
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
