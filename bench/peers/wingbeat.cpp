// Wingbeat by its public interface, wingbeat.h.
#include "wingbeat/wingbeat.h"

#include <cstdlib>

#include "peer.hpp"

namespace wingbeat::bench {
namespace {

void need(int code) {
  if (code != WB_OK) throw std::runtime_error(wb_error_message());
}

wb_writer* make_writer(const Setup& setup) {
  wb_spec* spec = nullptr;
  wb_writer* writer = nullptr;
  const std::uint64_t shape[] = {setup.bytes / 8};
  need(wb_spec_create("frames", 1, &spec));
  int code = wb_spec_add_field(spec, "payload", WB_U64, 1, shape, nullptr, nullptr);
  if (code == WB_OK) code = wb_spec_set_option(spec, WB_OPTION_LEASE_BUDGET, setup.readers);
  if (code == WB_OK) code = wb_spec_set_option(spec, WB_OPTION_HISTORY, 0);
  if (code == WB_OK) code = wb_spec_set_option(spec, WB_OPTION_HUGE_PAGES, PEER_HUGE);
  if (code == WB_OK) code = wb_writer_create(spec, &writer);
  wb_spec_destroy(spec);
  need(code);
  return writer;
}

class WingbeatSender final : public Sender {
 public:
  explicit WingbeatSender(const Setup& setup) {
    ::setenv("WINGBEAT_DIR", setup.directory.c_str(), 1);
    writer_ = make_writer(setup);
  }
  ~WingbeatSender() override { wb_writer_close(writer_); }
  std::byte* begin() override {
    wb_slot slot;
    need(wb_writer_begin(writer_, &slot));
    return static_cast<std::byte*>(slot.data);
  }
  void send() override { need(wb_writer_publish(writer_, 0, 0)); }

 private:
  wb_writer* writer_ = nullptr;
};

class WingbeatReceiver final : public Receiver {
 public:
  explicit WingbeatReceiver(const Setup& setup) {
    ::setenv("WINGBEAT_DIR", setup.directory.c_str(), 1);
    wb_reader_options options{};
    options.struct_size = sizeof options;
    options.mode = WB_EVERY;
    options.leases = 1;
    options.spin_ns = setup.wait == Wait::kSpin ? -1 : 1;
    need(wb_reader_open("frames", &options, &reader_));
    need(wb_reader_attach(reader_, std::chrono::nanoseconds(kConnectLimit).count()));
  }
  ~WingbeatReceiver() override { wb_reader_close(reader_); }
  const std::byte* receive(std::chrono::nanoseconds limit) override {
    const int code = wb_reader_wait(reader_, limit.count(), &frame_);
    if (code < 0) throw std::runtime_error(wb_error_message());
    return code == WB_OK ? static_cast<const std::byte*>(frame_.data) : nullptr;
  }
  void release() override { wb_frame_release(&frame_); }

 private:
  wb_reader* reader_ = nullptr;
  wb_frame frame_{};
};

}  // namespace

Peer peer() {
  return {
      PEER_HUGE ? "wingbeat-huge" : "wingbeat",
      wb_version(),
      std::string("filled in place; every frame in order; one lease per reader, readers + 3 slots; spin: spin_ns -1, "
                  "sleep: spin_ns 1") +
          (PEER_HUGE ? "; huge pages" : ""),
      false,
      1ull << 40,
      [](const Setup& setup) -> std::unique_ptr<Sender> { return std::make_unique<WingbeatSender>(setup); },
      [](const Setup& setup) -> std::unique_ptr<Receiver> { return std::make_unique<WingbeatReceiver>(setup); }};
}

}  // namespace wingbeat::bench
