// How the C++ interface says that something went wrong: Error, and Result<T> that holds a T or an Error.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "wingbeat/wingbeat.h"

namespace wingbeat {

// A code (WB_ERR_..., or a state such as WB_NOT_READY) and a text that says what happened and what to do next. what()
// is that text.
class Error : public std::runtime_error {
 public:
  Error(int code, const std::string& message) : std::runtime_error(message), code_(code) {}

  // The error of the C call that just failed on this thread.
  static Error last(int code) { return Error(code, wb_error_message()); }

  int code() const noexcept { return code_; }
  std::string message() const { return what(); }

 private:
  int code_;
};

namespace detail {

// Mistakes of the calling program end here.
[[noreturn]] inline void raise(const Error& error) {
#if defined(__cpp_exceptions)
  throw error;
#else
  std::fprintf(stderr, "wingbeat: %s\n", error.what());
  std::abort();
#endif
}

inline void require(int code) {
  if (code != WB_OK) raise(Error::last(code));
}

}  // namespace detail

// A T, or the Error that tells why there is none.
//
//     auto writer = wingbeat::Writer::create(spec);
//     if (!writer) return complain(writer.error().what());
//     writer->begin();
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: `return value;` is the point
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool has_value() const noexcept { return content_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  // The value. Throws the error if there is none.
  T& value() & { return checked(*this); }
  const T& value() const& { return checked(*this); }
  T value() && { return std::move(checked(*this)); }
  T& operator*() & { return value(); }
  T* operator->() { return &checked(*this); }

  // The error. Throws std::bad_variant_access if there is a value instead.
  const Error& error() const { return std::get<1>(content_); }

 private:
  template <class Self>
  static auto& checked(Self& self) {
    if (!self.has_value()) detail::raise(self.error());
    return *std::get_if<0>(&self.content_);
  }

  std::variant<T, Error> content_;
};

// Done, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : content_(std::move(error)) {}  // NOLINT

  // From the return value of a C function.
  static Result from(int code) { return code == WB_OK ? Result() : Result(Error::last(code)); }

  bool has_value() const noexcept { return content_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }
  void value() const {
    if (!has_value()) detail::raise(error());
  }
  const Error& error() const { return std::get<1>(content_); }

 private:
  std::variant<std::monostate, Error> content_;
};

}  // namespace wingbeat
