// What handles cost: nothing once they are closed, and no system call in the writer while nobody sleeps.
#include <dirent.h>

#include <fstream>
#include <string>

#include "support/frames.hpp"
#include "support/sanitizers.hpp"

#ifdef __linux__
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#endif

namespace {

using namespace wbtest;

#ifdef __linux__

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* directory = ::opendir("/proc/self/fd");
  while (::readdir(directory) != nullptr) ++count;
  ::closedir(directory);
  return count;
}

// Only ours: the allocator's own mappings come and go.
std::size_t mappings() {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);) {
    count += line.find("/wb-") != std::string::npos || line.find("wingbeat") != std::string::npos ? 1u : 0u;
  }
  return count;
}

class Resources : public Streams {
 protected:
  template <class Function>
  void expect_no_growth(Function&& function, int times = 1000) {
    function();
    const std::size_t descriptors = open_descriptors(), maps = mappings(), files = directory.files().size(),
                      objects = directory.objects().size();
    for (int i = 0; i < times; ++i) function();
    EXPECT_EQ(open_descriptors(), descriptors);
    EXPECT_EQ(mappings(), maps);
    EXPECT_EQ(directory.files().size(), files);
    EXPECT_EQ(directory.objects().size(), objects);
  }
};

TEST_F(Resources, a_thousand_readers_one_after_the_other_leave_nothing) {
  const Writer writer = make_writer();
  publish(writer.get(), 1);
  expect_no_growth([&] {
    const Reader reader = make_reader();
    Frame frame;
    ASSERT_OK(wb_reader_latest(reader.get(), &frame));
  });
}

TEST_F(Resources, a_thousand_writers_one_after_the_other_leave_nothing) {
  expect_no_growth([&] {
    const Writer writer = make_writer();
    publish(writer.get(), 1);
  });
}

TEST_F(Resources, a_thousand_takeovers_leave_nothing_more) {
  Writer writer = make_writer();
  const Reader reader = make_reader();
  expect_no_growth([&] {
    writer.reset();
    writer = make_writer();
    ASSERT_EQ(take(reader), WB_RESTARTED);
  });
}

TEST_F(Resources, a_thousand_inspections_and_windows_leave_nothing) {
  const Writer writer = make_writer();
  const Reader reader = make_reader();
  const char* fields[] = {"position"};
  expect_no_growth([&] {
    inspect();
    wb_window* window = nullptr;
    ASSERT_OK(wb_window_open(reader.get(), fields, 1, 60, &window));
    wb_window_close(window);
  });
}

TEST_F(Resources, a_thousand_arrays_one_after_the_other_leave_nothing) {
  expect_no_growth([&] {
    Array array, other;
    ASSERT_OK(create_array(array));
    ASSERT_OK(attach_array(other));
    ASSERT_OK(wb_array_lock(array.get(), 0));
    ASSERT_OK(wb_array_unlock(array.get()));
    ASSERT_OK(wb_array_lock(other.get(), 0));
    ASSERT_OK(wb_array_remove(array_name().c_str()));
  });
}

TEST_F(Resources, descriptors_for_event_loops_end_with_their_readers) {
  const Writer writer = make_writer();
  expect_no_growth([] { ASSERT_GE(wb_reader_fd(make_reader().get()), 0); }, 100);
}

TEST_F(Resources, attempts_that_fail_leave_nothing) {
  const Writer writer = make_writer("swarm", {16, 2, 1, 0, 3});
  const Reader reader = make_reader();
  expect_no_growth(
      [] {
        Writer busy;
        EXPECT_EQ(create({}, busy), WB_ERR_BUSY);
        Reader full;
        EXPECT_EQ(open(full), WB_ERR_NO_ROOM);
      },
      10);
}

