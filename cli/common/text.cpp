#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace wingbeat::cli {

namespace {

// The length of the well-formed UTF-8 character at the front, 0 if there is none. Overlong forms do no harm on a
// screen.
std::size_t character_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xF0 && lead < 0xF8 ? 4
                             : lead >= 0xE0                ? 3
                             : lead >= 0xC2                ? 2
                                                           : 0;
  if (length == 0 || length > text.size() || lead >= 0xF8) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  return length;
}

// C0, DEL, and C1, which a terminal may take for the start of a control sequence.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (first < 0x20 || first == 0x7F) return true;
  return first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// The word of that index among words separated by single spaces.
std::string word(std::string_view words, std::int64_t index) {
  for (; index > 0 && !words.empty(); --index) {
    const std::size_t space = words.find(' ');
    words = space == std::string_view::npos ? std::string_view() : words.substr(space + 1);
  }
  return std::string(words.substr(0, words.find(' ')));
}

// Three digits, in the largest unit that gives at least 1.
std::string scaled(double number, const std::array<const char*, 5>& units) {
  std::size_t unit = 0;
  for (; number >= 999.5 && unit + 1 < units.size(); ++unit) number /= 1000;
  return fmt::format("{:.{}f} {}", number, unit == 0 || number >= 99.95 ? 0 : number >= 9.995 ? 1 : 2, units[unit]);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const bool good = length > 0 && !is_control(text.substr(0, length));
    result += good ? text.substr(0, length) : std::string_view("?");
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

std::string bytes_text(std::uint64_t bytes) {
  return scaled(static_cast<double>(bytes), {"B", "kB", "MB", "GB", "TB"});
}

std::string duration_text(std::uint64_t ns) {
  if (ns >= 100'000'000'000) return fmt::format("{} s", ns / 1'000'000'000);
  return scaled(static_cast<double>(ns), {"ns", "us", "ms", "s", "s"});
}

std::string value_text(const wb_value& value, const wb_control_info& control) {
  switch (value.type) {
    case WB_VALUE_F64:
      return fmt::format("{}", value.as.f64);
    case WB_VALUE_BOOL:
      return value.as.i64 != 0 ? "true" : "false";
    case WB_VALUE_CHOICE:
      return printable(word(control.choices, value.as.i64));
    default:
      return fmt::format("{}", value.as.i64);
  }
}

std::string range_text(const wb_control_info& control) {
  if (control.kind != WB_PARAMETER) return "";
  if (control.initial.type == WB_VALUE_CHOICE) return printable(control.choices);
  if (control.initial.type == WB_VALUE_BOOL) return "false true";
  const double low = detail::to_double(control.minimum), high = detail::to_double(control.maximum);
  return low == 0 && high == 0 ? "" : fmt::format("{} to {}", low, high);
}

std::string marked(const std::string& stream, const std::string& unverified) {
  return unverified.empty() ? stream : stream + " (unverified)";
}

Json unverified_json(const std::string& unverified) { return unverified.empty() ? Json() : Json(unverified); }

std::string shape_text(const wb_field_info& field) {
  std::string text = fmt::format("{}", field.shape[0]);
  for (std::uint32_t d = 1; d < field.dimensions; ++d) text += fmt::format(" x {}", field.shape[d]);
  return text;
}

const char* writer_state_text(std::uint32_t state) {
  return state == WB_WRITER_ALIVE ? "alive" : state == WB_WRITER_CLOSED ? "closed" : "dead";
}

const char* mode_name(std::uint32_t mode) {
  switch (mode) {
    case WB_LATEST:
      return "latest";
    case WB_EVERY:
      return "every";
    case WB_LOCK_STEP:
      return "lock-step";
    default:
      return "?";
  }
}

std::string mode_text(const wb_reader_info& reader) {
  std::string text = mode_name(reader.mode);
  if (reader.every > 1) text += fmt::format(" {}", reader.every);
  return copies(reader) ? text + ", copies" : text;
}

bool copies(const wb_reader_info& reader) { return reader.alive != 0 && reader.leases_claimed == 0; }

const char* control_kind_text(std::uint32_t kind) {
  return kind == WB_PARAMETER ? "parameter" : kind == WB_TRIGGER ? "trigger" : "command";
}

const char* receipt_text(std::uint32_t status) {
  switch (status) {
    case WB_APPLIED:
      return "applied";
    case WB_SUPERSEDED:
      return "superseded";
    case WB_REFUSED:
      return "refused";
    default:
      return "restarted";
  }
}

std::string cut(const std::string& text, std::size_t width) {
  if (width_of(text) <= width || width == 0) return text;
  std::size_t bytes = 0;
  for (std::size_t used = 0; bytes < text.size(); ++bytes) {
    const bool begins = (static_cast<unsigned char>(text[bytes]) & 0xC0) != 0x80;
    if (begins && ++used == width) break;
  }
  return text.substr(0, bytes) + "~";
}

std::vector<std::string> fitted_table(const std::vector<Column>& columns, const Rows& rows, std::size_t width) {
  constexpr std::size_t kGap = 2;
  std::vector<std::size_t> widths;
  for (const Column& column : columns) widths.push_back(std::string_view(column.head).size());
  for (const auto& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width_of(row[c]));
  std::vector<std::size_t> shown(columns.size());
  for (std::size_t c = 0; c < shown.size(); ++c) shown[c] = c;
  const auto total = [&] {
    std::size_t sum = 0;
    for (const std::size_t c : shown) sum += widths[c] + kGap;
    return sum - kGap;
  };
  // Texts are cut before columns are left out, from the right; then the columns of the highest rank go. A name, which has
  // rank 0, keeps kLegible characters as long as another column can go.
  constexpr std::size_t kLegible = 24;
  while (total() > width) {
    const std::size_t excess = total() - width;
    const auto by_rank = [&](std::size_t a, std::size_t b) { return columns[a].rank < columns[b].rank; };
    const auto last = std::max_element(shown.begin(), shown.end(), by_rank);
    const auto can_be_cut = [&](std::size_t c) {
      const bool is_kept = columns[c].rank == 0 && columns[*last].rank > 0;
      const std::size_t least = is_kept ? std::max(columns[c].least, kLegible) : columns[c].least;
      return columns[c].least > 0 && widths[c] >= least + excess;
    };
    const auto cuttable = std::find_if(shown.rbegin(), shown.rend(), can_be_cut);
    if (cuttable != shown.rend())
      widths[*cuttable] -= excess;
    else if (columns[*last].rank > 0)
      shown.erase(last);
    else
      break;
  }
  std::vector<std::string> lines;
  const auto add_line = [&](const auto& cell_of) {
    std::string line;
    for (const std::size_t c : shown) {
      const std::string text = cut(cell_of(c), widths[c]);
      const std::string padding(widths[c] - std::min(widths[c], width_of(text)), ' ');
      line += (line.empty() ? "" : "  ") + (columns[c].is_number ? padding + text : text + padding);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  };
  add_line([&](std::size_t c) { return std::string(columns[c].head); });
  for (const auto& row : rows) add_line([&](std::size_t c) { return c < row.size() ? row[c] : std::string(); });
  return lines;
}

std::vector<std::string> table(const Rows& rows) {
  std::vector<Column> columns;
  for (const auto& head : rows.at(0)) columns.push_back({head.c_str()});
  for (const auto& row : rows) columns.resize(std::max(columns.size(), row.size()), {""});
  return fitted_table(columns, {rows.begin() + 1, rows.end()}, std::string::npos);
}

Json value_json(const wb_value& value, const wb_control_info& control) {
  switch (value.type) {
    case WB_VALUE_F64:
      return value.as.f64;
    case WB_VALUE_BOOL:
      return value.as.i64 != 0;
    case WB_VALUE_CHOICE:
      return word(control.choices, value.as.i64);
    default:
      return value.as.i64;
  }
}

Json stream_json(const wb_stream_info& s) {
  return {{"name", s.name},
          {"writer", writer_state_text(s.writer_state)},
          {"writer_pid", s.writer_pid},
          {"epoch", s.epoch},
          {"generation", s.generation},
          {"seq", s.seq},
          {"step", s.step},
          {"sim_time", s.sim_time},
          {"count", s.count},
          {"capacity", s.capacity},
          {"publish_time_ns", s.publish_time_ns},
          {"fill_time_ns", s.fill_time_ns},
          {"create_time_ns", s.create_time_ns},
          {"frame_bytes", s.frame_bytes},
          {"memory_bytes", s.memory_bytes},
          {"slots", s.slots},
          {"lease_budget", s.lease_budget},
          {"leases_claimed", s.leases_claimed},
          {"leases_held", s.leases_held},
          {"max_readers", s.max_readers},
          {"readers", s.readers},
          {"hops", s.hops},
          {"wakes", s.wakes},
          {"requests", s.requests},
          {"overruns", s.overruns}};
}

Json reader_json(const wb_reader_info& r, std::uint64_t newest_seq) {
  return {{"entry", r.entry},
          {"pid", r.pid},
          {"label", r.label},
          {"alive", r.alive != 0},
          {"mode", mode_name(r.mode)},
          {"every", r.every},
          {"copies", copies(r)},
          {"seq", r.seq},
          {"lag", newest_seq > r.seq ? newest_seq - r.seq : 0},
          {"received", r.received},
          {"missed", r.missed},
          {"leases_claimed", r.leases_claimed},
          {"leases_held", r.leases_held},
          {"asleep", r.asleep != 0},
          {"attach_time_ns", r.attach_time_ns}};
}

Json field_json(const wb_field_info& f) {
  Json shape = Json::array();
  for (std::uint32_t d = 0; d < f.dimensions; ++d) shape.push_back(f.shape[d]);
  return {{"name", f.name},
          {"type", wb_type_name(static_cast<int>(f.type))},
          {"shape", shape},
          {"per_agent", f.per_agent != 0},
          {"labels", f.labels},
          {"unit", f.unit},
          {"offset_bytes", f.offset_bytes},
          {"size_bytes", f.size_bytes}};
}

std::string json_text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace wingbeat::cli
