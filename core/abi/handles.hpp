// The opaque handles of wingbeat.h, and the checks that every function of the interface makes.
#pragma once

#include <cstring>
#include <memory>
#include <new>

#include "../array/array.hpp"
#include "../reader/reader.hpp"
#include "../reader/window.hpp"
#include "../stream/error.hpp"
#include "../stream/inspection.hpp"
#include "../writer/writer.hpp"

struct wb_spec {
  wingbeat::stream::Spec spec;
};
struct wb_writer {
  std::unique_ptr<wingbeat::stream::Writer> impl;
};
struct wb_reader {
  std::unique_ptr<wingbeat::stream::Reader> impl;
};
struct wb_memory {
  wingbeat::stream::Leases* leases;  // counted
};
struct wb_window {
  std::unique_ptr<wingbeat::stream::Window> impl;
};
struct wb_array {
  std::unique_ptr<wingbeat::stream::Array> impl;
};
struct wb_inspection {
  std::unique_ptr<wingbeat::stream::Inspection> impl;
};

namespace wingbeat::abi {

inline const layout::Schema* unwrap(const wb_schema* schema) { return reinterpret_cast<const layout::Schema*>(schema); }
inline const wb_schema* wrap(const layout::Schema& schema) { return reinterpret_cast<const wb_schema*>(&schema); }

inline int null_argument(const char* what) { return stream::fail(WB_ERR_ARGUMENT, std::string(what) + " is NULL"); }

// WB_OK if the handle can be used in this process. WB_ERR_FORKED in a forked child.
template <class Handle>
int check(const Handle* handle) {
  if (handle == nullptr) return null_argument("the handle");
  if (handle->impl->fork_generation() != platform::fork_generation()) return stream::fail(WB_ERR_FORKED);
  return WB_OK;
}

// Runs code that may allocate. No exception leaves the library, since its callers may be C.
template <class Function>
int guarded(Function&& function) noexcept {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return stream::fail(WB_ERR_NO_MEMORY);
  } catch (...) {
    return stream::fail(WB_ERR_SYSTEM);
  }
}

// Copies a struct of options of any release. An older, shorter one (not below `least` bytes) leaves the rest
// zero. Of a newer, longer one everything that is not known here must be zero: an option that cannot be
// followed must not be ignored.
template <class Options>
int read_sized(const Options* given, std::size_t least, const char* name, Options& out) {
  const std::size_t size = given->struct_size;
  constexpr std::size_t kMost = 4096;  // above this, struct_size was never set
  if (size < least || size > kMost)
    return stream::fail(WB_ERR_ARGUMENT, std::string("struct_size of ") + name + " is " + std::to_string(size) +
                                             ": set it to sizeof(" + name + ")");
  const auto* bytes = reinterpret_cast<const unsigned char*>(given);
  for (std::size_t i = sizeof out; i < size; ++i) {
    if (bytes[i] != 0)
      return stream::fail(WB_ERR_ARGUMENT, std::string(name) + " has options that this library (" WB_VERSION_STRING
                                                               ") does not know: update the library");
  }
  std::memcpy(&out, given, size < sizeof out ? size : sizeof out);
  return WB_OK;
}

// Makes a handle around an implementation that was just created.
template <class Handle, class Implementation>
int hand_out(std::unique_ptr<Implementation> impl, Handle** out) {
  *out = new Handle{std::move(impl)};
  return WB_OK;
}

}  // namespace wingbeat::abi

// The functions of the hot path check their handle in one line.
#define WB_CHECK(handle) \
  if (const int wb_code = check(handle)) return wb_code
