// fork() with live handles: the child's handles return WB_ERR_FORKED, and no action of the child affects the parent.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <thread>

#include "support/process.hpp"
#include "support/runtime.hpp"
#include "support/streams.hpp"

namespace {

using namespace wbtest;

// Runs `work` in a forked child with a time limit. Returns 0 if `work` returned true.
int in_child(const std::function<bool()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(10);
    ::_exit(work() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

class Fork : public Streams {
 protected:
  Fork() {
    publish(writer.get(), 2);
    EXPECT_OK(wb_reader_wait(reader.get(), kLong, &held));
    const char* fields[] = {"position"};
    wb_window* made_window = nullptr;
    EXPECT_OK(wb_window_open(reader.get(), fields, 1, 5, &made_window));
    window.reset(made_window);
    wb_inspection* made_inspection = nullptr;
    EXPECT_OK(wb_inspect("swarm", &made_inspection));
    inspection.reset(made_inspection);
  }
  ~Fork() override { wb_frame_release(&held); }

  void expect_parent_undisturbed() {
    EXPECT_TRUE(is_whole(held));
    publish(writer.get(), 30);
    EXPECT_TRUE(is_whole(held)) << "the lease is still held";
    wb_frame frame;
    EXPECT_OK(wb_reader_wait(reader.get(), kLong, &frame));
    EXPECT_TRUE(is_whole(frame));
    wb_frame_release(&frame);
    Puppet second;
    EXPECT_EQ(second.ask("create")[0], std::to_string(WB_ERR_BUSY)) << "the writer's lock is still held";
    const int code = wb_window_next(window.get(), reader.get(), 0);
    EXPECT_EQ(code, WB_OK) << wb_error_message();
  }

  Writer writer = make_writer();
  Reader reader = make_reader("swarm", WB_EVERY, 2);
  Window window;
  Inspection inspection;
  wb_frame held{};
};

TEST_F(Fork, every_inherited_handle_says_that_it_was_inherited) {
  const int failed = in_child([&] {
    wb_slot slot;
    wb_frame frame;
    wb_receipt receipt;
    wb_request request;
    wb_value value{};
    wb_writer_stats writer_stats;
    wb_reader_stats reader_stats;
    wb_window_view view;
    wb_window* other = nullptr;
    wb_stream_info info;
    std::size_t count;
    const char* fields[] = {"position"};
    const int codes[] = {
        wb_writer_begin(writer.get(), &slot),
        wb_writer_publish(writer.get(), 1, 0),
        wb_writer_abandon(writer.get()),
        wb_writer_set_count(writer.get(), 1),
        wb_writer_copy(writer.get(), 0, &slot, 8, 1),
        wb_writer_next_request(writer.get(), &request),
        wb_writer_refuse(writer.get(), "no"),
        wb_writer_parameter(writer.get(), 0, &value),
        wb_writer_set_parameter(writer.get(), 0, value),
        wb_writer_get_stats(writer.get(), &writer_stats),
        wb_reader_attach(reader.get(), 0),
        wb_reader_wait(reader.get(), 0, &frame),
        wb_reader_latest(reader.get(), &frame),
        wb_reader_fd(reader.get()),
        wb_reader_get_stats(reader.get(), &reader_stats),
        wb_reader_set(reader.get(), "speed", f64(1), nullptr),
        wb_reader_trigger(reader.get(), "reset", nullptr),
        wb_reader_command(reader.get(), "place", nullptr, 0, nullptr),
        wb_reader_receipt(reader.get(), 1, 0, &receipt),
        wb_reader_parameter(reader.get(), "speed", &value),
        wb_window_open(reader.get(), fields, 1, 5, &other),
        wb_window_push(window.get(), &held),
        wb_window_next(window.get(), reader.get(), 0),
        wb_window_get(window.get(), 0, &view),
        wb_inspection_stream(inspection.get(), &info),
        wb_inspection_readers(inspection.get(), nullptr, 0, &count),
        wb_inspection_parameter(inspection.get(), 0, &value),
    };
    bool all = wb_writer_field(writer.get(), 0) == nullptr && wb_writer_schema(writer.get()) == nullptr &&
               wb_reader_schema(reader.get()) == nullptr && wb_inspection_schema(inspection.get()) == nullptr;
    for (std::size_t i = 0; i < sizeof codes / sizeof *codes; ++i) {
      if (codes[i] != WB_ERR_FORKED) ::dprintf(2, "call %zu gave %s\n", i, wb_result_name(codes[i])), all = false;
    }
    return all;
  });
  EXPECT_EQ(failed, 0);
  expect_parent_undisturbed();
}

TEST_F(Fork, closing_everything_in_the_child_disturbs_nothing) {
  for (const bool is_idle : {false, true}) {
    if (is_idle) publish(writer.get(), 1);     // a frame is available at once: the thread waits to be armed
    ASSERT_GE(wb_reader_fd(reader.get()), 0);  // starts a thread that waits
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const int failed = in_child([&] {
      wb_frame_release(&held);
      window.reset();
      inspection.reset();
      reader.reset();
      writer.reset();
      return true;
    });
    EXPECT_EQ(failed, 0) << "1000 + signal, 1014: it hung; idle: " << is_idle;
    expect_parent_undisturbed();
  }
}

TEST_F(Fork, the_child_can_open_handles_of_its_own) {
  const int failed = in_child([&] {
    Reader mine;
    if (open(mine, WB_LATEST) != WB_OK) return false;
    wb_frame frame;
    if (wb_reader_wait(mine.get(), kLong, &frame) != WB_OK || !is_whole(frame)) return false;
    wb_frame_release(&frame);
    Writer own;
    if (create({}, own, "childs") != WB_OK || publish(own.get()) != WB_OK) return false;
    own.reset();
    Writer taken;
    return create({}, taken) == WB_ERR_BUSY;
  });
  EXPECT_EQ(failed, 0);
  expect_parent_undisturbed();
}

TEST_F(Fork, a_grandchild_inherits_nothing_either) {
  const int failed = in_child([&] {
    const Reader mine = make_reader();
    return in_child([&] {
             wb_frame frame;
             return wb_reader_latest(mine.get(), &frame) == WB_ERR_FORKED &&
                    wb_reader_latest(reader.get(), &frame) == WB_ERR_FORKED;
           }) == 0;
  });
  EXPECT_EQ(failed, 0);
  expect_parent_undisturbed();
}

// A process does `work`, forks a child that keeps running, and dies.
pid_t parent_that_dies_before_its_child(const std::function<bool()>& work, int* pipe_to_child) {
  int ends[2], born[2];
  if (::pipe(ends) != 0 || ::pipe(born) != 0) return -1;
  const pid_t parent = ::fork();
  if (parent == 0) {
    char byte = 0;
    if (!work()) ::_exit(1);
    if (::fork() == 0) {
      ::close(ends[1]);
      ::alarm(30);
      if (::write(born[1], &byte, 1) != 1) ::_exit(1);
      [[maybe_unused]] ssize_t got = ::read(ends[0], &byte, 1);  // until the test ends
      ::_exit(0);
    }
    [[maybe_unused]] ssize_t got = ::read(born[0], &byte, 1);  // until the child runs
    ::kill(::getpid(), SIGKILL);
  }
  ::close(ends[0]);
  ::close(born[0]);
  ::close(born[1]);
  *pipe_to_child = ends[1];
  int status = 0;
  ::waitpid(parent, &status, 0);
  return WIFSIGNALED(status) ? parent : -1;
}

TEST_F(Streams, a_writers_death_is_seen_though_its_child_lives) {
  int child = -1;
  Writer dead, successor;
  const auto write = [&] { return create({}, dead) == WB_OK && (publish(dead.get(), 3), true); };
  ASSERT_GT(parent_that_dies_before_its_child(write, &child), 0);
  EXPECT_OK(create({}, successor)) << "the lock was not inherited";
  std::uint64_t seq = 0;
  EXPECT_OK(publish(successor.get(), &seq));
  EXPECT_EQ(seq, 4u);
  ::close(child);
}

TEST_F(Streams, a_readers_death_is_seen_though_its_child_lives) {
  const Writer writer = make_writer("swarm", {16, 2, 1, 0, 3});
  publish(writer.get(), 1);
  int child = -1;
  Reader dead, heir;
  wb_frame frame;
  const auto read = [&] {
    return open(dead, WB_EVERY, 2) == WB_OK && wb_reader_wait(dead.get(), kLong, &frame) == WB_OK;
  };
  ASSERT_GT(parent_that_dies_before_its_child(read, &child), 0);
  EXPECT_OK(open(heir, WB_LATEST, 2)) << "the only entry and all leases were given back";
  ::close(child);
}

class ForkedArray : public Streams {
 protected:
  void SetUp() override { ASSERT_OK(create_array(array)); }
  ~ForkedArray() override {
    array.reset();
    wb_array_remove(array_name().c_str());
  }
  Array array, own;
};

TEST_F(ForkedArray, shows_its_numbers_to_a_child_that_has_no_lock_and_the_parents_stays) {
  ASSERT_OK(wb_array_lock(array.get(), 0));
  const int failed = in_child([&] {
    wb_array_info info;
    const bool good = wb_array_unlock(array.get()) == WB_ERR_FORKED && wb_array_lock(array.get(), 0) == WB_ERR_FORKED &&
                      wb_array_get_info(array.get(), &info) == WB_ERR_FORKED && wb_array_data(array.get()) != nullptr;
    array.reset();
    return good && attach_array(own) == WB_OK && wb_array_lock(own.get(), 0) == WB_LOCKED;
  });
  EXPECT_EQ(failed, 0);
  Puppet other;
  ASSERT_EQ(other.answer("attach_array " + array_name()), "0");
  EXPECT_EQ(other.answer("lock 0"), std::to_string(WB_LOCKED));
  EXPECT_OK(wb_array_unlock(array.get()));
  EXPECT_EQ(other.answer("lock 0"), "0");
}

TEST_F(ForkedArray, shows_its_holders_death_though_a_child_of_the_holder_lives) {
  int child = -1;
  const auto hold = [&] { return attach_array(own) == WB_OK && wb_array_lock(own.get(), 0) == WB_OK; };
  ASSERT_GT(parent_that_dies_before_its_child(hold, &child), 0);
  EXPECT_EQ(wb_array_lock(array.get(), kLong), WB_ABANDONED);
  ::close(child);
}

TEST_F(Streams, an_executed_program_inherits_no_lock_and_no_descriptor) {
  Writer writer = make_writer();
  Reader reader = make_reader();
  ASSERT_GE(wb_reader_fd(reader.get()), 0);
  Puppet executed;  // fork and exec
  ASSERT_EQ(executed.answer("open latest 2"), "0");
  std::size_t inherited = 0;
  const std::string table = "/proc/" + std::to_string(executed.pid()) + "/fd";
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(table, ignored)) {
    const std::string target = std::filesystem::read_symlink(entry.path(), ignored);
    inherited += target.find(".writer") != std::string::npos || target.find("reader0") != std::string::npos ? 1u : 0u;
  }
  EXPECT_EQ(inherited, 0u);
  reader.reset();
  writer.reset();
  EXPECT_EQ(executed.ask("create")[0], "0") << "the writer's lock is free";
}

}  // namespace
