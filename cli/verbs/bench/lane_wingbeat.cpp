// Wingbeat as a lane, through wingbeat.h as its users see it.
#include <stdexcept>

#include "lane.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::cli::bench {
namespace {

void need(int code) {
  if (code != WB_OK) throw std::runtime_error(wb_error_message());
}

class WingbeatLane final : public Lane {
 public:
  WingbeatLane(const Shape& shape, std::string stream) : shape_(shape), stream_(std::move(stream)) {}

  void open_writer() override {
    wb_spec* spec = nullptr;
    need(wb_spec_create(stream_.c_str(), shape_.bytes / 32, &spec));
    int code = wb_spec_add_per_agent(spec, "payload", WB_F32, 8, nullptr, nullptr);
    if (code == WB_OK) code = wb_spec_set_option(spec, WB_OPTION_LEASE_BUDGET, 1);
    if (code == WB_OK) code = wb_spec_set_option(spec, WB_OPTION_HISTORY, 0);
    if (code == WB_OK) code = wb_writer_create(spec, &writer_);
    wb_spec_destroy(spec);
    need(code);
  }

  void open_reader() override {
    wb_reader_options options{};
    options.struct_size = sizeof options;
    options.mode = WB_EVERY;
    options.leases = 1;
    options.spin_ns = shape_.wait == Wait::kSpin ? -1 : 1;
    options.label = "bench";
    need(wb_reader_open(stream_.c_str(), &options, &reader_));
    need(wb_reader_attach(reader_, static_cast<std::int64_t>(kWaitLimitNs)));
  }

  void close() override {
    wb_reader_close(reader_);
    wb_writer_close(writer_);
    reader_ = nullptr;
    writer_ = nullptr;
  }

  void write() override {
    const std::uint64_t start_ns = shape_.whole ? wb_now_ns() : 0;
    wb_slot slot;
    need(wb_writer_begin(writer_, &slot));
    if (shape_.whole) set_start(slot.data, start_ns);
    wingbeat::bench::fill(static_cast<std::byte*>(slot.data), shape_.bytes, slot.seq);
    need(wb_writer_publish(writer_, slot.seq, static_cast<double>(slot.seq)));
  }

  Seen read() override {
    wb_frame frame;
    need(wb_reader_wait(reader_, static_cast<std::int64_t>(kWaitLimitNs), &frame));
    Seen seen{frame.publish_time_ns, shape_.whole ? 0 : wb_now_ns(), false};
    seen.is_whole = wingbeat::bench::sums_up(static_cast<const std::byte*>(frame.data), shape_.bytes, frame.seq);
    if (shape_.whole) {
      seen.seen_ns = wb_now_ns();
      seen.from_ns = start_of(frame.data);
    }
    wb_frame_release(&frame);
    return seen;
  }

 private:
  Shape shape_;
  std::string stream_;
  wb_writer* writer_ = nullptr;
  wb_reader* reader_ = nullptr;
};

}  // namespace

std::unique_ptr<Lane> make_wingbeat(const Shape& shape, const std::string& stream) {
  return std::make_unique<WingbeatLane>(shape, stream);
}

}  // namespace wingbeat::cli::bench
