// The numbers of a frame as C++ sees them: Span<T>, all numbers of a field in a row; Array<T>, the same numbers by
// agent and component; Field<T>, a field's name and type, looked up once. Also the values of parameters.
//
// A Span or an Array owns nothing. It is valid while the frame, slot or shared array that it was taken from is held.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#if __cplusplus >= 202002L
#include <ranges>
#endif

#include "wingbeat/cpp/result.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat {

// Contiguous numbers: a pointer and a count. A small value; copy it. In C++20 it converts to std::span. Accesses are
// not checked against the size.
template <class T>
class Span {
 public:
  using element_type = T;
  using value_type = std::remove_cv_t<T>;
  using iterator = T*;

  constexpr Span() = default;
  constexpr Span(T* data, std::size_t size) noexcept : data_(data), size_(size) {}
  // A Span of constant numbers converts from a Span of mutable ones.
  template <class U, class = std::enable_if_t<std::is_same_v<const U, T>>>
  constexpr Span(const Span<U>& other) noexcept  // NOLINT(google-explicit-constructor)
      : data_(other.data()), size_(other.size()) {}

  // The address of the first number, and how many numbers there are.
  constexpr T* data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  // For range-based loops and algorithms.
  constexpr T* begin() const noexcept { return data_; }
  constexpr T* end() const noexcept { return data_ + size_; }
  // Number i, from 0. Not checked.
  constexpr T& operator[](std::size_t i) const noexcept { return data_[i]; }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

// A field as a matrix (N, k): N agents with k numbers each, the numbers of an agent next to each other. array(i, c) is
// component c of agent i. Of a field with more than two dimensions, N is the slowest dimension and k the product of the
// others. A small value; copy it. Accesses are not checked against the sizes.
template <class T>
class Array {
 public:
  constexpr Array() = default;
  constexpr Array(T* data, std::size_t rows, std::size_t columns) noexcept
      : data_(data), rows_(rows), columns_(columns) {}

  // N, the number of agents.
  constexpr std::size_t rows() const noexcept { return rows_; }
  // k, the number of components of an agent.
  constexpr std::size_t columns() const noexcept { return columns_; }
  // The address of component 0 of agent 0. Component c of agent i lies i * k + c numbers further.
  constexpr T* data() const noexcept { return data_; }
  // Component `column` of agent `row`. Not checked.
  constexpr T& operator()(std::size_t row, std::size_t column) const noexcept { return data_[row * columns_ + column]; }
  // The k numbers of one agent.
  constexpr Span<T> operator[](std::size_t row) const noexcept { return {data_ + row * columns_, columns_}; }
  // All N * k numbers in a row.
  constexpr Span<T> flat() const noexcept { return {data_, rows_ * columns_}; }

 private:
  T* data_ = nullptr;
  std::size_t rows_ = 0, columns_ = 0;
};

namespace detail {

// The wb_type of a C++ type; 0 for a type that a field cannot hold.
template <class T>
constexpr int type_of() {
  if (std::is_same_v<T, float>) return WB_F32;
  if (std::is_same_v<T, double>) return WB_F64;
  if (!std::is_integral_v<T> || std::is_same_v<T, bool>) return 0;
  constexpr int log2 = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
  return (std::is_signed_v<T> ? WB_I8 : WB_U8) + log2;
}

// The same; another type is an error at compile time that names the types that can be used.
template <class T>
constexpr int checked_type_of() {
  static_assert(type_of<std::remove_cv_t<T>>() != 0,
                "a field's element type is float, double or an integer of 8 to 64 bits (not bool)");
  return type_of<std::remove_cv_t<T>>();
}

}  // namespace detail

// The name and element type of a field, for span() and array() of slots and frames. Looking a name up takes a search
// through the schema. A Field remembers the result, so that the search is made once and not in every frame. It
// searches again by itself when the stream's schema has changed. A Field is used by one thread at a time; give each
// thread its own.
//
//     wingbeat::Field<float> position("position");
//     while (auto frame = reader.wait()) look(frame.span(position));
template <class T>
class Field {
 public:
  explicit Field(std::string name) : name_(std::move(name)) {}

  // The name that the Field was made with.
  const std::string& name() const noexcept { return name_; }

