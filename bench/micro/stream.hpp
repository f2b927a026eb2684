// A small stream and its readers: owners of the C interface's handles, for a program that ends at the first failed
// call.
#pragma once

#include <cstdint>
#include <memory>

#include "wingbeat/wingbeat.h"

namespace wingbeat::bench {

template <auto Close>
struct Closer {
  template <class T>
  void operator()(T* handle) const {
    Close(handle);
  }
};
using Spec = std::unique_ptr<wb_spec, Closer<wb_spec_destroy>>;
using Writer = std::unique_ptr<wb_writer, Closer<wb_writer_close>>;
using Reader = std::unique_ptr<wb_reader, Closer<wb_reader_close>>;
using Window = std::unique_ptr<wb_window, Closer<wb_window_close>>;

inline constexpr const char* kStream = "micro";
inline constexpr const char* kField = "payload";
inline constexpr const char* kParameter = "speed";
inline constexpr std::uint64_t kWords = 8;  // of a frame: 64 bytes

void need(int code, int expected = WB_OK);  // otherwise prints the error and ends the program

struct Shape {
  std::uint64_t leases = 0, history = 0;
  std::uint64_t entries = 32;  // for readers; as many as a stream has by default
};
Writer make_writer(const Shape& shape);

Reader make_reader(wb_mode mode, std::uint32_t leases = 1, std::uint32_t flags = 0);  // attached

void publish(wb_writer* writer);

}  // namespace wingbeat::bench
