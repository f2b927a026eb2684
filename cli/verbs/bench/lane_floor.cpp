// The floor as a lane, in memory that both processes inherit.
#include <sys/mman.h>

#include <cstring>
#include <stdexcept>

#include "lane.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::cli::bench {
namespace {

using wingbeat::bench::fill;
using wingbeat::bench::FloorRing;
using wingbeat::bench::sums_up;

class FloorLane final : public Lane {
 public:
  explicit FloorLane(const Shape& shape) : shape_(shape), bytes_(FloorRing::memory_bytes(shape.bytes, kSlots)) {
    void* memory = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("not enough memory for the floor");
    std::memset(memory, 0, bytes_);
    memory_ = static_cast<std::byte*>(memory);
  }
  ~FloorLane() override { ::munmap(memory_, bytes_); }
  void open_writer() override {}
  void open_reader() override {}
  void close() override {}

  // Writes the same words of the header as Wingbeat.
  void write() override {
    const FloorRing ring(memory_, shape_.bytes, kSlots);
    const std::uint64_t seq = ++seq_;
    FloorRing::Header& header = ring.header(seq);
    const std::uint64_t start_ns = shape_.whole ? wb_now_ns() : 0;
    header.begin_time_ns = wb_now_ns();
    if (shape_.whole) set_start(ring.payload(seq), start_ns);
    fill(ring.payload(seq), shape_.bytes, seq);
    header.step = seq;
    header.sim_time = static_cast<double>(seq);
    header.count = shape_.bytes;
    header.publish_time_ns = wb_now_ns();
    ring.commit(seq, shape_.wait);
  }

  Seen read() override {
    const FloorRing ring(memory_, shape_.bytes, kSlots);
    const std::uint64_t seq = ++seq_;
    while (ring.committed(seq) != seq) {
      if (shape_.wait == Wait::kSleep) ring.sleep(seq, kWaitLimitNs);
    }
    Seen seen{ring.header(seq).publish_time_ns, shape_.whole ? 0 : wb_now_ns(), false};
    seen.is_whole = sums_up(ring.payload(seq), shape_.bytes, seq);
    if (shape_.whole) {
      seen.seen_ns = wb_now_ns();
      seen.from_ns = start_of(ring.payload(seq));
    }
    return seen;
  }

 private:
  Shape shape_;
  std::uint64_t bytes_;
  std::byte* memory_ = nullptr;
  std::uint64_t seq_ = 0;
};

}  // namespace

std::unique_ptr<Lane> make_floor(const Shape& shape) { return std::make_unique<FloorLane>(shape); }

}  // namespace wingbeat::cli::bench
