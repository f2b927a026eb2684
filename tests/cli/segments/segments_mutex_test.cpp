#include "mutex.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <random>

#include "wingbeat/wingbeat.h"

namespace wingbeat::segments {
namespace {

constexpr std::uint64_t kShortNs = 5'000'000;

// A mutex in memory that child processes share.
class SegmentsMutex : public ::testing::Test {
 protected:
  SegmentsMutex() : place(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0)), mutex(place) {}
  ~SegmentsMutex() override { munmap(place, 4096); }

  pthread_mutex_t* raw() { return static_cast<pthread_mutex_t*>(place); }

  // The same kind as in the original project's simulation: process-shared, not robust.
  void initialise_as_the_origin() {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(raw(), &attributes);
  }

  // Starts a process that locks the mutex and keeps it, or dies with it.
  pid_t start_holder() {
    int ready[2];
    EXPECT_EQ(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
      const char result = pthread_mutex_lock(raw()) == 0 ? 'y' : 'n';
      if (write(ready[1], &result, 1) == 1) pause();
      _exit(0);
    }
    char result = 0;
    EXPECT_EQ(read(ready[0], &result, 1), 1);
    EXPECT_EQ(result, 'y');
    close(ready[0]);
    close(ready[1]);
    return child;
  }
  static void kill_and_wait(pid_t child) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }

  void* place;
  Mutex mutex;
};

TEST_F(SegmentsMutex, a_free_one_is_locked_and_unlocked_again_and_again) {
  initialise_as_the_origin();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(mutex.lock(kShortNs), Locking::done);
    EXPECT_TRUE(mutex.unlock());
  }
}

TEST_F(SegmentsMutex, a_holder_is_waited_for_until_the_limit_and_named_alive_or_dead) {
  initialise_as_the_origin();
  const pid_t child = start_holder();
  for (const char* state : {"is alive", "has ended"}) {
    const std::uint64_t start_ns = wb_now_ns();
    EXPECT_EQ(mutex.lock(kShortNs), Locking::busy);
    EXPECT_GE(wb_now_ns() - start_ns, kShortNs);
#if defined(__GLIBC__)
    EXPECT_EQ(mutex.holder(), fmt::format("thread {}, which {},", child, state));
#endif
    kill_and_wait(child);
  }
}

#if !defined(__APPLE__)
TEST_F(SegmentsMutex, what_is_made_here_recovers_from_a_dead_holder) {
  mutex.initialise();
  kill_and_wait(start_holder());
  EXPECT_EQ(mutex.lock(kShortNs), Locking::recovered);
  EXPECT_EQ(mutex.lock(kShortNs), Locking::done);
  EXPECT_TRUE(mutex.unlock());
}

TEST_F(SegmentsMutex, one_that_was_not_repaired_is_told_as_broken) {
  mutex.initialise();
  kill_and_wait(start_holder());
  EXPECT_EQ(pthread_mutex_lock(raw()), EOWNERDEAD);
  EXPECT_EQ(pthread_mutex_unlock(raw()), 0);
  EXPECT_EQ(mutex.lock(kShortNs), Locking::unrecoverable);
}
#endif

#if defined(__GLIBC__)
TEST_F(SegmentsMutex, zeros_and_mutexes_of_one_process_or_with_priorities_are_refused) {
  EXPECT_EQ(mutex.lock(kShortNs), Locking::uninitialised);
  pthread_mutex_init(raw(), nullptr);
  EXPECT_EQ(mutex.lock(kShortNs), Locking::uninitialised);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
  pthread_mutex_init(raw(), &attributes);
  EXPECT_EQ(mutex.lock(kShortNs), Locking::uninitialised);
}

TEST_F(SegmentsMutex, one_initialised_by_another_while_held_is_seen_and_left_alone) {
  initialise_as_the_origin();
  EXPECT_EQ(mutex.lock(kShortNs), Locking::done);
  initialise_as_the_origin();
  const pid_t child = start_holder();
  EXPECT_FALSE(mutex.unlock());
  EXPECT_EQ(mutex.lock(kShortNs), Locking::busy);  // the other process still holds the lock
  kill_and_wait(child);
}
#endif

// Locking garbage of the robust kind would link it into a list of the C library, so the garbage must have another kind.
TEST_F(SegmentsMutex, no_bytes_make_it_wait_for_ever_or_end_the_process) {
  std::mt19937 random(1);
  for (int i = 0; i < 200; ++i) {
    auto* bytes = static_cast<unsigned char*>(place);
    for (std::size_t k = 0; k < Mutex::kBytes; ++k) bytes[k] = static_cast<unsigned char>(random());
#if defined(__GLIBC__)
    if (i % 2 == 0) raw()->__data.__kind = static_cast<int>(128 + random() % 4);
#endif
    const std::uint64_t start_ns = wb_now_ns();
    if (mutex.lock(100'000) == Locking::done) mutex.unlock();
    EXPECT_LT(wb_now_ns() - start_ns, 10'000'000'000);
  }
}

}  // namespace
}  // namespace wingbeat::segments
