// A way for a frame to get from one process to another. The bench compares Wingbeat's with a bare floor: the same bytes touched
// in the same order, the clock read as often, and nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace wingbeat::cli::bench {

enum class Wait { kSpin, kSleep };

// What a measured frame is.
struct Shape {
  std::uint64_t floats = 0;  // of payload; a multiple of 16
  Wait wait = Wait::kSpin;
  bool whole = false;  // clock from before the first byte is written to after the last is summed; else the signal alone
};

struct Seen {
  std::uint64_t publish_ns = 0;  // when the writer was about to commit the frame
  std::uint64_t seen_ns = 0;     // when the reader had what it wanted of it
  float sum = 0;
};

// Made before the fork, used on one side by the writing process, on the other by the reading one. Each function throws
// std::runtime_error when it cannot go on.
class Lane {
 public:
  virtual ~Lane() = default;
  virtual void open_writer() = 0;
  virtual void open_reader() = 0;
  virtual void close() = 0;

  // Publishes one frame. Returns the time before its first byte was written (Shape::whole), else 0.
  virtual std::uint64_t write() = 0;

  // Waits for the next frame and sums its payload (Shape::whole) or looks at its first float.
  virtual Seen read() = 0;
};

std::unique_ptr<Lane> make_floor(const Shape& shape);
std::unique_ptr<Lane> make_wingbeat(const Shape& shape, const std::string& stream);

// What both lanes do with a payload; not inlined, so that both run the very same code.
void fill(float* payload, std::uint64_t floats, float value);
float sum_of(const float* payload, std::uint64_t floats);

inline constexpr std::uint32_t kSlots = 4;  // both lanes cycle through as many
inline constexpr std::uint64_t kWaitLimitNs = 10'000'000'000;

}  // namespace wingbeat::cli::bench
