// The types of openFrameworks and glm that consist of numbers.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "numbers.hpp"
#include "ofMain.h"

namespace ofxWingbeat::detail {

template <class T, class Number, std::size_t Count>
struct Coordinates : NumbersOf<T, Number, Count> {
  static_assert(Count >= 2 && Count <= 4);
  static constexpr const char* labels = Count == 2 ? "x y" : Count == 3 ? "x y z" : "x y z w";
};

template <glm::length_t L, class T, glm::qualifier Q>
struct Numbers<glm::vec<L, T, Q>, std::enable_if_t<(L > 1) && wingbeat::detail::type_of<T>() != 0>>
    : Coordinates<glm::vec<L, T, Q>, T, static_cast<std::size_t>(L)> {};
template <class T, glm::qualifier Q>
struct Numbers<glm::qua<T, Q>> : NumbersOf<glm::qua<T, Q>, T, 4> {
#if defined(GLM_FORCE_QUAT_DATA_WXYZ)
  static constexpr const char* labels = "w x y z";
#else
  static constexpr const char* labels = "x y z w";
#endif
};
// ofVec2f, ofVec3f and ofVec4f, recognised by their members, since not every openFrameworks has these types.
template <class T>
struct Numbers<T, std::enable_if_t<(T::DIM >= 2) && std::is_same_v<decltype(std::declval<T&>().getPtr()), float*>>>
    : Coordinates<T, float, static_cast<std::size_t>(T::DIM)> {};

// ofColor: unsigned char, ofFloatColor: float.
template <class T>
struct Numbers<ofColor_<T>, std::enable_if_t<wingbeat::detail::type_of<T>() != 0>> : NumbersOf<ofColor_<T>, T, 4> {
  static constexpr const char* labels = "r g b a";
};

}  // namespace ofxWingbeat::detail
