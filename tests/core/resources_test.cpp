// What handles cost: nothing once they are closed, and no system call in the writer while nobody sleeps.
#include <dirent.h>

#include <cstring>
#include <fstream>
#include <string>

#include "support/runtime.hpp"
#include "support/sanitizers.hpp"
#include "support/streams.hpp"

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
  void expect_no_growth(Function&& function) {
    function();
    const std::size_t descriptors = open_descriptors(), maps = mappings(), files = directory.files().size(),
                      objects = directory.objects().size();
    for (int i = 0; i < 1000; ++i) function();
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
    wb_frame frame;
    ASSERT_OK(wb_reader_latest(reader.get(), &frame));
    wb_frame_release(&frame);
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
    wb_frame frame;
    ASSERT_EQ(wb_reader_wait(reader.get(), kLong, &frame), WB_RESTARTED);
  });
}

TEST_F(Resources, a_thousand_inspections_and_windows_leave_nothing) {
  const Writer writer = make_writer();
  const Reader reader = make_reader();
  const char* fields[] = {"position"};
  expect_no_growth([&] {
    wb_inspection* inspection = nullptr;
    ASSERT_OK(wb_inspect("swarm", &inspection));
    wb_inspection_close(inspection);
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
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 100; ++i) {
    const Reader reader = make_reader();
    ASSERT_GE(wb_reader_fd(reader.get()), 0);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(Resources, attempts_that_fail_leave_nothing) {
  const Writer writer = make_writer("swarm", {16, 2, 1, 0, 3});
  const Reader reader = make_reader();
  const std::size_t before = open_descriptors(), maps = mappings();
  for (int i = 0; i < 10; ++i) {
    Writer busy;
    EXPECT_EQ(create({}, busy), WB_ERR_BUSY);
    Reader full;
    EXPECT_EQ(open(full), WB_ERR_NO_ROOM);
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(mappings(), maps);
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

// Publishes and answers in a process of its own whose every system call is death. Returns its wait status.
template <class Work>
int without_system_calls(Work&& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    const Writer writer = make_writer();
    const Reader reader = make_reader("swarm", WB_EVERY);
    EXPECT_OK(wb_reader_set(reader.get(), "speed", f64(2), nullptr));  // a reader's first request takes memory
    if (!forbid_system_calls()) ::_exit(kNoFilter);
    ::_exit(work(writer.get(), reader.get()) ? kDone : kFailed);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

constexpr const char* kOwnCalls = "sanitizers make system calls of their own";

bool has_no_filter(int status) { return WIFEXITED(status) && WEXITSTATUS(status) == kNoFilter; }

TEST_F(Resources, publishing_and_asking_for_requests_makes_no_system_call_while_nobody_sleeps) {
  SKIP_IF_SANITIZED(kOwnCalls);
  const int status = without_system_calls([](wb_writer* writer, wb_reader* reader) {
    wb_request request;
    for (int i = 0; i < 10'000; ++i) {
      if (publish(writer) != WB_OK) return false;
      if (i % 100 == 0 && wb_reader_set(reader, "speed", f64(i % 10), nullptr) != WB_OK) return false;
      while (wb_writer_next_request(writer, &request) == WB_OK) {
      }
    }
    return true;
  });
  if (has_no_filter(status)) GTEST_SKIP() << "this machine does not let a process forbid itself system calls";
  EXPECT_TRUE(WIFEXITED(status)) << "killed by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), kDone);
}

TEST_F(Resources, the_filter_of_these_tests_does_see_system_calls) {
  SKIP_IF_SANITIZED(kOwnCalls);
  const int status = without_system_calls([](wb_writer*, wb_reader*) { return ::syscall(SYS_getppid) > 0; });
  if (has_no_filter(status)) GTEST_SKIP() << "this machine does not let a process forbid itself system calls";
  EXPECT_TRUE(WIFSIGNALED(status));
}

TEST_F(Resources, taking_frames_that_are_there_makes_no_system_call) {
  SKIP_IF_SANITIZED(kOwnCalls);
  const int status = without_system_calls([](wb_writer* writer, wb_reader* reader) {
    wb_frame frame;
    for (int i = 0; i < 1000; ++i) {
      if (publish(writer) != WB_OK || wb_reader_wait(reader, 0, &frame) != WB_OK || !is_whole(frame)) return false;
      wb_frame_release(&frame);
    }
    return true;
  });
  if (has_no_filter(status)) GTEST_SKIP() << "this machine does not let a process forbid itself system calls";
  EXPECT_TRUE(WIFEXITED(status)) << "killed by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), kDone);
}

TEST_F(Resources, taking_a_free_lock_of_an_array_makes_no_system_call) {
  SKIP_IF_SANITIZED(kOwnCalls);
  Array made;
  ASSERT_OK(create_array(made));
  const pid_t child = ::fork();
  if (child == 0) {
    Array array;
    if (attach_array(array) != WB_OK || wb_array_lock(array.get(), 0) != WB_OK) ::_exit(kFailed);
    if (!forbid_system_calls()) ::_exit(kNoFilter);
    bool good = wb_array_unlock(array.get()) == WB_OK;
    for (int i = 0; i < 1000; ++i)
      good = good && wb_array_lock(array.get(), kLong) == WB_OK && wb_array_unlock(array.get()) == WB_OK;
    ::_exit(good ? kDone : kFailed);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_OK(wb_array_remove(array_name().c_str()));
  if (has_no_filter(status)) GTEST_SKIP() << "this machine does not let a process forbid itself system calls";
  EXPECT_TRUE(WIFEXITED(status)) << "killed by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), kDone);
}

TEST_F(Resources, a_sleeping_reader_costs_one_wake_up_and_none_once_it_is_awake) {
  const Writer writer = make_writer();
  const Reader reader = make_reader();
  publish(writer.get(), 100);
  wb_writer_stats stats;
  ASSERT_OK(wb_writer_get_stats(writer.get(), &stats));
  EXPECT_EQ(stats.wakes, 0u);
  wb_frame frame;
  ASSERT_OK(wb_reader_wait(reader.get(), 0, &frame));
  wb_frame_release(&frame);
  EXPECT_EQ(wb_reader_wait(reader.get(), 30 * kMillisecond, &frame), WB_NO_FRAME);
  publish(writer.get(), 100);
  ASSERT_OK(wb_writer_get_stats(writer.get(), &stats));
  EXPECT_EQ(stats.wakes, 0u) << "whoever woke by itself is not asleep any more";
}

#endif  // __linux__

}  // namespace
