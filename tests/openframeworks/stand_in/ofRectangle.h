// Stand-in for libs/openFrameworks/types/ofRectangle.h, held against openframeworks 0aa84238fc (after 0.12) and 222cf35634: x and y are
// references into the position.
#pragma once

#include <glm/vec3.hpp>

class ofRectangle {
 public:
  ofRectangle() : ofRectangle(0, 0, 0, 0) {}
  ofRectangle(float px, float py, float w, float h)
      : position(px, py, 0), x(position.x), y(position.y), width(w), height(h) {}
  ofRectangle(const ofRectangle& rect) : ofRectangle(rect.x, rect.y, rect.width, rect.height) {}
  virtual ~ofRectangle() = default;
  ofRectangle& operator=(const ofRectangle& rect) {
    position = rect.position;
    width = rect.width, height = rect.height;
    return *this;
  }

  glm::vec3 position;
  float &x, &y;
  float width, height;
};
