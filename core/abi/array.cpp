// wingbeat.h, section "array".
#include <algorithm>

#include "handles.hpp"

using namespace wingbeat;
using namespace wingbeat::abi;

extern "C" {

int wb_array_create(const char* name, int type, uint32_t dimensions, const uint64_t* shape, wb_array** out) {
  return guarded([&] {
    if (name == nullptr || shape == nullptr || out == nullptr) return null_argument("the name, shape or result");
    layout::ArrayLayout layout;
    if (layout::Fault fault = layout::lay_out(static_cast<std::uint32_t>(type), dimensions, shape, layout))
      return stream::fail(fault);
    std::unique_ptr<stream::Array> array;
    const int code = stream::Array::create(name, layout, array);
    return code == WB_OK ? hand_out(std::move(array), out) : code;
  });
}

int wb_array_attach(const char* name, int type, uint32_t dimensions, const uint64_t* shape, int64_t timeout_ns,
                    wb_array** out) {
  return guarded([&] {
    if (name == nullptr || out == nullptr || (dimensions > 0 && shape == nullptr))
      return null_argument("the name, shape or result");
    std::unique_ptr<stream::Array> array;
    const stream::WantedArray wanted{static_cast<std::uint32_t>(type), dimensions, shape};
    const int code = stream::Array::attach(name, wanted, timeout_ns, array);
    return code == WB_OK ? hand_out(std::move(array), out) : code;
  });
}

void wb_array_close(wb_array* array) { delete array; }

int wb_array_remove(const char* name) {
  return guarded([&] { return name == nullptr ? null_argument("the name") : stream::Array::remove(name); });
}

// Without the check for forked children, which may read the array and only cannot lock it.
void* wb_array_data(wb_array* array) { return array == nullptr ? nullptr : array->impl->data(); }

int wb_array_get_info(const wb_array* array, wb_array_info* out) {
  WB_CHECK(array);
  if (out == nullptr) return null_argument("the result");
  const layout::ArrayLayout& layout = array->impl->layout();
  *out = wb_array_info{};
  out->type = layout.type;
  out->dimensions = layout.dimensions;
  std::copy(std::begin(layout.shape), std::end(layout.shape), out->shape);
  out->size_bytes = layout.bytes;
  out->has_lock = array->impl->has_lock() ? 1 : 0;
  return WB_OK;
}

int wb_array_lock(wb_array* array, int64_t timeout_ns) {
  WB_CHECK(array);
  return guarded([&] { return array->impl->lock().lock(timeout_ns); });
}

int wb_array_unlock(wb_array* array) {
  WB_CHECK(array);
  return guarded([&] { return array->impl->lock().unlock(); });
}

}  // extern "C"
