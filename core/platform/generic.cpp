// The backends of systems other than Linux, with what every POSIX system offers: flock, polling, pipes.
//
// "macos" sleeps by os_sync_wait_on_address where the system has it (14.4 and later; found at run time). "portable"
// polls everywhere. It is built on Linux to test there what macOS does.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "platform.hpp"

#if defined(__APPLE__) && !defined(WINGBEAT_PORTABLE)
#define WINGBEAT_MACOS 1
#endif

namespace wingbeat::platform {

std::string default_runtime_directory(std::uint32_t user) { return "/tmp/wingbeat-" + std::to_string(user); }

std::vector<std::string> list_objects(const std::string&) { return {}; }

std::uint64_t free_object_bytes() { return UINT64_MAX; }

// macOS refuses O_CLOEXEC and O_NONBLOCK in shm_open. Elsewhere O_NONBLOCK keeps a pipe that another user made
// under the name from blocking the call.
int open_shared(const std::string& name, int flags, unsigned mode) {
#ifndef __APPLE__
  flags |= O_NONBLOCK;
#endif
  int descriptor = ::shm_open(name.c_str(), flags, mode);
  if (descriptor >= 0) ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return descriptor;
}

// A name that no other process can guess, removed at once.
int open_anonymous() {
  char name[32];
  std::snprintf(name, sizeof name, "/wb-w%016llx", static_cast<unsigned long long>(unique_number()));
  int descriptor = open_shared(name, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (descriptor >= 0) ::shm_unlink(name);
  return descriptor;
}

// Reads the whole piece, or returns an errno value. If there is no memory for a page, the kernel's copy fails
// with EFAULT.
int read_into(int descriptor, void* address, std::uint64_t bytes) {
  auto* target = static_cast<char*>(address);
  while (bytes > 0) {
    const ssize_t got = ::read(descriptor, target, bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got < 0 && errno != EFAULT ? errno : ENOMEM;
    target += got;
    bytes -= static_cast<std::uint64_t>(got);
  }
  return 0;
}

int reserve_piece(int descriptor, int zeros, std::uint64_t at, std::uint64_t bytes) {
  void* address = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, static_cast<off_t>(at));
  if (address == MAP_FAILED) return errno;
  const int error = read_into(zeros, address, bytes);
  ::munmap(address, bytes);
  return error;
}

// macOS has no posix_fallocate. A new object is all zeros, so the kernel may write zeros into it: that brings
// each page into memory, and reports when there is none left, where an access by this process would end it by
// SIGBUS. (mlock would report it too, but needs the right to lock memory.)
int reserve(int descriptor, std::uint64_t bytes) {
  constexpr std::uint64_t kPieceBytes = std::uint64_t{1} << 20;
  const int zeros = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
  if (zeros < 0) return errno;
  int error = 0;
  for (std::uint64_t at = 0; at < bytes && error == 0; at += kPieceBytes)
    error = reserve_piece(descriptor, zeros, at, std::min(kPieceBytes, bytes - at));
  ::close(zeros);
  return error;
}

bool ticks_are_time() { return false; }

std::uint64_t huge_page_bytes() { return 0; }
std::uint64_t make_huge(const Mapping&) { return 0; }
void prefault(const Mapping&, bool) {}

// Short naps first, longer ones later. Returns after 20 ms even if nothing has happened, so that the caller can
// check for a restart or an interrupt.
Wake poll_on(const std::uint32_t* word, std::uint32_t expected, std::uint64_t limit_ns) {
  constexpr std::uint64_t kShortestNapNs = 20'000, kLongestNapNs = 1'000'000, kRoundNs = 20'000'000;
  limit_ns = std::min(limit_ns, kRoundNs);
  auto* atomic = reinterpret_cast<const std::atomic<std::uint32_t>*>(word);
  const std::uint64_t start = now_ns();
  std::uint64_t nap_ns = kShortestNapNs;
  while (atomic->load(std::memory_order_acquire) == expected) {
    std::uint64_t waited_ns = now_ns() - start;
    if (waited_ns >= limit_ns) return Wake::kTimeout;
    timespec time{0, static_cast<long>(std::min(nap_ns, limit_ns - waited_ns))};
    if (::nanosleep(&time, nullptr) != 0 && errno == EINTR) return Wake::kInterrupted;
    nap_ns = std::min(nap_ns + nap_ns / 4, kLongestNapNs);
  }
  return Wake::kChanged;
}

#ifdef WINGBEAT_MACOS

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

// A failure for another reason (a limit of 0, a page that is not in memory, no memory) would occur again at once, and
// the caller would spin. So the thread polls for a while instead.
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

#else

const char* backend() { return "portable"; }

std::string program_name() { return "pid " + std::to_string(::getpid()); }

Wake wait_on(const std::uint32_t* word, std::uint32_t expected, std::uint64_t limit_ns) {
  return poll_on(word, expected, limit_ns);
}

bool wake_all(const std::uint32_t*) { return true; }

#endif

bool has_wake_two() { return false; }
int wake_two(const std::uint32_t*, std::uint32_t*) { return -1; }
void leave_inherited_cores() {}

// A probe holds a shared lock for a moment. So a failure is believed only if it lasts.
int lock_descriptor(int descriptor) {
  constexpr int kTries = 20;
  for (int i = 0; i < kTries; ++i) {
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return 0;
    if (errno != EWOULDBLOCK && errno != EINTR) return errno;
    sleep_ns(100'000);
  }
  return EWOULDBLOCK;
}

// flock works on any descriptor.
bool locks_need_writing() { return false; }

// Tries a shared lock, which closing the descriptor gives back. If the state cannot be found out, the party
// counts as alive.
Party probe_lock(const std::string& path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return errno == ENOENT ? Party::kAbsent : Party::kAlive;
  bool is_free = ::flock(descriptor, LOCK_SH | LOCK_NB) == 0;
  ::close(descriptor);
  return is_free ? Party::kDead : Party::kAlive;
}

Event::~Event() {
  for (int descriptor : {read_, write_}) {
    if (descriptor >= 0) close_guarded(descriptor);
  }
}

// A pipe: a byte in it is the signal.
int Event::open() {
  int ends[2];
  if (::pipe(ends) != 0) return errno;
  for (int descriptor : ends) {
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
    close_in_children(descriptor);
  }
  read_ = ends[0];
  write_ = ends[1];
  return 0;
}

void Event::signal() {
  [[maybe_unused]] ssize_t ignored = ::write(write_, "", 1);  // full: it is signalled already
}

void Event::clear() {
  char bytes[64];
  while (::read(read_, bytes, sizeof bytes) > 0) {
  }
}

}  // namespace wingbeat::platform
