#include "Sparkline.h"

#include <algorithm>
#include <cmath>

void Sparkline::add(float value) {
  if (!std::isfinite(value)) return;
  values_.push_back(value);
  if (values_.size() > kLength) values_.pop_front();
}

void Sparkline::draw(const ofRectangle& area) const {
  if (values_.empty()) return;
  const auto range = std::minmax_element(values_.begin(), values_.end());
  const float least = *range.first, height = *range.second - least;
  const float right = area.x + area.width, between = area.width / (kLength - 1);
  ofPolyline line;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const float share = height > 0 ? (values_[i] - least) / height : 0.5f;
    // The newest value is at the right; older ones move to the left.
    line.addVertex(right - between * static_cast<float>(values_.size() - 1 - i), area.y + area.height * (1 - share));
  }
  line.draw();
  ofDrawBitmapString(ofToString(values_.back(), 3), area.x, area.y + area.height / 2);
}
