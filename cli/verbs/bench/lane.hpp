// A way for a frame to get from one process to another. The bench compares Wingbeat's way with the floor, which touches
// the same bytes in the same order, reads the clock as often, and does nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "parts.hpp"

namespace wingbeat::cli::bench {

using wingbeat::bench::Wait;

// How frames are measured.
struct Shape {
  std::uint64_t bytes = 64;  // of payload; a multiple of 64
  Wait wait = Wait::kSpin;
  bool whole =
      false;  // the time from before the first byte is written until the last is summed; otherwise the signal alone
};

struct Seen {
  std::uint64_t publish_ns = 0;  // when the writer was about to commit the frame
  std::uint64_t seen_ns = 0;     // when the reader had seen the frame, or summed it (Shape::whole)
  bool is_whole = false;
};

// Made before the fork; the writing process uses one side, the reading process the other. Each function throws
// std::runtime_error if it cannot go on.
class Lane {
 public:
  virtual ~Lane() = default;
  virtual void open_writer() = 0;
  virtual void open_reader() = 0;
  virtual void close() = 0;

  // Publishes one frame. Returns the time before its first byte was written if Shape::whole is set, otherwise 0.
  virtual std::uint64_t write() = 0;

  // Waits for the next frame and checks its payload.
  virtual Seen read() = 0;
};

std::unique_ptr<Lane> make_floor(const Shape& shape);
std::unique_ptr<Lane> make_wingbeat(const Shape& shape, const std::string& stream);

inline constexpr std::uint32_t kSlots = 4;  // of both lanes
inline constexpr std::uint64_t kWaitLimitNs = 10'000'000'000;

}  // namespace wingbeat::cli::bench
