// macOS: as portable, but sleeping by os_sync_wait_on_address where the system has it (14.4 and later; found at run time).
#include <dlfcn.h>
#include <stdlib.h>

#include "generic.hpp"

namespace wingbeat::platform {
namespace {

// From <os/os_sync_wait_on_address.h>, which older SDKs lack.
constexpr std::uint32_t kShared = 1;             // OS_SYNC_WAIT_ON_ADDRESS_SHARED, OS_SYNC_WAKE_BY_ADDRESS_SHARED
constexpr std::uint32_t kMachAbsoluteTime = 32;  // OS_CLOCK_MACH_ABSOLUTE_TIME
using WaitFunction = int (*)(void*, std::uint64_t, std::size_t, std::uint32_t, std::uint32_t, std::uint64_t);
using WakeFunction = int (*)(void*, std::size_t, std::uint32_t);

WaitFunction wait_function() {
  static auto found = reinterpret_cast<WaitFunction>(::dlsym(RTLD_DEFAULT, "os_sync_wait_on_address_with_timeout"));
  return found;
}

WakeFunction wake_function() {
  static auto found = reinterpret_cast<WakeFunction>(::dlsym(RTLD_DEFAULT, "os_sync_wake_by_address_all"));
  return found;
}

}  // namespace

const char* backend() { return "macos"; }

std::string program_name() { return ::getprogname(); }

std::string default_runtime_directory(std::uint32_t user) { return "/tmp/wingbeat-" + std::to_string(user); }

std::vector<std::string> list_objects(const std::string&) { return {}; }

std::uint64_t free_object_bytes() { return UINT64_MAX; }

// What fails for another reason (a limit of 0, a page that is not in memory just now, no memory) would fail again at once, and the
// caller spin: a round of polling takes its place.
Wake wait_on(const std::uint32_t* word, std::uint32_t expected, std::uint64_t limit_ns) {
  if (wait_function() == nullptr) return poll_on(word, expected, limit_ns);
  void* address = const_cast<std::uint32_t*>(word);
  if (wait_function()(address, expected, sizeof *word, kShared, kMachAbsoluteTime, limit_ns) >= 0)
    return Wake::kChanged;
  if (errno == ETIMEDOUT) return Wake::kTimeout;
  return errno == EINTR ? Wake::kInterrupted : poll_on(word, expected, limit_ns);
}

bool wake_all(const std::uint32_t* word) {
  if (wake_function() == nullptr) return true;
  return wake_function()(const_cast<std::uint32_t*>(word), sizeof *word, kShared) >= 0 || errno != ENOENT;
}

}  // namespace wingbeat::platform
