// The types of openFrameworks and glm that are made of numbers.
#pragma once

#include <cstddef>
#include <type_traits>

#include "detail/numbers.hpp"
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
template <>
struct Numbers<ofVec2f> : Coordinates<ofVec2f, float, 2> {};
template <>
struct Numbers<ofVec3f> : Coordinates<ofVec3f, float, 3> {};
template <>
struct Numbers<ofVec4f> : Coordinates<ofVec4f, float, 4> {};

// ofColor: unsigned char, ofFloatColor: float.
template <class T>
struct Numbers<ofColor_<T>, std::enable_if_t<wingbeat::detail::type_of<T>() != 0>> : NumbersOf<ofColor_<T>, T, 4> {
  static constexpr const char* labels = "r g b a";
};

}  // namespace ofxWingbeat::detail
