// Only what macOS has too: POSIX, flock, polling. Built on Linux to test that code there.
#include "generic.hpp"

namespace wingbeat::platform {

const char* backend() { return "portable"; }

std::string program_name() { return "pid " + std::to_string(::getpid()); }

std::string default_runtime_directory(std::uint32_t user) { return "/tmp/wingbeat-" + std::to_string(user); }

std::vector<std::string> list_objects(const std::string&) { return {}; }

std::uint64_t free_object_bytes() { return UINT64_MAX; }

Wake wait_on(const std::uint32_t* word, std::uint32_t expected, std::uint64_t limit_ns) {
  return poll_on(word, expected, limit_ns);
}

bool wake_all(const std::uint32_t*) { return true; }

}  // namespace wingbeat::platform
