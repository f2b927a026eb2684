// Prints the centre of the agents of a stream, frame by frame.
#include <cstdio>
#include <cstdlib>
#include <cstring>
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

// One line that says what the program waits for.
void print_waiting(const char* stream, int status) {
  if (status == WB_NOT_READY) {
    wb_name names[32];
    std::size_t count = 0;
    wb_list(names, 32, &count);
    std::fprintf(stderr, "waiting for stream '%s'; %s", stream,
                 count ? "there are: " : "there are no streams on this machine");
    for (std::size_t i = 0; i < count && i < 32; ++i) std::fprintf(stderr, "%s%s", i ? ", " : "", names[i].text);
    std::fprintf(stderr, "\n");
  } else {
    std::fprintf(stderr, "waiting for %s of stream '%s'\n", status == WB_WRITER_GONE ? "a new writer" : "a frame",
                 stream);
  }
}

int main(int argc, char** argv) {
  const char* stream = argc > 1 ? argv[1] : "swarm";
  const int frames = argc > 2 ? std::atoi(argv[2]) : 100;
  const bool quiet = argc > 3 && std::strcmp(argv[3], "--quiet") == 0;
  auto reader = wingbeat::Reader::open(stream);
  if (!reader) return std::fprintf(stderr, "%s\n", reader.error().what()), 1;

  for (int seen = 0; seen < frames;) {
    auto frame = reader->wait(2s);
    if (!frame && frame.status() > 0 && frame.status() != WB_RESTARTED) {
      if (!quiet) print_waiting(stream, frame.status());
      frame = reader->wait(8s);
    }
    if (frame) {
      print_centroid(frame);
      ++seen;
    } else if (frame.status() != WB_RESTARTED) {
      return std::fprintf(stderr, "%s: %s\n", stream, frame.error().what()), 1;
    }
  }
}
