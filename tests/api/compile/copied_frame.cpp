// A frame is held once: it is moved, not copied.
#include <utility>
#include <wingbeat/wingbeat.hpp>

wingbeat::Frame keep(wingbeat::Frame& frame) {
#ifdef MISTAKE
  return frame;
#else
  return std::move(frame);
#endif
}
