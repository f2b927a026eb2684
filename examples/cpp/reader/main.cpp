// Sees the frames of a stream and prints where the middle of its agents is.
#include <cstdio>
#include <cstdlib>
#include <wingbeat/wingbeat.hpp>

using namespace std::chrono_literals;

void print_centroid(const wingbeat::Frame& frame) {
  const auto position = frame.array<float>("position");  // (N, 3), in shared memory
  double middle[3] = {};
  for (std::size_t i = 0; i < position.rows(); ++i)
    for (std::size_t c = 0; c < 3; ++c) middle[c] += position(i, c) / static_cast<double>(position.rows());
  std::printf("frame %llu, step %llu: %zu agents around %.3f %.3f %.3f\n", static_cast<unsigned long long>(frame.seq()),
              static_cast<unsigned long long>(frame.step()), position.rows(), middle[0], middle[1], middle[2]);
}

int main(int argc, char** argv) {
  const char* stream = argc > 1 ? argv[1] : "swarm";
  const int frames = argc > 2 ? std::atoi(argv[2]) : 100;
  auto reader = wingbeat::Reader::open(stream);
  if (!reader) return std::fprintf(stderr, "%s\n", reader.error().what()), 1;

  for (int seen = 0; seen < frames;) {
    const auto frame = reader->wait(10s);
    if (frame) {
      print_centroid(frame);
      ++seen;
    } else if (frame.status() != WB_RESTARTED) {
      return std::fprintf(stderr, "%s: %s\n", stream, frame.error().what()), 1;
    }
  }
}
