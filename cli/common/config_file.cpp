#include "config_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

#include "failure.hpp"

namespace wingbeat::cli {

namespace {

std::filesystem::path own_program() {
#ifdef __APPLE__
  char path[4096];
  std::uint32_t size = sizeof path;
  return _NSGetExecutablePath(path, &size) == 0 ? std::filesystem::canonical(path) : std::filesystem::path();
#else
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored);
#endif
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

std::filesystem::path shared_folder(const std::string& folder) {
  return (own_program().parent_path().parent_path() / "share/wingbeat" / folder).lexically_normal();
}

std::filesystem::path find_shared(const std::string& what, const std::string& folder_name,
                                  const std::string& name_or_path) {
  if (name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".toml")) {
    if (!std::filesystem::is_regular_file(name_or_path))
      throw Failure(kNotFound, fmt::format("there is no {} file '{}'", what, name_or_path));
    return name_or_path;
  }
  const auto folder = shared_folder(folder_name);
  const auto path = folder / (name_or_path + ".toml");
  if (std::filesystem::is_regular_file(path)) return path;
  const auto names = names_in(folder);
  throw Failure(kNotFound,
                fmt::format("there is no {} '{}'; there are {}", what, name_or_path,
                            names.empty() ? "none in " + folder.string() : fmt::format("{}", fmt::join(names, ", "))));
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw Failure(kFailed, fmt::format("cannot read '{}'", path.string()));
  return text.str();
}

toml::table parse_toml(const std::string& text, const std::string& source) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& fault) {
    throw Failure(kUsage, fmt::format("{}, line {}: {}", source, fault.source().begin.line, fault.description()));
  }
}

void Section::refuse(std::string_view key, const std::string& what) const {
  throw Failure(kUsage, fmt::format("{}: {} {}", source_, key, what));
}

void Section::check_keys(std::string_view what, std::span<const std::string_view> keys) const {
  for (const auto& [key, value] : table_) {
    if (std::ranges::find(keys, key.str()) == keys.end())
      refuse(key.str(), fmt::format("is no key of a {}; there are {}", what, fmt::join(keys, ", ")));
  }
}

std::optional<double> Section::number(std::string_view key, double least, double most) const {
  const auto node = table_[key];
  if (!node) return std::nullopt;
  if (!node.is_number()) refuse(key, "must be a number");
  const double value = node.is_integer() ? static_cast<double>(*node.value<std::int64_t>()) : *node.value<double>();
  if (!(value >= least && value <= most)) refuse(key, fmt::format("must be between {:g} and {:g}", least, most));
  return value;
}

std::optional<std::uint64_t> Section::whole(std::string_view key, std::uint64_t least, std::uint64_t most) const {
  const auto node = table_[key];
  if (!node) return std::nullopt;
  const auto value = node.is_integer() ? node.value<std::int64_t>() : std::nullopt;
  if (!value || *value < 0 || static_cast<std::uint64_t>(*value) < least || static_cast<std::uint64_t>(*value) > most)
    refuse(key, fmt::format("must be a whole number from {} to {}", least, most));
  return static_cast<std::uint64_t>(*value);
}

std::optional<std::string> Section::text(std::string_view key) const {
  const auto node = table_[key];
  if (!node) return std::nullopt;
  if (!node.is_string()) refuse(key, "must be a text in quotes");
  return *node.value<std::string>();
}

}  // namespace wingbeat::cli
