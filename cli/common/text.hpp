// How the command shows what it found: text for people, JSON for scripts.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "wingbeat/wingbeat.hpp"

namespace wingbeat::cli {

using Json = nlohmann::ordered_json;

// Replaces control characters and broken UTF-8 by "?". Texts in shared memory come from other programs, and must not
// reach a terminal as they are.
std::string printable(std::string_view text);

std::string bytes_text(std::uint64_t bytes);  // "412 kB"
std::string duration_text(std::uint64_t ns);  // "3.1 ms"
std::string value_text(const wb_value& value, const wb_control_info& control);
std::string range_text(const wb_control_info& control);  // "0.001 to 0.1", or ""
// For a stream whose frames may be torn (WB_ATTRIBUTE_UNVERIFIED): its name with a mark, and the reason; null if frames
// are whole.
std::string marked(const std::string& stream, const std::string& unverified);  // "flock (unverified)"
Json unverified_json(const std::string& unverified);
std::string shape_text(const wb_field_info& field);   // "3 x 10000"
const char* writer_state_text(std::uint32_t state);   // "alive", "closed", "dead"
const char* mode_name(std::uint32_t mode);            // "latest", "every", "lock-step"
std::string mode_text(const wb_reader_info& reader);  // "every 10, copies"
bool copies(const wb_reader_info& reader);            // whether it has no leases, and copies each frame instead
const char* control_kind_text(std::uint32_t kind);    // "parameter", "trigger", "command"
const char* receipt_text(std::uint32_t status);       // "applied", ...

using Rows = std::vector<std::vector<std::string>>;

// Columns as wide as their widest cell. The first row is the head.
std::vector<std::string> table(const Rows& rows);

// A column of a table that has to fit a width.
struct Column {
  const char* head;
  unsigned rank = 0;      // columns of the highest rank are left out first; rank 0 never is
  std::size_t least = 0;  // texts may be cut to this width, if it is not 0
  bool is_number = false;
};
// Cuts texts and leaves columns out until lines have at most `width` characters. `rows` are without the head.
std::vector<std::string> fitted_table(const std::vector<Column>& columns, const Rows& rows, std::size_t width);
std::string cut(const std::string& text, std::size_t width);  // with a mark at the end, if it was longer

Json value_json(const wb_value& value, const wb_control_info& control);
Json stream_json(const wb_stream_info& stream);
Json reader_json(const wb_reader_info& reader, std::uint64_t newest_seq);
Json field_json(const wb_field_info& field);
// Valid JSON on one line, whatever the texts contain: broken UTF-8 is replaced.
std::string json_text(const Json& json);

}  // namespace wingbeat::cli
