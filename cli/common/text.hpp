// How the command writes what it found, for people (text) and for scripts (JSON).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "wingbeat/wingbeat.hpp"

namespace wingbeat::cli {

using Json = nlohmann::ordered_json;

// Texts in shared memory were written by others: control characters and broken UTF-8 must not reach a terminal.
std::string printable(std::string_view text);

std::string bytes_text(std::uint64_t bytes);  // "412 kB"
std::string duration_text(std::uint64_t ns);  // "3.1 ms"
std::string value_text(const wb_value& value, const wb_control_info& control);
std::string range_text(const wb_control_info& control);  // "0.001 to 0.1", or ""
// A stream's name, with a mark if its frames may be torn; and why, null if they are whole: see WB_ATTRIBUTE_UNVERIFIED.
std::string marked(const std::string& stream, const std::string& unverified);  // "flock (unverified)"
Json unverified_json(const std::string& unverified);
std::string shape_text(const wb_field_info& field);   // "3 x 10000"
const char* writer_state_text(std::uint32_t state);   // "alive", "closed", "dead"
const char* mode_name(std::uint32_t mode);            // "latest", "every", "lock-step"
std::string mode_text(const wb_reader_info& reader);  // "every 10, copies"
bool copies(const wb_reader_info& reader);            // no leases: it copies each frame it takes
const char* control_kind_text(std::uint32_t kind);    // "parameter", "trigger", "command"
const char* receipt_text(std::uint32_t status);       // "applied", ...

// Columns as wide as their widest cell; the last is left as it is. The first row is the head. Numbers are the caller's.
std::vector<std::string> table(const std::vector<std::vector<std::string>>& rows);

Json value_json(const wb_value& value, const wb_control_info& control);
Json stream_json(const wb_stream_info& stream);
Json reader_json(const wb_reader_info& reader, std::uint64_t newest_seq);
Json field_json(const wb_field_info& field);
// One line; broken UTF-8 is replaced.
std::string json_text(const Json& json);

}  // namespace wingbeat::cli
