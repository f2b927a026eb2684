// Stand-in for libs/openFrameworks/graphics/ofPolyline.h, held against openframeworks d4c7ec1010 (0.11 to 0.12).
#pragma once

#include <cstddef>
#include <vector>

#include "ofVectorMath.h"
#include "stage.hpp"

template <class T>
class ofPolyline_ {
 public:
  ofPolyline_() = default;
  ofPolyline_(const std::vector<T>& vertices) : points_(vertices) {}
  void addVertex(const T& point) { points_.push_back(point); }
  void addVertex(float x, float y, float z = 0) { points_.push_back(T(x, y, z)); }
  std::vector<T>& getVertices() { return points_; }
  const std::vector<T>& getVertices() const { return points_; }
  std::size_t size() const { return points_.size(); }
  void setClosed(bool closed) { closed_ = closed; }
  bool isClosed() const { return closed_; }
  void draw() const {
    stand_in::stage().drawn.lines.push_back({{points_.begin(), points_.end()}, stand_in::stage().colour});
  }

 private:
  std::vector<T> points_;
  bool closed_ = false;
};
using ofPolyline = ofPolyline_<ofDefaultVertexType>;
