// wingbeat.h: writers, readers, requests, windows, and what is seen from outside.
#include <algorithm>
#include <cstring>

#include "handles.hpp"

using namespace wingbeat;
using namespace wingbeat::abi;
using stream::fail;

namespace {

constexpr std::size_t kFirstReaderOptions =
    offsetof(wb_reader_options, every);  // the size they had in the first release

int check_options(const stream::ReaderOptions& options, std::uint32_t flags) {
  if (options.mode != WB_LATEST && options.mode != WB_EVERY && options.mode != WB_LOCK_STEP)
    return fail(WB_ERR_ARGUMENT, "unknown reading mode: use WB_LATEST, WB_EVERY or WB_LOCK_STEP");
  if (options.leases > layout::kMaxLeases) return fail(WB_ERR_LIMIT, "a reader may hold 1 to 6 frames at a time");
  if (options.every != 1 && options.mode == WB_LATEST)
    return fail(WB_ERR_ARGUMENT, "every k-th frame is of the frames in order: use WB_EVERY or WB_LOCK_STEP");
  if ((flags & ~std::uint32_t{WB_READER_COPY | WB_READER_OBSERVE | WB_READER_PREFAULT}) != 0)
    return fail(WB_ERR_ARGUMENT, "unknown reader flags: use WB_READER_COPY, WB_READER_OBSERVE and WB_READER_PREFAULT");
  if (options.observes && options.mode == WB_LOCK_STEP)
    return fail(WB_ERR_ARGUMENT, "an observer cannot be in lock-step: the writer does not know it");
  return WB_OK;
}

int read_options(const wb_reader_options* given, stream::ReaderOptions& options) {
  options.label = platform::program_name();
  if (given == nullptr) return WB_OK;
  wb_reader_options read{};
  if (int code = read_sized(given, kFirstReaderOptions, "wb_reader_options", read)) return code;
  if (read.mode != 0) options.mode = read.mode;
  if (read.leases != 0) options.leases = read.leases;
  if (read.spin_ns != 0) options.spin_ns = read.spin_ns;
  if (read.label != nullptr) options.label = read.label;
  if (read.every != 0) options.every = read.every;
  options.copies = (read.flags & WB_READER_COPY) != 0;
  options.observes = (read.flags & WB_READER_OBSERVE) != 0;
  options.prefaults = (read.flags & WB_READER_PREFAULT) != 0;
  return check_options(options, read.flags);
}

}  // namespace

