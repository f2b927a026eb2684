// Request: what an attached process asks of the writer, as the writer's program sees it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "wingbeat/cpp/result.hpp"
#include "wingbeat/cpp/span.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat {

namespace detail {

inline double to_double(const wb_value& value) noexcept {
  return value.type == WB_VALUE_F64 ? value.as.f64 : static_cast<double>(value.as.i64);
}

// A value as the C interface has it, of the kind of its C++ type.
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

template <class T>
T from_value(const wb_value& value) noexcept {
  if constexpr (std::is_same_v<T, bool>) return to_double(value) != 0;
  if (value.type == WB_VALUE_F64) return static_cast<T>(value.as.f64);
  return static_cast<T>(value.as.i64);
}

}  // namespace detail

// Given to the callback of Writer::requests, and valid during that call. Unless it is refused, it counts as applied
// afterwards.
//
//     swarm.requests([&](auto& r) {
//       if (r.is("alignment")) flock.alignment = r.value();
//       else if (r.is("place") && r.argument(0) >= n) r.refuse("there is no such agent");
//     });
class Request {
 public:
  Request(wb_writer* writer, const wb_request& request, std::string_view name)
      : writer_(writer), request_(request), name_(name) {}
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  std::string_view name() const noexcept { return name_; }
  bool is(std::string_view name) const noexcept { return name_ == name; }
  wb_control_kind kind() const noexcept { return static_cast<wb_control_kind>(request_.kind); }
  bool is_parameter() const noexcept { return request_.kind == WB_PARAMETER; }
  bool is_trigger() const noexcept { return request_.kind == WB_TRIGGER; }
  bool is_command() const noexcept { return request_.kind == WB_COMMAND; }

  // A parameter's new value, checked against its type and range already. A choice is the index of its alternative.
  double value() const noexcept { return detail::to_double(request_.value); }
  template <class T>
  T value() const noexcept {
    return detail::from_value<T>(request_.value);
  }

  // A command's numbers.
  Span<const double> arguments() const noexcept { return {request_.arguments, request_.argument_count}; }
  double argument(std::size_t index) const {
    if (index >= request_.argument_count)
      detail::raise(Error(WB_ERR_ARGUMENT, "the command has no argument of that index"));
    return request_.arguments[index];
  }

  // Says no; the sender reads the reason. A refused parameter keeps its value.
  void refuse(const std::string& reason) {
    detail::require(wb_writer_refuse(writer_, reason.c_str()));
    refused_ = true;
  }
  bool refused() const noexcept { return refused_; }

  const wb_request& raw() const noexcept { return request_; }

 private:
  wb_writer* writer_;
  const wb_request& request_;
  std::string_view name_;
  bool refused_ = false;
};

}  // namespace wingbeat
