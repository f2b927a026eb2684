#pragma once

#include <cstddef>
#include <deque>

#include "ofMain.h"

// The last numbers of a series, drawn as a line that fills its area from the least of them to the greatest.
class Sparkline {
 public:
  static constexpr std::size_t kLength = 120;

  // NaN and infinity (of a network that has diverged, for example) are left out.
  void add(float value);
  void draw(const ofRectangle& area) const;

  const std::deque<float>& values() const { return values_; }

 private:
  std::deque<float> values_;
};
