// Stand-in for libs/openFrameworks/types/ofColor.h, held against openframeworks 01abb153c5 (after 0.12).
#pragma once

#include <cstddef>
#include <limits>
#include <type_traits>

template <class PixelType>
class ofColor_ {
 public:
  PixelType r, g, b, a;

  ofColor_() : ofColor_(limit(), limit(), limit(), limit()) {}
  ofColor_(float red, float green, float blue, float alpha = limit())
      : r(static_cast<PixelType>(red)),
        g(static_cast<PixelType>(green)),
        b(static_cast<PixelType>(blue)),
        a(static_cast<PixelType>(alpha)) {}
  ofColor_(float gray, float alpha = limit()) : ofColor_(gray, gray, gray, alpha) {}
  template <class SrcType>
  ofColor_(const ofColor_<SrcType>& color)
      : ofColor_(scaled(color.r, color.limit()), scaled(color.g, color.limit()), scaled(color.b, color.limit()),
                 scaled(color.a, color.limit())) {}

  static float limit() {
    return std::is_floating_point_v<PixelType> ? 1 : static_cast<float>(std::numeric_limits<PixelType>::max());
  }
  const PixelType& operator[](std::size_t n) const { return (&r)[n]; }
  PixelType& operator[](std::size_t n) { return (&r)[n]; }
  bool operator==(const ofColor_& other) const { return r == other.r && g == other.g && b == other.b && a == other.a; }

  static const ofColor_ white, lightGray, lightBlue, lightYellow, paleVioletRed, indianRed;

 private:
  template <class SrcType>
  static float scaled(SrcType value, float from) {
    return static_cast<float>(value) / from * limit();
  }
};

template <class T>
const ofColor_<T> ofColor_<T>::white(limit(), limit(), limit());
template <class T>
const ofColor_<T> ofColor_<T>::lightGray(0.827F * limit(), 0.827F * limit(), 0.827F * limit());
template <class T>
const ofColor_<T> ofColor_<T>::lightBlue(0.678F * limit(), 0.847F * limit(), 0.902F * limit());
template <class T>
const ofColor_<T> ofColor_<T>::lightYellow(limit(), limit(), 0.878F * limit());
template <class T>
const ofColor_<T> ofColor_<T>::paleVioletRed(0.859F * limit(), 0.439F * limit(), 0.576F * limit());
template <class T>
const ofColor_<T> ofColor_<T>::indianRed(0.804F * limit(), 0.361F * limit(), 0.361F * limit());

using ofColor = ofColor_<unsigned char>;
using ofFloatColor = ofColor_<float>;
using ofDefaultColorType = ofFloatColor;
