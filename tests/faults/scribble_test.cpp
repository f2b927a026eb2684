// A peer writes random bytes over the control object, which its rights let it write, at full speed while other
// processes work. They may lose frames and do bounded extra work, but do not crash, hang, or get a torn copy. They
// recover when the peer ends.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <random>
#include <thread>

#include "support/process.hpp"
#include "support/runtime.hpp"
#include "support/streams.hpp"

namespace {

using namespace wbtest;

// Opens an object of the stream by the name in its manifest.
std::string object_named(const RuntimeDirectory& directory, const std::string& kind) {
  std::ifstream manifest(directory.file("swarm.manifest"));
  for (std::string line; std::getline(manifest, line);) {
    if (line.rfind(kind + " ", 0) == 0) return line.substr(kind.size() + 1);
  }
  return {};
}

// A process that writes random bytes until it is killed.
class Scribbler {
 public:
  explicit Scribbler(const std::string& object) : pid_(::fork()) {
    if (pid_ == 0) scribble(object);
  }
  ~Scribbler() {
    ::kill(pid_, SIGKILL);
    int status;
    ::waitpid(pid_, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the process wrote until it was killed";
  }

 private:
  [[noreturn]] static void scribble(const std::string& object) {
    const int file = ::shm_open(object.c_str(), O_RDWR, 0);
    struct stat status {};
    if (file < 0 || ::fstat(file, &status) != 0) ::_exit(1);
    const auto bytes = static_cast<std::size_t>(status.st_size);
    auto* memory = static_cast<std::uint64_t*>(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    if (memory == MAP_FAILED) ::_exit(1);
    std::mt19937_64 chance(7);
    for (;;) {
      const std::uint64_t value = chance();
      memory[chance() % (bytes / 8)] = value % 4 == 0 ? 0 : value % 4 == 1 ? value % 64 : value;
    }
  }

  pid_t pid_;
};

class Scribbled : public Streams {
 protected:
  // Returns the number of whole frames that `reader` got. Every result except a crash or a hang is allowed.
  std::uint64_t follow(wb_reader* reader, bool must_be_whole) {
    std::uint64_t frames = 0;
    const std::uint64_t end = wb_now_ns() + 400 * kMillisecond;
    while (wb_now_ns() < end) {
      wb_frame frame;
      if (wb_reader_wait(reader, 5 * kMillisecond, &frame) != WB_OK) continue;
      const bool whole = is_whole(frame);
      EXPECT_TRUE(whole || !must_be_whole);
      frames += whole ? 1 : 0;
      wb_frame_release(&frame);
    }
    return frames;
  }

  // After the peer has ended, a new writer in new memory restores normal operation.
  static void expect_recovery() {
    Puppet next;
    ASSERT_EQ(next.ask("create 2")[0], "0") << next.answer("error");
    const Reader fresh = reader_with(0, WB_EVERY);
    ASSERT_EQ(next.ask("publish 3")[0], "0");
    wb_frame frame;
    ASSERT_OK(wb_reader_wait(fresh.get(), kLong, &frame));
    EXPECT_TRUE(is_whole(frame));
    wb_frame_release(&frame);
  }

  static Reader reader_with(std::uint32_t flags, wb_mode mode = WB_LATEST) {
    wb_reader_options options{};
    options.struct_size = sizeof options;
    options.mode = mode;
    options.flags = flags;
    wb_reader* raw = nullptr;
    EXPECT_OK(wb_reader_open("swarm", &options, &raw));
    return Reader(raw);
  }
};

TEST_F(Scribbled, control_memory_costs_frames_at_most) {
  Puppet working;
  ASSERT_EQ(working.ask("create 3")[0], "0");
  const Reader leasing = reader_with(0, WB_EVERY), copying = reader_with(WB_READER_COPY),
               observing = reader_with(WB_READER_OBSERVE), stepping = reader_with(0, WB_LOCK_STEP);
  ASSERT_EQ(working.answer("lock_step 1"), "0");
  {
    const Scribbler scribbler(object_named(directory, "control"));
    for (int round = 0; round < 5; ++round) {
      const std::vector<std::string> published = working.ask("publish 200");
      ASSERT_NE(published[0], "dead");
      ASSERT_NE(published[0], "hung");
      ASSERT_NE(working.ask("answer")[0], "dead");
      wb_inspection* raw = nullptr;
      if (wb_inspect("swarm", &raw) == WB_OK) {
        std::vector<wb_reader_info> readers(64);
        std::size_t count = 0;
        wb_inspection_readers(raw, readers.data(), readers.size(), &count);
      }
      wb_inspection_close(raw);
    }
    working.tell("run 100");
    EXPECT_GT(follow(observing.get(), true), 0u) << "an observer does not look at control memory";
    follow(copying.get(), true);  // its copies are whole, but wake-ups may be lost
    follow(leasing.get(), false);
    follow(stepping.get(), false);
    std::uint64_t id;
    wb_reader_set(leasing.get(), "speed", f64(1), &id);
    working.tell("");
    ASSERT_NE(working.hear()[0], "hung");
  }
  working.answer("close_writer");
  expect_recovery();
}

// A process that may write the data object can publish any content. Readers must not crash or hang.
TEST_F(Scribbled, data_memory_shows_nonsense_and_no_more) {
  Puppet working;
  ASSERT_EQ(working.ask("create 3")[0], "0");
  ASSERT_EQ(working.ask("publish 5")[0], "0");
  const Reader leasing = reader_with(0, WB_EVERY), copying = reader_with(WB_READER_COPY),
               observing = reader_with(WB_READER_OBSERVE);
  wb_frame frame;
  ASSERT_OK(wb_reader_wait(leasing.get(), kLong, &frame));
  wb_frame_release(&frame);
  working.signal(SIGSTOP);
  {
    const Scribbler scribbler(object_named(directory, "data"));
    for (wb_reader* reader : {leasing.get(), copying.get(), observing.get()}) {
      follow(reader, false);
      wb_value value;
      wb_reader_parameter(reader, "speed", &value);
      wb_reader_stats stats;
      wb_reader_get_stats(reader, &stats);
    }
  }
  working.signal(SIGCONT);
  working.kill();
  expect_recovery();
}

}  // namespace