extern "C" {

// ------------------------------------------------------------------------------------------------------------ writer

int wb_writer_create(const wb_spec* spec, wb_writer** out) {
  return guarded([&] {
    if (spec == nullptr || out == nullptr) return null_argument("the spec or result");
    std::unique_ptr<stream::Writer> writer;
    const int code = stream::Writer::create(spec->spec, writer);
    return code == WB_OK ? hand_out(std::move(writer), out) : code;
  });
}

void wb_writer_close(wb_writer* writer) { delete writer; }

const wb_schema* wb_writer_schema(const wb_writer* writer) {
  return check(writer) == WB_OK ? wrap(writer->impl->schema()) : nullptr;
}

int wb_writer_begin(wb_writer* writer, wb_slot* out) {
  WB_CHECK(writer);
  return out == nullptr ? null_argument("the result") : guarded([&] { return writer->impl->begin(*out); });
}

void* wb_writer_field(wb_writer* writer, uint32_t field) {
  return check(writer) == WB_OK ? writer->impl->field(field) : nullptr;
}

int wb_writer_copy(wb_writer* writer, uint32_t field, const void* source, size_t stride_bytes, uint64_t count) {
  WB_CHECK(writer);
  return writer->impl->copy(field, source, stride_bytes, count);
}

int wb_writer_set_count(wb_writer* writer, uint64_t count) {
  WB_CHECK(writer);
  return writer->impl->set_count(count);
}

int wb_writer_publish(wb_writer* writer, uint64_t step, double sim_time) {
  WB_CHECK(writer);
  return writer->impl->publish(step, sim_time);
}

int wb_writer_abandon(wb_writer* writer) {
  WB_CHECK(writer);
  return writer->impl->abandon();
}

int wb_writer_next_request(wb_writer* writer, wb_request* out) {
  WB_CHECK(writer);
  return out == nullptr ? null_argument("the result") : guarded([&] { return writer->impl->next_request(*out); });
}

int wb_writer_refuse(wb_writer* writer, const char* reason) {
  WB_CHECK(writer);
  return writer->impl->refuse(reason == nullptr ? "" : reason);
}

int wb_writer_parameter(const wb_writer* writer, uint32_t control, wb_value* out) {
  WB_CHECK(writer);
  return out == nullptr ? null_argument("the result") : writer->impl->parameter(control, *out);
}

int wb_writer_set_parameter(wb_writer* writer, uint32_t control, wb_value value) {
  WB_CHECK(writer);
  return guarded([&] { return writer->impl->set_parameter(control, value); });
}

int wb_writer_lock_step(wb_writer* writer, const char* label, int64_t limit_ns) {
  WB_CHECK(writer);
  const std::uint64_t limit = limit_ns < 0 ? UINT64_MAX : static_cast<std::uint64_t>(limit_ns);
  return guarded([&] { return writer->impl->set_lock_step(label == nullptr ? "" : label, limit); });
}

int wb_writer_await_readers(wb_writer* writer) {
  WB_CHECK(writer);
  return guarded([&] { return writer->impl->await_readers(true); });
}

int wb_writer_get_stats(const wb_writer* writer, wb_writer_stats* out) {
  WB_CHECK(writer);
  if (out == nullptr) return null_argument("the result");
  *out = writer->impl->stats();
  return WB_OK;
}

// ------------------------------------------------------------------------------------------------------------ reader

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

// ---------------------------------------------------------------------------------------------------------- requests

int wb_reader_set(wb_reader* reader, const char* parameter, wb_value value, uint64_t* id) {
  WB_CHECK(reader);
  if (parameter == nullptr) return null_argument("the name");
  return guarded([&] { return reader->impl->request_parameter(parameter, value, id); });
}

int wb_reader_trigger(wb_reader* reader, const char* trigger, uint64_t* id) {
  WB_CHECK(reader);
  if (trigger == nullptr) return null_argument("the name");
  return guarded([&] { return reader->impl->request_trigger(trigger, id); });
}

int wb_reader_command(wb_reader* reader, const char* command, const double* arguments, uint32_t argument_count,
                      uint64_t* id) {
  WB_CHECK(reader);
  if (command == nullptr || (arguments == nullptr && argument_count > 0)) return null_argument("the name or arguments");
  return guarded([&] { return reader->impl->request_command(command, arguments, argument_count, id); });
}

int wb_reader_receipt(wb_reader* reader, uint64_t id, int64_t timeout_ns, wb_receipt* out) {
  WB_CHECK(reader);
  return out == nullptr ? null_argument("the result")
                        : guarded([&] { return reader->impl->receipt(id, timeout_ns, *out); });
}

int wb_reader_parameter(wb_reader* reader, const char* parameter, wb_value* out) {
  WB_CHECK(reader);
  if (parameter == nullptr || out == nullptr) return null_argument("the name or result");
  return guarded([&] { return reader->impl->parameter(parameter, *out); });
}

// ------------------------------------------------------------------------------------------------------------ window

int wb_window_open(wb_reader* reader, const char* const* fields, uint32_t field_count, uint32_t frames,
                   wb_window** out) {
  WB_CHECK(reader);
  return guarded([&] {
    if (fields == nullptr || out == nullptr) return null_argument("the names or result");
    const stream::Attachment* attachment = reader->impl->attachment();
    if (attachment == nullptr) return fail(WB_NOT_READY, "the reader is not attached yet: call wb_reader_attach first");
    std::unique_ptr<stream::Window> window;
    const std::vector<std::string> names(fields, fields + field_count);
    const int code = stream::Window::open(attachment->schema, names, frames, window);
    return code == WB_OK ? hand_out(std::move(window), out) : code;
  });
}

void wb_window_close(wb_window* window) { delete window; }

int wb_window_push(wb_window* window, const wb_frame* frame) {
  WB_CHECK(window);
  if (frame == nullptr || frame->attachment == nullptr)
    return fail(WB_ERR_ARGUMENT, "the frame is NULL or was released");
  return guarded([&] { return window->impl->push(*frame); });
}

int wb_window_next(wb_window* window, wb_reader* reader, int64_t timeout_ns) {
  WB_CHECK(window);
  wb_frame frame;
  int code = wb_reader_wait(reader, timeout_ns, &frame);
  if (code != WB_OK) return code;
  code = wb_window_push(window, &frame);
  wb_frame_release(&frame);
  return code;
}

int wb_window_get(const wb_window* window, uint32_t field, wb_window_view* out) {
  WB_CHECK(window);
  return out == nullptr ? null_argument("the result") : window->impl->view(field, *out);
}

// --------------------------------------------------------------------------------------------------- seen from outside

int wb_list(wb_name* names, size_t capacity, size_t* count) {
  return guarded([&] {
    if (count == nullptr || (names == nullptr && capacity > 0)) return null_argument("the names or count");
    const std::vector<std::string> streams = stream::list_streams(stream::runtime_directory());
    *count = streams.size();
    for (std::size_t i = 0; i < std::min(capacity, streams.size()); ++i) {
      std::memcpy(names[i].text, streams[i].c_str(), streams[i].size() + 1);
    }
    return int{WB_OK};
  });
}

int wb_inspect(const char* name, wb_inspection** out) {
  return guarded([&] {
    if (name == nullptr || out == nullptr) return null_argument("the stream's name or result");
    std::unique_ptr<stream::Inspection> inspection;
    const int code = stream::Inspection::open(name, inspection);
    return code == WB_OK ? hand_out(std::move(inspection), out) : code;
  });
}

void wb_inspection_close(wb_inspection* inspection) { delete inspection; }

int wb_inspection_stream(wb_inspection* inspection, wb_stream_info* out) {
  WB_CHECK(inspection);
  return out == nullptr ? null_argument("the result") : guarded([&] { return inspection->impl->stream(*out); });
}

int wb_inspection_readers(wb_inspection* inspection, wb_reader_info* readers, size_t capacity, size_t* count) {
  WB_CHECK(inspection);
  if (count == nullptr || (readers == nullptr && capacity > 0)) return null_argument("the readers or count");
  return guarded([&] {
    std::vector<wb_reader_info> all;
    if (const int code = inspection->impl->readers(all)) return code;
    *count = all.size();
    std::copy_n(all.begin(), std::min(capacity, all.size()), readers);
    return int{WB_OK};
  });
}

int wb_inspection_parameter(wb_inspection* inspection, uint32_t control, wb_value* out) {
  WB_CHECK(inspection);
  return out == nullptr ? null_argument("the result")
                        : guarded([&] { return inspection->impl->parameter(control, *out); });
}

const wb_schema* wb_inspection_schema(const wb_inspection* inspection) {
  return check(inspection) == WB_OK ? wrap(inspection->impl->schema()) : nullptr;
}

int wb_collect(const char* name, wb_collect_report* out) {
  return guarded([&] {
    wb_collect_report report{};
    const std::string directory = stream::runtime_directory();
    std::vector<std::string> streams = stream::list_streams(directory);
    if (name != nullptr) {
      if (std::find(streams.begin(), streams.end(), name) == streams.end()) {
        return fail(WB_NOT_READY, "there is no stream '" + std::string(name).substr(0, 80) + "' in " + directory);
      }
      streams = {name};
    }
    for (const std::string& each : streams) stream::collect(stream::Place(directory, each), report);
    if (name == nullptr) stream::collect_arrays(directory, report);
    if (out != nullptr) *out = report;
    return int{WB_OK};
  });
}

}  // extern "C"
