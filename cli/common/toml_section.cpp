#include "toml_section.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "verbs.hpp"

namespace wingbeat::cli {

toml::table parse_toml(const std::string& text, const std::string& source) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& fault) {
    throw Failure(kUsage, fmt::format("{}, line {}: {}", source, fault.source().begin.line, fault.description()));
  }
}

void Section::complain(std::string_view key, const std::string& what) const {
  throw Failure(kUsage, fmt::format("{}: {} {}", source_, key, what));
}

void Section::check_keys(std::string_view what, std::span<const std::string_view> keys) const {
  for (const auto& [key, value] : table_) {
    if (std::ranges::find(keys, key.str()) == keys.end())
      complain(key.str(), fmt::format("is no key of a {}; there are {}", what, fmt::join(keys, ", ")));
  }
}

std::optional<double> Section::number(std::string_view key, double least, double most) const {
  const auto node = table_[key];
  if (!node) return std::nullopt;
  if (!node.is_number()) complain(key, "must be a number");
  const double value = node.is_integer() ? static_cast<double>(*node.value<std::int64_t>()) : *node.value<double>();
  if (!(value >= least && value <= most)) complain(key, fmt::format("must be between {:g} and {:g}", least, most));
  return value;
}

std::optional<std::uint64_t> Section::whole(std::string_view key, std::uint64_t least, std::uint64_t most) const {
  const auto node = table_[key];
  if (!node) return std::nullopt;
  const auto value = node.is_integer() ? node.value<std::int64_t>() : std::nullopt;
  if (!value || *value < 0 || static_cast<std::uint64_t>(*value) < least || static_cast<std::uint64_t>(*value) > most)
    complain(key, fmt::format("must be a whole number from {} to {}", least, most));
  return static_cast<std::uint64_t>(*value);
}

std::optional<std::string> Section::text(std::string_view key) const {
  const auto node = table_[key];
  if (!node) return std::nullopt;
  if (!node.is_string()) complain(key, "must be a text in quotes");
  return *node.value<std::string>();
}

}  // namespace wingbeat::cli
