// Streams from outside: which streams exist, what they contain, which readers they have; and removing what dead
// processes left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "wingbeat/cpp/result.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat {

// The names of the streams in the runtime directory, sorted.
inline Result<std::vector<std::string>> streams() {
  std::vector<wb_name> names(64);
  std::size_t count = 0;
  for (;;) {
    const int code = wb_list(names.data(), names.size(), &count);
    if (code != WB_OK) return Error::last(code);
    if (count <= names.size()) break;
    names.resize(count * 2);  // streams may be created between two calls
  }
  std::vector<std::string> result;
  for (std::size_t i = 0; i < count; ++i) result.emplace_back(names[i].text);
  return result;
}

// Copies of the tables of a schema: its fields, its controls, and its attributes as pairs of key and value.
inline std::vector<wb_field_info> fields_of(const wb_schema* schema) {
  std::vector<wb_field_info> fields(wb_schema_field_count(schema));
  for (std::uint32_t i = 0; i < fields.size(); ++i) detail::require(wb_schema_field(schema, i, &fields[i]));
  return fields;
}
inline std::vector<wb_control_info> controls_of(const wb_schema* schema) {
  std::vector<wb_control_info> controls(wb_schema_control_count(schema));
  for (std::uint32_t i = 0; i < controls.size(); ++i) detail::require(wb_schema_control(schema, i, &controls[i]));
  return controls;
}
inline std::vector<std::pair<std::string, std::string>> attributes_of(const wb_schema* schema) {
  std::vector<std::pair<std::string, std::string>> attributes;
  for (std::uint32_t i = 0; i < wb_schema_attribute_count(schema); ++i) {
    const char* key = nullptr;
    const char* value = nullptr;
    detail::require(wb_schema_attribute(schema, i, &key, &value));
    attributes.emplace_back(key, value);
  }
  return attributes;
}

// Why the frames of a stream may be torn; "" if they are whole, as those of nearly every stream. See
// WB_ATTRIBUTE_UNVERIFIED.
//     if (auto why = wingbeat::unverified(reader.schema()); !why.empty()) warn(why);
inline std::string unverified(const wb_schema* schema) {
  for (const auto& [key, value] : attributes_of(schema))
    if (key == WB_ATTRIBUTE_UNVERIFIED) return value.empty() ? "no reason given" : value;
  return "";
}

// Shows a stream from outside. It takes no reader entry and no lease, and writes to no shared memory, so that neither
// the writer nor the readers are affected. Move-only. Used by one thread at a time.
class Inspection {
 public:
  // Opens an inspection of `swarm` or another user's `alice/swarm`. WB_NOT_READY if there is no such stream.
  static Result<Inspection> open(const std::string& stream) {
    wb_inspection* raw = nullptr;
    const int code = wb_inspect(stream.c_str(), &raw);
    if (code != WB_OK) return Error::last(code);
    return Inspection(raw);
  }

  // The present state of the stream. Follows it into a new epoch. WB_NOT_READY if the stream has been removed.
  Result<wb_stream_info> stream() {
    wb_stream_info info;
    const int code = wb_inspection_stream(raw(), &info);
    if (code != WB_OK) return Error::last(code);
    return info;
  }

  // The readers of the stream, including dead ones whose entries were not cleared yet. Observers are not listed.
  Result<std::vector<wb_reader_info>> readers() {
    std::vector<wb_reader_info> readers(WB_MAX_READERS);
    std::size_t count = 0;
    const int code = wb_inspection_readers(raw(), readers.data(), readers.size(), &count);
    if (code != WB_OK) return Error::last(code);
    if (count < readers.size()) readers.resize(count);
    return readers;
  }

  // The present value of a parameter. control: its index in the schema. WB_ERR_NOT_FOUND.
  Result<wb_value> parameter(std::uint32_t control) {
    wb_value value;
    const int code = wb_inspection_parameter(raw(), control, &value);
    if (code != WB_OK) return Error::last(code);
    return value;
  }

  // The schema. Valid until the next call of stream() or readers().
  const wb_schema* schema() const noexcept { return wb_inspection_schema(raw()); }

  // The handle for functions of the C interface. It belongs to this object.
  wb_inspection* raw() const noexcept { return inspection_.get(); }

 private:
  struct Close {
    void operator()(wb_inspection* inspection) const noexcept { wb_inspection_close(inspection); }
  };

  explicit Inspection(wb_inspection* inspection) : inspection_(inspection) {}

  std::unique_ptr<wb_inspection, Close> inspection_;
};

// Removes what dead processes left, of one stream, or, with "", of all streams and arrays. Never removes anything
// that a living process uses. WB_NOT_READY if there is no such stream.
inline Result<wb_collect_report> collect(const std::string& stream = "") {
  wb_collect_report report;
  const int code = wb_collect(stream.empty() ? nullptr : stream.c_str(), &report);
  if (code != WB_OK) return Error::last(code);
  return report;
}

}  // namespace wingbeat
