// The floor: shared memory, one commit word per slot, no checks, no leases, one reader that is known to be there.
#include <sys/mman.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#endif

#include <atomic>
#include <climits>
#include <cstring>
#include <stdexcept>

#include "lane.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::cli::bench {
namespace {

struct Header {
  std::atomic<std::uint64_t> commit;
  std::uint64_t step;
  double sim_time;
  std::uint64_t publish_time_ns;
  std::uint64_t begin_time_ns;
  std::uint64_t count;
  std::uint64_t reserved[2];
};
static_assert(sizeof(Header) == 64);

struct alignas(128) Line {
  std::atomic<std::uint64_t> word;
};

struct Hot {
  Line head;
  Line wake;
};

#if defined(__linux__)
void sleep_on(std::atomic<std::uint64_t>& word, std::uint32_t expected) {
  ::syscall(SYS_futex, &word, FUTEX_WAIT, expected, nullptr, nullptr, 0);
}
void wake(std::atomic<std::uint64_t>& word) { ::syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0); }
#else
void sleep_on(std::atomic<std::uint64_t>&, std::uint32_t) { ::usleep(20); }
void wake(std::atomic<std::uint64_t>&) {}
#endif

class FloorLane final : public Lane {
 public:
  explicit FloorLane(const Shape& shape)
      : shape_(shape), stride_((sizeof(Header) + shape.floats * 4 + 127) / 128 * 128) {
    bytes_ = sizeof(Hot) + 4096 + kSlots * stride_;
    void* memory = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("not enough memory for the floor");
    std::memset(memory, 0, bytes_);
    hot_ = static_cast<Hot*>(memory);
    slots_ = static_cast<std::uint8_t*>(memory) + 4096;
  }
  ~FloorLane() override { ::munmap(hot_, bytes_); }
  void open_writer() override {}
  void open_reader() override {}
  void close() override {}

  std::uint64_t write() override {
    const std::uint64_t seq = ++seq_;
    Header& header = slot(seq);
    const std::uint64_t start_ns = shape_.whole ? wb_now_ns() : 0;
    header.begin_time_ns = wb_now_ns();
    fill(payload(header), shape_.floats, static_cast<float>(seq % 64));
    header.step = seq;
    header.sim_time = static_cast<double>(seq);
    header.count = shape_.floats;
    header.publish_time_ns = wb_now_ns();
    header.commit.store(seq << 2 | 3, std::memory_order_release);
    hot_->head.word.store(seq, std::memory_order_release);
    if (shape_.wait == Wait::kSleep) {
      hot_->wake.word.store(seq, std::memory_order_release);
      wake(hot_->wake.word);
    }
    return start_ns;
  }

  Seen read() override {
    const std::uint64_t seq = ++seq_;
    Header& header = slot(seq);
    while (header.commit.load(std::memory_order_acquire) != (seq << 2 | 3)) {
      if (shape_.wait == Wait::kSleep) sleep_on(hot_->wake.word, static_cast<std::uint32_t>(seq - 1));
    }
    const float sum = shape_.whole ? sum_of(payload(header), shape_.floats) : payload(header)[0];
    return {header.publish_time_ns, wb_now_ns(), sum};
  }

 private:
  Header& slot(std::uint64_t seq) { return *reinterpret_cast<Header*>(slots_ + seq % kSlots * stride_); }
  static float* payload(Header& header) { return reinterpret_cast<float*>(&header + 1); }

  Shape shape_;
  std::uint64_t stride_;
  std::uint64_t bytes_ = 0;
  Hot* hot_ = nullptr;
  std::uint8_t* slots_ = nullptr;
  std::uint64_t seq_ = 0;
};

}  // namespace

std::unique_ptr<Lane> make_floor(const Shape& shape) { return std::make_unique<FloorLane>(shape); }

}  // namespace wingbeat::cli::bench
