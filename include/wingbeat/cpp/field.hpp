// Field<T>: a field's name and element type, looked up in a stream's schema once and remembered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "wingbeat/cpp/result.hpp"
#include "wingbeat/cpp/span.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat {

// Spares the look-up by name on a hot path: make it once, hand it to span() or array() of every frame. It is looked up
// when it is first used, and again by itself when the stream's schema has changed. A small value; each thread keeps its
// own.
//
//     wingbeat::Field<float> position("position");
//     while (auto frame = reader.wait()) look(frame.span(position));
template <class T>
class Field {
 public:
  explicit Field(std::string name) : name_(std::move(name)) {}

  const std::string& name() const noexcept { return name_; }

  // Looks the name up, unless that was done for this very schema. WB_ERR_NOT_FOUND, or WB_ERR_TYPE if the elements are
  // no T.
  Result<void> resolve(const wb_schema* schema, std::uint32_t epoch) {
    if (schema_ == schema && epoch_ == epoch) return {};
    const int index = wb_schema_find_field(schema, name_.c_str());
    if (index < 0) return Error::last(index);
    wb_field_info info;
    const int code = wb_schema_field(schema, static_cast<std::uint32_t>(index), &info);
    if (code != WB_OK) return Error::last(code);
    if (info.type != static_cast<std::uint32_t>(detail::checked_type_of<T>())) return wrong_type(info);
    remember(schema, epoch, static_cast<std::uint32_t>(index), info);
    return {};
  }

  // Of a resolved field.
  std::uint32_t index() const noexcept { return index_; }
  std::size_t offset_bytes() const noexcept { return offset_bytes_; }
  std::size_t columns() const noexcept { return columns_; }
  std::size_t rows(std::uint64_t count) const noexcept { return per_agent_ ? static_cast<std::size_t>(count) : rows_; }

 private:
  Error wrong_type(const wb_field_info& info) const {
    return Error(WB_ERR_TYPE, "field '" + name_ + "' holds " + wb_type_name(static_cast<int>(info.type)) + ", not " +
                                  wb_type_name(detail::type_of<T>()) + "; ask for the C++ type of that name");
  }

  void remember(const wb_schema* schema, std::uint32_t epoch, std::uint32_t index, const wb_field_info& info) noexcept {
    schema_ = schema;
    epoch_ = epoch;
    index_ = index;
    offset_bytes_ = static_cast<std::size_t>(info.offset_bytes);
    per_agent_ = info.per_agent != 0;
    rows_ = static_cast<std::size_t>(info.shape[info.dimensions - 1]);
    columns_ = 1;
    for (std::uint32_t d = 0; d + 1 < info.dimensions; ++d) columns_ *= static_cast<std::size_t>(info.shape[d]);
  }

  std::string name_;
  // An address may be used again by a later schema of the same stream, but not within one epoch.
  const wb_schema* schema_ = nullptr;
  std::uint32_t epoch_ = 0;
  std::uint32_t index_ = 0;
  std::size_t offset_bytes_ = 0, rows_ = 0, columns_ = 0;
  bool per_agent_ = false;
};

namespace detail {

// The numbers of a field in a frame's data that holds `count` agents.
template <class Element, class T>
Array<Element> array_in(const void* data, const Field<T>& field, std::uint64_t count) {
  auto* bytes = static_cast<const unsigned char*>(data) + field.offset_bytes();
  auto* first = reinterpret_cast<const T*>(bytes);  // offsets are multiples of 64
  return {const_cast<Element*>(first), field.rows(count), field.columns()};
}

}  // namespace detail
}  // namespace wingbeat
