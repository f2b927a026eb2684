#include "mutex.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "failure.hpp"
#include "wingbeat/wingbeat.h"

#if defined(__GLIBC__)
#include <sys/syscall.h>
#endif

namespace wingbeat::segments {

namespace {

constexpr std::uint64_t kShortestSleepNs = 20'000, kLongestSleepNs = 1'000'000;

#if defined(__GLIBC__)
// Bits of the mutex kind in glibc. They are part of its binary interface, since programs of different versions share
// mutexes. Only mutexes with these bits can be tried without a change of a thread's priority by the kernel.
constexpr int kTypeBits = 3, kRobust = 16, kShared = 128, kElisionBits = 256 | 512;
constexpr int kKnownBits = kTypeBits | kRobust | kShared | kElisionBits;

int kind_of(const pthread_mutex_t& mutex) { return __atomic_load_n(&mutex.__data.__kind, __ATOMIC_RELAXED); }
int owner_of(const pthread_mutex_t& mutex) { return __atomic_load_n(&mutex.__data.__owner, __ATOMIC_RELAXED); }
bool can_be_tried(int kind) { return (kind & kShared) != 0 && (kind & ~kKnownBits) == 0; }
bool is_ours(const pthread_mutex_t& mutex, int kind) {
  return kind_of(mutex) == kind && owner_of(mutex) == static_cast<int>(syscall(SYS_gettid));
}
#else
// Mutexes of other systems have a mark that the system itself checks, or nothing that could be read.
int kind_of(const pthread_mutex_t&) { return 0; }
int owner_of(const pthread_mutex_t&) { return 0; }
bool can_be_tried(int) { return true; }
bool is_ours(const pthread_mutex_t&, int) { return true; }
#endif

bool has_ended(int thread) { return thread > 0 && kill(thread, 0) != 0 && errno == ESRCH; }

void require(int error, const char* what) {
  if (error != 0) throw cli::Failure(cli::kFailed, fmt::format("{}: {}", what, std::strerror(error)));
}

}  // namespace

void Mutex::initialise() {
  pthread_mutexattr_t attributes;
  require(pthread_mutexattr_init(&attributes), "pthread_mutexattr_init");
  require(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED), "pthread_mutexattr_setpshared");
#if !defined(__APPLE__)
  require(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST), "pthread_mutexattr_setrobust");
#endif
  require(pthread_mutex_init(mutex_, &attributes), "pthread_mutex_init");
  pthread_mutexattr_destroy(&attributes);
}

Locking Mutex::lock(std::uint64_t limit_ns) {
  const std::uint64_t start_ns = wb_now_ns();
  for (std::uint64_t pause_ns = kShortestSleepNs;; pause_ns = std::min(2 * pause_ns, kLongestSleepNs)) {
    kind_ = kind_of(*mutex_);
    if (!can_be_tried(kind_)) return Locking::uninitialised;
    const int result = pthread_mutex_trylock(mutex_);
    if (result == 0) return Locking::done;
#if !defined(__APPLE__)
    if (result == EOWNERDEAD) {
      pthread_mutex_consistent(mutex_);
      unlock();
      return Locking::recovered;
    }
    if (result == ENOTRECOVERABLE) return Locking::unrecoverable;
#endif
    if (result != EBUSY && result != EAGAIN) return Locking::uninitialised;
    const std::uint64_t waited_ns = wb_now_ns() - start_ns;
    if (waited_ns >= limit_ns) return Locking::busy;
    std::this_thread::sleep_for(std::chrono::nanoseconds(std::min(pause_ns, limit_ns - waited_ns)));
  }
}

bool Mutex::unlock() { return is_ours(*mutex_, kind_) && pthread_mutex_unlock(mutex_) == 0; }

std::string Mutex::holder() const {
  const int owner = owner_of(*mutex_);
  if (owner <= 0) return "another thread";
  return fmt::format("thread {}, which {},", owner, has_ended(owner) ? "has ended" : "is alive");
}

bool Mutex::is_orphaned() const { return has_ended(owner_of(*mutex_)); }

}  // namespace wingbeat::segments
