// wingbeat.h, section "writer".
#include "handles.hpp"

using namespace wingbeat;
using namespace wingbeat::abi;

extern "C" {

int wb_writer_create(const wb_spec* spec, wb_writer** out) {
  return guarded([&] {
    if (spec == nullptr || out == nullptr) return null_argument("the spec or result");
    std::unique_ptr<stream::Writer> writer;
    const int code = stream::Writer::create(spec->spec, writer);
    return code == WB_OK ? hand_out(std::move(writer), out) : code;
  });
}

// The destructor sees whether this is a forked child, and then leaves the stream alone.
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

}  // extern "C"
