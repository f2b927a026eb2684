// A span must not outlive its frame: a frame that nobody holds gives none.
#include <wingbeat/wingbeat.hpp>

float first_number(wingbeat::Reader& reader) {
#ifdef MISTAKE
  return reader.wait().span<float>("position")[0];
#else
  const auto frame = reader.wait();
  return frame.span<float>("position")[0];
#endif
}
