// How the C++ interface reports failures: Error, and Result<T>, which holds a T or an Error.
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "wingbeat/wingbeat.h"

namespace wingbeat {

// The time limit of a wait that has none.
inline constexpr std::chrono::nanoseconds kForever{-1};

// A failure: a result code of the C interface (WB_ERR_..., or a state such as WB_NOT_READY) and a message that says
// what happened and what to do. what() and message() are that message.
class Error : public std::runtime_error {
 public:
  Error(int code, const std::string& message) : std::runtime_error(message), code_(code) {}

  // The error of the C function that has just returned `code` on this thread.
  static Error last(int code) { return Error(code, wb_error_message()); }

  // The result code: see wb_result.
  int code() const noexcept { return code_; }

  // What happened, with names and numbers, and what to do.
  std::string message() const { return what(); }

 private:
  int code_;
};

namespace detail {

// Throws the error. Without exceptions it prints the message to stderr and aborts. Used for mistakes of the calling
// program, which no program handles at run time.
[[noreturn]] inline void raise(const Error& error) {
#if defined(__cpp_exceptions)
  throw error;
#else
  std::fprintf(stderr, "wingbeat: %s\n", error.what());
  std::abort();
#endif
}

// Raises the error of a C function unless it returned WB_OK.
inline void require(int code) {
  if (code != WB_OK) raise(Error::last(code));
}

}  // namespace detail

// A T, or the Error that says why there is none. Results must not be ignored: the type is [[nodiscard]].
//
//     auto writer = wingbeat::Writer::create(spec);
//     if (!writer) return report(writer.error().what());
//     writer->begin();
template <class T>
class [[nodiscard]] Result {
 public:
  // Conversions from a T and from an Error, so that functions can return either.
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  // Whether there is a value.
  bool has_value() const noexcept { return content_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  // The value. Throws the Error if there is none. On a temporary Result, value() moves the value out.
  T& value() & { return checked(*this); }
  const T& value() const& { return checked(*this); }
  T value() && { return std::move(checked(*this)); }
  T& operator*() & { return value(); }
  T* operator->() { return &checked(*this); }

  // The error. Throws std::bad_variant_access if there is a value.
  const Error& error() const { return std::get<1>(content_); }

 private:
  template <class Self>
  static auto& checked(Self& self) {
    if (!self.has_value()) detail::raise(self.error());
    return *std::get_if<0>(&self.content_);
  }

  std::variant<T, Error> content_;
};

// Success, or the Error that says why not.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : content_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  // From the return value of a C function that was called on this thread.
  static Result from(int code) { return code == WB_OK ? Result() : Result(Error::last(code)); }

  // Whether the function succeeded.
  bool has_value() const noexcept { return content_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  // Throws the Error if the function failed.
  void value() const {
    if (!has_value()) detail::raise(error());
  }

  // The error. Throws std::bad_variant_access after success.
  const Error& error() const { return std::get<1>(content_); }

 private:
  std::variant<std::monostate, Error> content_;
};

}  // namespace wingbeat
