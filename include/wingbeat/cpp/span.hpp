// Views of the numbers in a frame: Span<T>, all numbers in a row, and Array<T>, the same by entity and component.
//
// Neither owns what it shows: both are valid as long as the frame they were taken from is held.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#if __cplusplus >= 202002L
#include <ranges>
#endif

#include "wingbeat/cpp/result.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat {

// Contiguous numbers. Becomes a std::span by itself where there is one (C++20).
template <class T>
class Span {
 public:
  using element_type = T;
  using value_type = std::remove_cv_t<T>;
  using iterator = T*;

  constexpr Span() = default;
  constexpr Span(T* data, std::size_t size) noexcept : data_(data), size_(size) {}
  // A Span of const numbers from one of mutable ones.
  template <class U, class = std::enable_if_t<std::is_same_v<const U, T>>>
  constexpr Span(const Span<U>& other) noexcept : data_(other.data()), size_(other.size()) {}  // NOLINT

  constexpr T* data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr T* begin() const noexcept { return data_; }
  constexpr T* end() const noexcept { return data_ + size_; }
  constexpr T& operator[](std::size_t i) const noexcept { return data_[i]; }  // not checked

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

// The (N, k) view of a field: N entities (agents) with k numbers each. array(i, c) is component c of entity i.
// For a field of more than two dimensions N is its slowest one and k the product of the others.
template <class T>
class Array {
 public:
  constexpr Array() = default;
  constexpr Array(T* data, std::size_t rows, std::size_t columns) noexcept
      : data_(data), rows_(rows), columns_(columns) {}

  constexpr std::size_t rows() const noexcept { return rows_; }        // N
  constexpr std::size_t columns() const noexcept { return columns_; }  // k
  constexpr T* data() const noexcept { return data_; }
  constexpr T& operator()(std::size_t row, std::size_t column) const noexcept {  // not checked
    return data_[row * columns_ + column];
  }
  constexpr Span<T> operator[](std::size_t row) const noexcept {
    return {data_ + row * columns_, columns_};
  }  // not checked
  constexpr Span<T> flat() const noexcept { return {data_, rows_ * columns_}; }

 private:
  T* data_ = nullptr;
  std::size_t rows_ = 0, columns_ = 0;
};

namespace detail {

// The wb_type of a C++ number, 0 for what a frame cannot hold.
template <class T>
constexpr int type_of() {
  if (std::is_same_v<T, float>) return WB_F32;
  if (std::is_same_v<T, double>) return WB_F64;
  if (!std::is_integral_v<T> || std::is_same_v<T, bool>) return 0;
  constexpr int log2 = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
  return (std::is_signed_v<T> ? WB_I8 : WB_U8) + log2;
}

// Says at compile time what a bad element type should have been.
template <class T>
constexpr int checked_type_of() {
  static_assert(type_of<std::remove_cv_t<T>>() != 0,
                "a field's element type is float, double or an integer of 8 to 64 bits (not bool)");
  return type_of<std::remove_cv_t<T>>();
}

}  // namespace detail
}  // namespace wingbeat

#if __cplusplus >= 202002L
template <class T>
inline constexpr bool std::ranges::enable_borrowed_range<wingbeat::Span<T>> = true;
#endif
