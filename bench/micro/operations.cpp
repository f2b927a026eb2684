#include "operations.hpp"

#include <array>
#include <utility>

#include "stream.hpp"

namespace wingbeat::bench {
namespace {

constexpr unsigned kBatch = 1024;
constexpr unsigned kMostReaders = 32;

class Nothing final : public Operation {
 public:
  void run() override {}
  unsigned batch() const override { return kBatch; }
};

// begin and publish with the given numbers of entries and attached readers; no reader sleeps.
class Publishing final : public Operation {
 public:
  Publishing(unsigned entries, unsigned readers) : writer_(make_writer({kMostReaders, 0, entries})) {
    for (unsigned i = 0; i < readers; ++i) readers_.push_back(make_reader(WB_LATEST));
  }
  void run() override { publish(writer_.get()); }
  unsigned batch() const override { return kBatch; }

 private:
  Writer writer_;
  std::vector<Reader> readers_;
};

// The same with every second slot held, so that each begin skips a slot.
class Hopping final : public Operation {
 public:
  Hopping() : writer_(make_writer({kHeld, 0})), reader_(make_reader(WB_LATEST, kHeld)) {
    for (wb_frame& frame : held_) {
      publish(writer_.get());
      need(wb_reader_wait(reader_.get(), 0, &frame));
      publish(writer_.get());
    }
    prove();
  }
  ~Hopping() override {
    for (wb_frame& frame : held_) wb_frame_release(&frame);
  }
  void run() override { publish(writer_.get()); }
  unsigned batch() const override { return kBatch; }

 private:
  static constexpr unsigned kHeld = 3;  // of 6 slots

  std::uint64_t hops() const {
    wb_writer_stats stats;
    need(wb_writer_get_stats(writer_.get(), &stats));
    return stats.hops;
  }
  void prove() {
    constexpr unsigned kRounds = 6;
    const std::uint64_t before = hops();
    for (unsigned i = 0; i < kRounds; ++i) publish(writer_.get());
    if (hops() - before != kRounds) need(WB_ERR_STATE);
  }

  Writer writer_;
  Reader reader_;
  std::array<wb_frame, kHeld> held_{};
};

// wait and release of available frames, in order.
class Taking final : public Operation {
 public:
  explicit Taking(std::uint32_t flags) : writer_(make_writer({1, kBatch})), reader_(make_reader(WB_EVERY, 1, flags)) {}
  void prepare() override {
    for (unsigned i = 0; i < kBatch; ++i) publish(writer_.get());
  }
  void run() override {
    wb_frame frame;
    need(wb_reader_wait(reader_.get(), 0, &frame));
    wb_frame_release(&frame);
  }
  unsigned batch() const override { return kBatch; }

 private:
  Writer writer_;
  Reader reader_;
};

// wait and release of the newest frame: each reader can take it once.
class TakingLatest final : public Operation {
 public:
  TakingLatest() : writer_(make_writer({kMostReaders, 0})) {
    for (unsigned i = 0; i < kMostReaders; ++i) readers_.push_back(make_reader(WB_LATEST));
  }
  void prepare() override {
    publish(writer_.get());
    next_ = 0;
  }
  void run() override {
    wb_frame frame;
    need(wb_reader_wait(readers_[next_++].get(), 0, &frame));
    wb_frame_release(&frame);
  }
  unsigned batch() const override { return kMostReaders; }

 private:
  Writer writer_;
  std::vector<Reader> readers_;
  std::size_t next_ = 0;
};

// wb_reader_latest, repeatedly for the same frame.
class LookingAtLatest final : public Operation {
 public:
  LookingAtLatest() : writer_(make_writer({1, 0})), reader_(make_reader(WB_LATEST)) { publish(writer_.get()); }
  void run() override {
    wb_frame frame;
    need(wb_reader_latest(reader_.get(), &frame));
    wb_frame_release(&frame);
  }
  unsigned batch() const override { return kBatch; }

 private:
  Writer writer_;
  Reader reader_;
};

// Adding an available frame to a window.
class FillingWindow final : public Operation {
 public:
  FillingWindow() : writer_(make_writer({1, kBatch})), reader_(make_reader(WB_EVERY)) {
    wb_window* window = nullptr;
    need(wb_window_open(reader_.get(), &kField, 1, kFrames, &window));
    window_.reset(window);
  }
  void prepare() override {
    for (unsigned i = 0; i < kBatch; ++i) publish(writer_.get());
  }
  void run() override { need(wb_window_next(window_.get(), reader_.get(), 0)); }
  unsigned batch() const override { return kBatch; }

 private:
  static constexpr std::uint32_t kFrames = 64;

  Writer writer_;
  Reader reader_;
  Window window_;
};

// Setting a parameter: the request, taking and applying it in the writer, and reading the receipt.
class Steering final : public Operation {
 public:
  Steering() : writer_(make_writer({1, 0})), reader_(make_reader(WB_LATEST)) { publish(writer_.get()); }
  void run() override {
    wb_value value{};
    value.type = WB_VALUE_F64;
    value.as.f64 = static_cast<double>(++count_);
    std::uint64_t id = 0;
    need(wb_reader_set(reader_.get(), kParameter, value, &id));
    wb_request request;
    need(wb_writer_next_request(writer_.get(), &request));
    need(wb_writer_next_request(writer_.get(), &request), WB_NO_REQUEST);
    wb_receipt receipt;
    need(wb_reader_receipt(reader_.get(), id, 0, &receipt));
  }
  unsigned batch() const override { return kBatch; }

 private:
  Writer writer_;
  Reader reader_;
  std::uint32_t count_ = 0;
};

// Asking for a request after each frame when no request is pending, the usual case in the loop of a simulation.
class AskingForRequests final : public Operation {
 public:
  explicit AskingForRequests(unsigned readers) : writer_(make_writer({kMostReaders, 0})) {
    for (unsigned i = 0; i < readers; ++i) readers_.push_back(make_reader(WB_LATEST));
  }
  void run() override {
    wb_request request;
    need(wb_writer_next_request(writer_.get(), &request), WB_NO_REQUEST);
  }
  unsigned batch() const override { return kBatch; }

 private:
  Writer writer_;
  std::vector<Reader> readers_;
};

template <class Made, auto... arguments>
std::unique_ptr<Operation> make() {
  return std::make_unique<Made>(arguments...);
}

}  // namespace

const std::vector<NamedOperation>& operations() {
  static const std::vector<NamedOperation> all = {
      {"nothing", make<Nothing>},
      {"begin_publish_no_reader", make<Publishing, kMostReaders, 0u>},
      {"begin_publish_1_reader", make<Publishing, kMostReaders, 1u>},
      {"begin_publish_1_reader_of_1", make<Publishing, 1u, 1u>},
      {"begin_publish_32_readers", make<Publishing, kMostReaders, kMostReaders>},
      {"begin_publish_with_a_hop", make<Hopping>},
      {"wait_release_every", make<Taking, 0u>},
      {"wait_release_latest", make<TakingLatest>},
      {"wait_release_copy", make<Taking, std::uint32_t{WB_READER_COPY}>},
      {"wait_release_observer", make<Taking, std::uint32_t{WB_READER_OBSERVE}>},
      {"latest_release", make<LookingAtLatest>},
      {"window_next", make<FillingWindow>},
      {"set_take_receipt", make<Steering>},
      {"no_request_1_reader", make<AskingForRequests, 1u>},
      {"no_request_32_readers", make<AskingForRequests, kMostReaders>},
  };
  return all;
}

}  // namespace wingbeat::bench