// From here on only the end of the process is allowed; and reading the clock, which some machines cannot do without a call.
bool forbid_system_calls() {
  const sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_gettime, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{sizeof filter / sizeof *filter, const_cast<sock_filter*>(filter)};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

constexpr int kDone = 0, kFailed = 1, kNoFilter = 77;

// In a process of its own: `prepare` returns the work, in which a system call ends the process. Returns the wait status.
template <class Prepare>
int without_system_calls(Prepare&& prepare) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto work = prepare();
    if (!forbid_system_calls()) ::_exit(kNoFilter);
    ::_exit(work() ? kDone : kFailed);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

// A stream, in the process that works on it.
struct Stream {
  Stream() { EXPECT_OK(set(2)); }  // a reader's first request takes memory
  int set(double speed) const { return wb_reader_set(reader.get(), "speed", f64(speed), nullptr); }

  Writer writer = make_writer();
  Reader reader = make_reader("swarm", WB_EVERY);
};

#define SKIP_WITHOUT_FILTER(status)                          \
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoFilter) \
  GTEST_SKIP() << "a process cannot forbid itself system calls here"

class WithoutSystemCalls : public Resources {
 protected:
  template <class Prepare>
  void expect_done(Prepare&& prepare) {
    SKIP_IF_SANITIZED("sanitizers make system calls of their own");
    const int status = without_system_calls(prepare);
    SKIP_WITHOUT_FILTER(status);
    EXPECT_TRUE(WIFEXITED(status)) << "killed by signal " << WTERMSIG(status);
    EXPECT_EQ(WEXITSTATUS(status), kDone);
  }
};

TEST_F(WithoutSystemCalls, a_writer_publishes_and_answers_while_no_reader_sleeps) {
  expect_done([] {
    return [stream = Stream()] {
      for (int i = 0; i < 10'000; ++i) {
        if (publish(stream.writer.get()) != WB_OK) return false;
        if (i % 100 == 0 && stream.set(i % 10) != WB_OK) return false;
        accept_all(stream.writer);
      }
      return true;
    };
  });
}

TEST_F(WithoutSystemCalls, a_reader_takes_frames_that_are_there) {
  expect_done([] {
    return [stream = Stream()] {
      for (int i = 0; i < 1000; ++i) {
        if (publish(stream.writer.get()) != WB_OK || take(stream.reader, 0) != WB_OK) return false;
      }
      return !::testing::Test::HasFailure();
    };
  });
}

TEST_F(WithoutSystemCalls, a_free_lock_of_an_array_is_taken) {
  Array made;
  ASSERT_OK(create_array(made));
  expect_done([] {
    Array array;
    EXPECT_OK(attach_array(array));
    EXPECT_OK(wb_array_lock(array.get(), 0));
    return [array = std::move(array)] {
      bool good = wb_array_unlock(array.get()) == WB_OK;
      for (int i = 0; i < 1000; ++i)
        good = good && wb_array_lock(array.get(), kLong) == WB_OK && wb_array_unlock(array.get()) == WB_OK;
      return good;
    };
  });
  ASSERT_OK(wb_array_remove(array_name().c_str()));
}

TEST_F(WithoutSystemCalls, a_work_that_makes_one_is_killed) {
  SKIP_IF_SANITIZED("sanitizers make system calls of their own");
  const int status = without_system_calls([] { return [] { return ::syscall(SYS_getppid) > 0; }; });
  SKIP_WITHOUT_FILTER(status);
  EXPECT_TRUE(WIFSIGNALED(status));
}

TEST_F(Resources, a_sleeping_reader_costs_one_wake_up_and_none_once_it_is_awake) {
  const Writer writer = make_writer();
  const Reader reader = make_reader();
  publish(writer.get(), 100);
  EXPECT_EQ(stats_of(writer).wakes, 0u);
  EXPECT_OK(take(reader, 0));
  EXPECT_EQ(take(reader, 30 * kMillisecond), WB_NO_FRAME);
  publish(writer.get(), 100);
  EXPECT_EQ(stats_of(writer).wakes, 0u) << "whoever woke by itself is not asleep any more";
}

#endif  // __linux__

}  // namespace
