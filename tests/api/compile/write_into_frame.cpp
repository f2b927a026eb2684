// A reader's frame is read-only.
#include <wingbeat/wingbeat.hpp>

float change(const wingbeat::Frame& frame) {
  const auto position = frame.span<float>("position");
#ifdef MISTAKE
  position[0] = 1.0f;
#endif
  return position[0];
}
