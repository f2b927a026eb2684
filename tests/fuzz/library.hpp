// Helpers of the targets that run the whole library: a private runtime directory, and a failure report with the
// library's message.
#pragma once

#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "platform/platform.hpp"
#include "wingbeat/wingbeat.h"

namespace fuzz {

// The memory object that is removed even if the target finds an error.
inline std::string& object_name() {
  static std::string name;
  return name;
}

inline std::string& directory() {
  static std::string path = "/tmp/wingbeat-fuzz-XXXXXX";
  return path;
}

inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s: %s\n", what, wb_error_message());
  if (!object_name().empty()) wingbeat::platform::unlink_object(object_name());
  std::error_code ignored;
  std::filesystem::remove_all(directory(), ignored);
  std::abort();
}

inline void set_directory() {
  static const bool once = [] {
    must(::mkdtemp(directory().data()) != nullptr, "mkdtemp");
    std::atexit([] { std::filesystem::remove_all(directory()); });
    return ::setenv("WINGBEAT_DIR", directory().c_str(), 1) == 0;
  }();
  must(once, "setenv");
}

}  // namespace fuzz