  // Looks the name up in a schema, unless that was done for this schema. span() and array() call it. WB_ERR_NOT_FOUND
  // if the stream has no such field, WB_ERR_TYPE if its element type is not T.
  Result<void> resolve(const wb_schema* schema, std::uint32_t epoch) {
    if (schema_ == schema && epoch_ == epoch) return {};
    const int index = wb_schema_find_field(schema, name_.c_str());
    if (index < 0) return Error::last(index);
    wb_field_info info;
    const int code = wb_schema_field(schema, static_cast<std::uint32_t>(index), &info);
    if (code != WB_OK) return Error::last(code);
    if (info.type != static_cast<std::uint32_t>(detail::checked_type_of<T>()))
      return Error(WB_ERR_TYPE, "field '" + name_ + "' holds " + wb_type_name(static_cast<int>(info.type)) + ", not " +
                                    wb_type_name(detail::type_of<T>()) + ": use the C++ type of that name");
    schema_ = schema;
    epoch_ = epoch;
    index_ = static_cast<std::uint32_t>(index);
    offset_bytes_ = static_cast<std::size_t>(info.offset_bytes);
    per_agent_ = info.per_agent != 0;
    rows_ = static_cast<std::size_t>(info.shape[info.dimensions - 1]);
    columns_ = 1;
    for (std::uint32_t d = 0; d + 1 < info.dimensions; ++d) columns_ *= static_cast<std::size_t>(info.shape[d]);
    return {};
  }

  // The functions below are valid after resolve() has succeeded.

  // The index of the field in the schema.
  std::uint32_t index() const noexcept { return index_; }
  // Where the field begins in a frame's data. A multiple of 64.
  std::size_t offset_bytes() const noexcept { return offset_bytes_; }
  // The number of components of an agent.
  std::size_t columns() const noexcept { return columns_; }
  // The number of agents in a frame that holds `count`; of a field that is not per agent, its slowest dimension.
  std::size_t rows(std::uint64_t count) const noexcept { return per_agent_ ? static_cast<std::size_t>(count) : rows_; }

 private:
  std::string name_;
  // The address of a schema can be used again by a later schema of the same stream, but not within one epoch.
  const wb_schema* schema_ = nullptr;
  std::uint32_t epoch_ = 0;
  std::uint32_t index_ = 0;
  std::size_t offset_bytes_ = 0, rows_ = 0, columns_ = 0;
  bool per_agent_ = false;
};

namespace detail {

// The numbers of a resolved field in the data of a frame with `count` agents.
template <class Element, class T>
Array<Element> array_in(const void* data, const Field<T>& field, std::uint64_t count) {
  auto* bytes = static_cast<const unsigned char*>(data) + field.offset_bytes();
  auto* first = reinterpret_cast<const T*>(bytes);  // aligned: offsets are multiples of 64
  return {const_cast<Element*>(first), field.rows(count), field.columns()};
}

// A parameter's value as a double, whatever its type is.
inline double to_double(const wb_value& value) noexcept {
  return value.type == WB_VALUE_F64 ? value.as.f64 : static_cast<double>(value.as.i64);
}

// A C++ number as a value of the C interface, of the value type that belongs to T.
template <class T>
wb_value to_value(T number) noexcept {
  static_assert(std::is_arithmetic_v<T>, "a parameter is a floating-point number, an integer or a bool");
  wb_value value = {};
  if constexpr (std::is_same_v<T, bool>) {
    value.type = WB_VALUE_BOOL;
    value.as.i64 = number ? 1 : 0;
  } else if constexpr (std::is_integral_v<T>) {
    value.type = WB_VALUE_I64;
    value.as.i64 = static_cast<std::int64_t>(number);
  } else {
    value.type = WB_VALUE_F64;
    value.as.f64 = static_cast<double>(number);
  }
  return value;
}

// A value of the C interface as a C++ number.
template <class T>
T from_value(const wb_value& value) noexcept {
  if constexpr (std::is_same_v<T, bool>) return to_double(value) != 0;
  if (value.type == WB_VALUE_F64) return static_cast<T>(value.as.f64);
  return static_cast<T>(value.as.i64);
}

}  // namespace detail
}  // namespace wingbeat

#if __cplusplus >= 202002L
// A Span does not own its numbers, so that iterators may outlive the Span itself.
template <class T>
inline constexpr bool std::ranges::enable_borrowed_range<wingbeat::Span<T>> = true;
#endif
