// Stand-in for libs/openFrameworks/types/ofRectangle.h, held against openframeworks 222cf35634.
#pragma once

class ofRectangle {
 public:
  ofRectangle() = default;
  ofRectangle(float px, float py, float w, float h) : x(px), y(py), width(w), height(h) {}
  float x = 0, y = 0, width = 0, height = 0;
  float getWidth() const { return width; }
  float getHeight() const { return height; }
};
