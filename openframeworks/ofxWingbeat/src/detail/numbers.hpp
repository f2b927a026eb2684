// The C++ types that consist of numbers a field can hold, and rows of such numbers in memory.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "wingbeat/wingbeat.hpp"

namespace ofxWingbeat::detail {

// Numbers<T>::known tells whether a T consists of `count` consecutive numbers of the wb_type `type` and nothing else.
// Other types have specialisations: see of_numbers.hpp.
template <class T, class = void>
struct Numbers {
  static constexpr bool known = false;
};

// Base of the specialisations.
template <class T, class Number, std::size_t Count>
struct NumbersOf {
  static_assert(sizeof(T) == Count * sizeof(Number), "the type has members or padding beside its numbers");
  static constexpr bool known = true;
  static constexpr int type = wingbeat::detail::type_of<Number>();
  static constexpr std::size_t count = Count;
  static constexpr const char* labels = "";
};

template <class T>
struct Numbers<T, std::enable_if_t<wingbeat::detail::type_of<T>() != 0>> : NumbersOf<T, T, 1> {};

template <class T, std::size_t N>
struct Numbers<std::array<T, N>, std::enable_if_t<(N > 0) && wingbeat::detail::type_of<T>() != 0>>
    : NumbersOf<std::array<T, N>, T, N> {};

// Rows of numbers in the app's memory: `count` of them, whose first bytes are stride_bytes apart.
struct Rows {
  const void* first = nullptr;
  std::size_t stride_bytes = 0;
  std::size_t count = 0;
};

template <class T>
Rows rows_of(const std::vector<T>& values) {
  return {values.data(), sizeof(T), values.size()};
}

}  // namespace ofxWingbeat::detail
