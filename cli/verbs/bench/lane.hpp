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
  // When the writer was about to commit the frame; with Shape::whole: about to write its first byte.
  std::uint64_t from_ns = 0;
  // When the reader had seen the frame; with Shape::whole: had summed it.
  std::uint64_t seen_ns = 0;
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

  // Publishes one frame.
  virtual void write() = 0;

  // Waits for the next frame and checks its payload.
  virtual Seen read() = 0;
};

// With Shape::whole, the time before the first byte was written travels in the stamp that each frame begins with.
inline void set_start(void* frame, std::uint64_t start_ns) {
  static_cast<wingbeat::bench::Stamp*>(frame)->start_ns = start_ns;
}
inline std::uint64_t start_of(const void* frame) { return static_cast<const wingbeat::bench::Stamp*>(frame)->start_ns; }

std::unique_ptr<Lane> make_floor(const Shape& shape);
std::unique_ptr<Lane> make_wingbeat(const Shape& shape, const std::string& stream);

inline constexpr std::uint32_t kSlots = 4;  // of both lanes
inline constexpr std::uint64_t kWaitLimitNs = 10'000'000'000;

}  // namespace wingbeat::cli::bench
