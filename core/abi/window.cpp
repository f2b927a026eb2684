// wingbeat.h, section "window".
#include "handles.hpp"

using namespace wingbeat;
using namespace wingbeat::abi;
using stream::fail;

extern "C" {

// The window copies what it needs of the schema: it does not refer to the reader afterwards.
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

// The frame is released whether or not it could be added.
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

}  // extern "C"
