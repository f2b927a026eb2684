#include "map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string_view>

#include "config_file.hpp"
#include "udp.hpp"

namespace wingbeat::osc {

using cli::Section;

namespace {

constexpr std::array<std::string_view, 5> kKeys{"prefix", "datagram_bytes", "addresses", "in", "out"};
constexpr std::array<std::string_view, 4> kInKeys{"address", "stream", "field", "size"};
constexpr std::array<std::string_view, 7> kOutKeys{"address", "stream", "field", "rows", "per_row", "every", "rate"};
constexpr std::size_t kLeastDatagramBytes = 256;
constexpr std::uint64_t kMostNumbers = 16000;  // of a message that fits into a datagram
constexpr std::uint64_t kMostRows = 100000, kLastRow = 0xFFFFFFFF;

bool is_address(std::string_view text) {
  const auto is_good = [](char c) {
    return c > ' ' && c <= '~' && std::string_view("#*,?[]{}").find(c) == std::string_view::npos;
  };
  return text.size() > 1 && text.front() == '/' && text.back() != '/' && std::ranges::all_of(text, is_good);
}

std::string checked_address(const Section& section, std::string_view key, const std::string& text) {
  if (!is_address(text))
    section.refuse(
        key,
        fmt::format("must be an OSC address, as \"/swarm/alignment\", without spaces and #*,?[]{{}}; not '{}'", text));
  return text;
}

std::string required(const Section& section, std::string_view key) {
  const auto text = section.text(key);
  if (!text) section.refuse(key, "is missing");
  return *text;
}

std::map<std::string, std::string> read_addresses(const Section& section) {
  std::map<std::string, std::string> addresses;
  const auto node = section.table()["addresses"];
  if (!node) return addresses;
  if (!node.is_table()) section.refuse("addresses", "must be a table: [addresses], then NAME = \"/address\" lines");
  const Section table(*node.as_table(), section.source());
  for (const auto& [key, value] : table.table())
    addresses.emplace(key.str(), checked_address(table, key.str(), *table.text(key.str())));
  return addresses;
}

InRule read_in(const Section& section) {
  section.check_keys("[[in]]", kInKeys);
  InRule rule{checked_address(section, "address", required(section, "address")), required(section, "stream"),
              required(section, "field")};
  rule.size = section.whole("size", 1, kMostNumbers).value_or(1);
  return rule;
}

// "0-9"
std::vector<std::uint64_t> read_range(const Section& section, const std::string& text) {
  std::uint64_t first = 0, last = 0;
  const char* end = text.data() + text.size();
  const auto [middle, fault] = std::from_chars(text.data(), end, first);
  const bool has_dash = fault == std::errc() && middle != end && *middle == '-';
  const auto [rest, last_fault] = std::from_chars(has_dash ? middle + 1 : end, end, last);
  if (!has_dash || last_fault != std::errc() || rest != end || last < first || last > kLastRow ||
      last - first >= kMostRows)
    section.refuse("rows",
                   fmt::format("must be a list of indices from 0 or a range as \"0-9\", of {} at most", kMostRows));
  std::vector<std::uint64_t> rows(last - first + 1);
  for (auto& row : rows) row = first++;
  return rows;
}

std::vector<std::uint64_t> read_rows(const Section& section) {
  const auto node = section.table()["rows"];
  if (!node) return {};
  if (const auto text = node.value<std::string>()) return read_range(section, *text);
  const toml::array* list = node.as_array();
  if (list == nullptr || list->empty()) return read_range(section, "");
  std::vector<std::uint64_t> rows;
  for (const auto& element : *list) {
    const auto row = element.value_exact<std::int64_t>();
    if (!row || *row < 0 || static_cast<std::uint64_t>(*row) > kLastRow) return read_range(section, "");
    rows.push_back(static_cast<std::uint64_t>(*row));
  }
  return rows;
}

OutRule read_out(const Section& section, const std::string& stream) {
  section.check_keys("[[out]]", kOutKeys);
  OutRule rule{checked_address(section, "address", required(section, "address")),
               section.text("stream").value_or(stream), required(section, "field"), read_rows(section)};
  const auto per_row = section.table()["per_row"];
  if (per_row && !per_row.is_boolean()) section.refuse("per_row", "must be true or false");
  rule.per_row = per_row.value_or(false);
  const auto every = section.whole("every", 1, 1'000'000);
  const auto rate = section.number("rate", 0.001, 1e6);
  if (every && rate) section.refuse("every", "and rate exclude each other");
  if (every) rule.every = static_cast<std::uint32_t>(*every);
  if (rate) rule.rate = *rate;
  return rule;
}

// Calls add(Section) for each table of [[key]].
template <class Add>
void for_each_table(const Section& section, std::string_view key, Add&& add) {
  const auto node = section.table()[key];
  if (!node) return;
  const toml::array* tables = node.as_array();
  if (tables == nullptr || !tables->is_homogeneous(toml::node_type::table))
    section.refuse(key, fmt::format("must be tables: [[{}]], then their keys", key));
  for (const auto& table : *tables)
    add(Section(*table.as_table(),
                fmt::format("{}, [[{}]] of line {}", section.source(), key, table.source().begin.line)));
}

void check_in(const Section& section, const Map& map) {
  std::set<std::string> streams, addresses;
  for (const auto& rule : map.in) {
    if (!streams.insert(rule.stream).second)
      section.refuse(
          "in", fmt::format("names the stream '{}' twice: a message is a frame, so each needs its own", rule.stream));
    if (!addresses.insert(rule.address).second) section.refuse("in", fmt::format("names {} twice", rule.address));
  }
}

Map read(const Section& section, const std::string& stream) {
  section.check_keys("map", kKeys);
  Map map = default_map(stream);
  if (const auto prefix = section.text("prefix")) map.prefix = checked_address(section, "prefix", *prefix);
  map.datagram_bytes =
      section.whole("datagram_bytes", kLeastDatagramBytes, kMaxDatagramBytes).value_or(map.datagram_bytes);
  map.addresses = read_addresses(section);
  for_each_table(section, "in", [&](const Section& table) { map.in.push_back(read_in(table)); });
  for_each_table(section, "out", [&](const Section& table) { map.out.push_back(read_out(table, stream)); });
  check_in(section, map);
  return map;
}

}  // namespace

Map default_map(const std::string& stream) { return {"/" + stream, kMaxDatagramBytes, {}, {}, {}}; }

Map read_map(const std::string& name_or_path, const std::string& stream) {
  const auto path = cli::find_shared("map", "osc", name_or_path);
  return parse_map(cli::text_of(path), path.string(), stream);
}

Map parse_map(const std::string& text, const std::string& source, const std::string& stream) {
  const toml::table table = cli::parse_toml(text, source);
  return read(Section(table, source), stream);
}

}  // namespace wingbeat::osc
