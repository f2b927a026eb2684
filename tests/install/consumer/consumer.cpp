// Publishes one frame and reads it back, using only the installed files of Wingbeat, in C++17.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <numeric>
#include <wingbeat/wingbeat.hpp>

int main() {
  wingbeat::StreamSpec spec("installed_cpp", 4);
  spec.per_agent<float>("position", 3, "x y z", "m");
  auto writer = wingbeat::Writer::create(spec).value();
  auto reader = wingbeat::Reader::open("installed_cpp").value();

  auto slot = writer.begin();
  auto written = slot.span<float>("position");
  std::iota(written.begin(), written.end(), 1.0f);
  slot.publish(7, 0.5);

  auto frame = reader.wait(std::chrono::seconds(5));
  if (!frame) return std::fprintf(stderr, "no frame came\n"), 1;
  auto read = frame.span<float>("position");
  const bool good = frame.seq() == 1 && frame.step() == 7 && read.size() == 12 &&
                    std::accumulate(read.begin(), read.end(), 0.0f) == 78.0f;
  if (!good) std::fprintf(stderr, "the frame read is not the one published\n");
  return good ? 0 : 1;
}
