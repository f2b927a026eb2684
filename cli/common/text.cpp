#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace wingbeat::cli {

namespace {

// Length of the well-formed UTF-8 character at the front, 0 if there is none. Overlong forms are of no harm on a
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

// C0, DEL, and C1, which a terminal may take for the begin of a control sequence.
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

std::vector<std::string> table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width_of(row[c]));
  }
  std::vector<std::string> lines;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      line += row[c];
      if (c + 1 < row.size()) line.append(widths[c] - width_of(row[c]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  }
  return lines;
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
