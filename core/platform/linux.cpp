// Linux: futex, open-file-description locks, memfd, eventfd.
//
// Open-file-description locks can be queried without being taken (F_OFD_GETLK), so a probe never disturbs
// another process. They need a descriptor that can write, so a process with reading rights cannot pose as a
// writer.
#include <dirent.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "platform.hpp"

namespace wingbeat::platform {
namespace {

constexpr const char* kSharedMemoryDirectory = "/dev/shm";

// A lock of this type on the whole file.
struct flock whole_file(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

const char* backend() { return "linux"; }

std::string program_name() { return program_invocation_short_name; }

// In /dev/shm, so that containers that share it share the streams in it.
std::string default_runtime_directory(std::uint32_t user) {
  struct stat status;
  bool usable = ::stat(kSharedMemoryDirectory, &status) == 0 && S_ISDIR(status.st_mode) &&
                ::access(kSharedMemoryDirectory, W_OK | X_OK) == 0;
  return std::string(usable ? kSharedMemoryDirectory : "/tmp") + "/wingbeat-" + std::to_string(user);
}

int open_shared(const std::string& name, int flags, unsigned mode) {
  // glibc adds O_CLOEXEC and O_NOFOLLOW. O_NONBLOCK: a pipe that another user made under the name must not block.
  return ::shm_open(name.c_str(), flags | O_NONBLOCK, static_cast<mode_t>(mode));
}

int open_anonymous() { return static_cast<int>(::syscall(SYS_memfd_create, "wingbeat-window", 1u /* MFD_CLOEXEC */)); }

// posix_fallocate reports a lack of memory now. Without it the first access to a page would end the process by
// SIGBUS.
int reserve(int descriptor, std::uint64_t bytes) {
  int error;
  do {
    error = ::posix_fallocate(descriptor, 0, static_cast<off_t>(bytes));
  } while (error == EINTR);
  return error;
}

std::uint64_t huge_page_bytes() { return 2u << 20; }

// The kernel tests the processor's counter before it takes its own time from it, and stops using it when it
// drifts.
bool ticks_are_time() {
#if defined(__x86_64__)
  std::string source;
  const char* path = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
  return read_file(path, 4096, kAnyUser, source) == 0 && source == "tsc\n";
#else
  return false;
#endif
}

// MADV_COLLAPSE works whatever /sys/kernel/mm/transparent_hugepage says, and needs no right. Linux 6.1 or
// later.
std::uint64_t make_huge(const Mapping& mapping) {
  constexpr int kCollapse = 25;  // MADV_COLLAPSE
  std::uint64_t bytes = 0;
  for (std::uint64_t at = 0; at + huge_page_bytes() <= mapping.bytes(); at += huge_page_bytes()) {
    if (::madvise(mapping.data() + at, huge_page_bytes(), kCollapse) == 0) bytes += huge_page_bytes();
  }
  return bytes;
}

void prefault(const Mapping& mapping, bool writable) {
  constexpr int kPopulateRead = 22, kPopulateWrite = 23;  // MADV_POPULATE_*; Linux 5.14
  ::madvise(mapping.data(), mapping.bytes(), writable ? kPopulateWrite : kPopulateRead);
}

std::vector<std::string> list_objects(const std::string& prefix) {
  std::vector<std::string> names, found;
  list_directory(kSharedMemoryDirectory, names);
  for (const std::string& name : names) {
    if (("/" + name).compare(0, prefix.size(), prefix) == 0) found.push_back("/" + name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::uint64_t free_object_bytes() {
  struct statvfs status;
  if (::statvfs(kSharedMemoryDirectory, &status) != 0) return UINT64_MAX;
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

int lock_descriptor(int descriptor) {
  struct flock lock = whole_file(F_WRLCK);
  if (::fcntl(descriptor, F_OFD_SETLK, &lock) == 0) return 0;
  return errno == EACCES || errno == EAGAIN ? EWOULDBLOCK : errno;
}

bool locks_need_writing() { return true; }

// Falls back to a descriptor for reading where the file's mode forbids writing: the query works on it too. If
// the state cannot be found out, the party counts as alive: no living process is ever declared dead.
Party probe_lock(const std::string& path) {
  int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0 && errno == EACCES)
    descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return errno == ENOENT ? Party::kAbsent : Party::kAlive;
  struct flock lock = whole_file(F_WRLCK);
  bool asked = ::fcntl(descriptor, F_OFD_GETLK, &lock) == 0;
  ::close(descriptor);
  return asked && lock.l_type == F_UNLCK ? Party::kDead : Party::kAlive;
}

// FUTEX_WAIT works on a read-only mapping, so that observers can sleep too. EAGAIN means that the word has
// changed.
Wake wait_on(const std::uint32_t* word, std::uint32_t expected, std::uint64_t limit_ns) {
  timespec limit{static_cast<time_t>(limit_ns / 1'000'000'000), static_cast<long>(limit_ns % 1'000'000'000)};
  if (::syscall(SYS_futex, word, FUTEX_WAIT, expected, &limit, nullptr, 0) == 0) return Wake::kChanged;
  return errno == ETIMEDOUT ? Wake::kTimeout : errno == EINTR ? Wake::kInterrupted : Wake::kChanged;
}

// Returns whether a thread was woken.
bool wake_all(const std::uint32_t* word) {
  return ::syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0) != 0;
}

bool has_wake_two() { return true; }

// FUTEX_WAKE_OP adds 1 to *other, and wakes there unless the comparison fails; an unsigned value is always >=
// 0.
int wake_two(const std::uint32_t* word, std::uint32_t* other) {
  constexpr std::uint32_t kAddOne = FUTEX_OP(FUTEX_OP_ADD, 1, FUTEX_OP_CMP_GE, 0);  // and wake whatever it was
  return static_cast<int>(::syscall(SYS_futex, word, FUTEX_WAKE_OP, 1, 1L, other, kAddOne));
}

// The mask of all cores comes back restricted to those that the system allows (cgroups); what remains after
// removing the inherited ones are the others.
void leave_inherited_cores() {
  cpu_set_t inherited, all, others;
  std::memset(&all, 0xff, sizeof all);
  if (::sched_getaffinity(0, sizeof inherited, &inherited) != 0 || ::sched_setaffinity(0, sizeof all, &all) != 0)
    return;
  if (::sched_getaffinity(0, sizeof all, &all) != 0) return;  // those that the system lets it have
  CPU_XOR(&others, &all, &inherited);
  if (CPU_COUNT(&others) > 0) ::sched_setaffinity(0, sizeof others, &others);
}

Event::~Event() {
  if (read_ >= 0) close_guarded(read_);
}

int Event::open() {
  read_ = write_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (read_ < 0) return errno;
  close_in_children(read_);
  return 0;
}

void Event::signal() {
  std::uint64_t one = 1;
  [[maybe_unused]] ssize_t ignored = ::write(write_, &one, sizeof one);  // full: it is signalled already
}

void Event::clear() {
  std::uint64_t count;
  [[maybe_unused]] ssize_t ignored = ::read(read_, &count, sizeof count);  // empty: it was not signalled
}

}  // namespace wingbeat::platform
