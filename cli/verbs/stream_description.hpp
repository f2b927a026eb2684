// A stream as `info` and `top` describe it: its figures, schema, values and readers, and tables of them.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "text.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::cli {

struct StreamDescription {
  wb_stream_info stream{};
  std::vector<wb_reader_info> readers;
  std::vector<wb_field_info> fields;
  std::vector<wb_control_info> controls;
  std::vector<wb_value> values;  // by control; unused unless it is a parameter
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string unverified;  // the reason; empty if the stream is not

  std::uint64_t lag_of(const wb_reader_info& reader) const {
    return stream.seq > reader.seq ? stream.seq - reader.seq : 0;
  }
};

// Throws Error if the stream is gone.
StreamDescription describe(Inspection& inspection);

// A heading, and the lines of a table below it.
struct TableSection {
  std::string title;
  std::vector<std::string> lines;
};

// Fields, parameters, triggers and commands, readers, attributes; without those that have no rows.
std::vector<TableSection> sections_of(const StreamDescription& description, std::size_t width);
TableSection readers_of(const StreamDescription& description, std::size_t width);

Json to_json(const StreamDescription& description);

}  // namespace wingbeat::cli
