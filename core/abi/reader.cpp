// wingbeat.h, section "reader".
#include "handles.hpp"

using namespace wingbeat;
using namespace wingbeat::abi;
using stream::fail;

namespace {

// The size that the options had in the first release.
constexpr std::size_t kFirstReaderOptions = offsetof(wb_reader_options, every);

// Refuses options that contradict each other, instead of choosing between them.
int check_options(const stream::ReaderOptions& options, std::uint32_t flags) {
  if (options.mode != WB_LATEST && options.mode != WB_EVERY && options.mode != WB_LOCK_STEP)
    return fail(WB_ERR_ARGUMENT, "unknown reading mode: use WB_LATEST, WB_EVERY or WB_LOCK_STEP");
  if (options.leases > layout::kMaxLeases)
    return fail(WB_ERR_LIMIT, "a reader may hold 1 to 6 frames at a time, not " + std::to_string(options.leases));
  if (options.stride != 1 && options.mode == WB_LATEST)
    return fail(WB_ERR_ARGUMENT, "every k-th frame can be taken only in order: use WB_EVERY or WB_LOCK_STEP");
  if ((flags & ~std::uint32_t{WB_READER_COPY | WB_READER_OBSERVE | WB_READER_PREFAULT}) != 0)
    return fail(WB_ERR_ARGUMENT, "unknown reader flags: use WB_READER_COPY, WB_READER_OBSERVE and WB_READER_PREFAULT");
  if (options.observes && options.mode == WB_LOCK_STEP)
    return fail(
        WB_ERR_ARGUMENT,
        "an observer cannot be in lock-step, because the writer does not know of it: leave out WB_READER_OBSERVE");
  return WB_OK;
}

// Zeros mean the defaults of stream::ReaderOptions.
int read_options(const wb_reader_options* given, stream::ReaderOptions& options) {
  options.label = platform::program_name();
  if (given == nullptr) return WB_OK;
  wb_reader_options read{};
  if (int code = read_sized(given, kFirstReaderOptions, "wb_reader_options", read)) return code;
  if (read.mode != 0) options.mode = read.mode;
  if (read.leases != 0) options.leases = read.leases;
  if (read.spin_ns != 0) options.spin_ns = read.spin_ns;
  if (read.label != nullptr) options.label = read.label;
  if (read.every != 0) options.stride = read.every;
  options.copies = (read.flags & WB_READER_COPY) != 0;
  options.observes = (read.flags & WB_READER_OBSERVE) != 0;
  options.prefaults = (read.flags & WB_READER_PREFAULT) != 0;
  return check_options(options, read.flags);
}

}  // namespace

extern "C" {

int wb_reader_open(const char* name, const wb_reader_options* options, wb_reader** out) {
  return guarded([&] {
    if (name == nullptr || out == nullptr) return null_argument("the stream's name or result");
    stream::ReaderOptions checked;
    if (const int code = read_options(options, checked)) return code;
    std::unique_ptr<stream::Reader> reader;
    const int code = stream::Reader::open(name, checked, reader);
    return code == WB_OK ? hand_out(std::move(reader), out) : code;
  });
}

void wb_reader_close(wb_reader* reader) { delete reader; }

int wb_reader_attach(wb_reader* reader, int64_t timeout_ns) {
  WB_CHECK(reader);
  return guarded([&] { return reader->impl->attach(timeout_ns); });
}

int wb_reader_wait(wb_reader* reader, int64_t timeout_ns, wb_frame* out) {
  WB_CHECK(reader);
  return out == nullptr ? null_argument("the result") : guarded([&] { return reader->impl->wait(timeout_ns, *out); });
}

int wb_reader_latest(wb_reader* reader, wb_frame* out) {
  WB_CHECK(reader);
  return out == nullptr ? null_argument("the result") : guarded([&] { return reader->impl->latest(*out); });
}

// The attachment pointer marks the struct as released. Leases::end ignores a second release through a copy of
// it.
void wb_frame_release(wb_frame* frame) {
  if (frame == nullptr || frame->attachment == nullptr) return;
  auto* leases = static_cast<stream::Leases*>(frame->attachment);
  frame->attachment = nullptr;
  leases->end(static_cast<std::uint32_t>(frame->lease), frame->seq);
  leases->drop_reference();
}

const void* wb_frame_field(const wb_frame* frame, uint32_t field) {
  if (frame == nullptr || frame->attachment == nullptr || field >= unwrap(frame->schema)->fields.size()) return nullptr;
  return static_cast<const std::uint8_t*>(frame->data) + unwrap(frame->schema)->fields[field].offset_bytes;
}

// The reference is added last: `new` may throw.
int wb_frame_memory(const wb_frame* frame, wb_memory** out) {
  if (frame == nullptr || frame->attachment == nullptr || out == nullptr)
    return fail(WB_ERR_ARGUMENT, "the frame is NULL or was released");
  return guarded([&] {
    auto* leases = static_cast<stream::Leases*>(frame->attachment);
    *out = new wb_memory{leases};
    leases->add_reference();
    return int{WB_OK};
  });
}

void wb_memory_release(wb_memory* memory) {
  if (memory == nullptr) return;
  memory->leases->drop_reference();
  delete memory;
}

void wb_reader_interrupt(wb_reader* reader) {
  if (reader != nullptr) reader->impl->interrupt();
}

int wb_reader_fd(wb_reader* reader) {
  WB_CHECK(reader);
  return guarded([&] { return reader->impl->arm_descriptor(); });
}

const wb_schema* wb_reader_schema(const wb_reader* reader) {
  if (check(reader) != WB_OK || reader->impl->attachment() == nullptr) return nullptr;
  return wrap(reader->impl->attachment()->schema);
}

int wb_reader_get_stats(wb_reader* reader, wb_reader_stats* out) {
  WB_CHECK(reader);
  if (out == nullptr) return null_argument("the result");
  *out = reader->impl->stats();
  return WB_OK;
}

}  // extern "C"
