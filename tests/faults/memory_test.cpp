// Small file systems: an object that does not fit is refused with both sizes and leaves nothing behind. An object that
// fits keeps working, because its memory was reserved. The tests mount their own file systems and need the right to.
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "support/process.hpp"
#include "support/runtime.hpp"
#include "support/streams.hpp"

namespace {

using namespace wbtest;

const std::string kNoMemory = std::to_string(WB_ERR_NO_MEMORY);

#define ASSERT_OR_SKIP(question, puppet, what) \
  if ((puppet).answer(question) != "0") GTEST_SKIP() << "this machine does not let a test have " << (what)

class SmallMemory : public Streams {
 protected:
  // Returns the names in the runtime directory, as the puppet sees it.
  std::vector<std::string> files_of(const Puppet& puppet) const {
    std::vector<std::string> names;
    std::error_code ignored;
    const std::string path = "/proc/" + std::to_string(puppet.pid()) + "/root" + directory.path();
    for (const auto& file : std::filesystem::directory_iterator(path, ignored)) names.push_back(file.path().filename());
    return names;
  }

  // Returns the size of the puppet's standard stream, in whole pages.
  std::uint64_t bytes_of_a_stream() const {
    const Writer made = make_writer();
    std::uint64_t bytes = 0;
    for (const std::string& object : directory.objects()) {
      struct stat status {};
      EXPECT_EQ(::stat(("/dev/shm/" + object).c_str(), &status), 0);
      bytes += static_cast<std::uint64_t>(status.st_blocks) * 512;
    }
    return bytes;
  }

  std::string filler() const { return directory.file("filler"); }
};

TEST_F(SmallMemory, of_exactly_the_size_is_enough_and_a_page_less_is_not) {
  const std::uint64_t bytes = bytes_of_a_stream();
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  Puppet poor, fitting;
  ASSERT_OR_SKIP("memory " + std::to_string(bytes - page), poor, "a /dev/shm of its own");
  EXPECT_EQ(poor.answer("make"), kNoMemory);
  EXPECT_NE(poor.answer("error").find("needs"), std::string::npos) << poor.answer("error");
  EXPECT_TRUE(directory.files().empty());
  ASSERT_EQ(fitting.answer("memory " + std::to_string(bytes)), "0");
  EXPECT_EQ(fitting.answer("make"), "0") << fitting.answer("error");
  EXPECT_EQ(fitting.ask("publish 50")[0], "0");
  EXPECT_EQ(fitting.answer("close_writer"), "0");
}

TEST_F(SmallMemory, that_gets_full_concerns_nobody_who_has_begun) {
  Puppet writer;
  ASSERT_OR_SKIP("memory 1048576", writer, "a /dev/shm of its own");
  Puppet reader, late;
  for (Puppet* each : {&reader, &late}) ASSERT_EQ(each->answer("join " + std::to_string(writer.pid())), "0");
  ASSERT_EQ(writer.answer("make"), "0");
  ASSERT_EQ(reader.answer("enter every"), "0 1");
  ASSERT_EQ(writer.answer("fill /dev/shm/filler"), "0");
  for (int i = 0; i < 60; ++i) {  // wraps around the ring four times
    ASSERT_EQ(writer.ask("publish")[0], "0");
    ASSERT_EQ(reader.answer("look"), "0 whole");
  }
  EXPECT_EQ(late.answer("enter"), "0 1") << "attaching needs no memory: " << late.answer("error");
  EXPECT_EQ(late.answer("look"), "0 whole");
  EXPECT_EQ(late.answer("set 3"), "0 1");
  EXPECT_EQ(writer.ask("answer")[1], "1");
  EXPECT_EQ(late.answer("receipt 1 100"), "0 " + std::to_string(WB_APPLIED));
  writer.kill();
  EXPECT_EQ(late.answer("make"), "0") << "taking over needs none either: " << late.answer("error");
  EXPECT_EQ(late.ask("publish")[0], "0");
  EXPECT_EQ(reader.answer("look"), std::to_string(WB_RESTARTED));
  EXPECT_EQ(reader.answer("look"), "0 whole");
  for (const char* end : {"close_writer", "close_reader"}) EXPECT_EQ(late.answer(end), "0");
  EXPECT_EQ(reader.answer("close_reader"), "0");
}

TEST_F(SmallMemory, for_a_window_is_an_error_and_frames_go_on) {
  const Writer living = make_writer();
  Puppet poor;
  ASSERT_EQ(poor.ask("enter")[0], "0");
  publish(living.get(), 1);
  ASSERT_EQ(poor.answer("limit size 65536"), "0");
  EXPECT_EQ(poor.answer("window 1000"), kNoMemory) << poor.answer("error");
  EXPECT_NE(poor.answer("error").find("1000 frames of 'words' needs 2048000 bytes"), std::string::npos)
      << poor.answer("error");
  EXPECT_EQ(poor.answer("window 8"), "0") << "a smaller one fits: " << poor.answer("error");
  publish(living.get(), 1);
  EXPECT_EQ(poor.answer("look"), "0 whole");
  Puppet without_addresses;
  ASSERT_EQ(without_addresses.ask("enter")[0], "0");
  ASSERT_EQ(without_addresses.answer("limit memory 1500000000"), "0");
  EXPECT_EQ(without_addresses.answer("window 500000"), kNoMemory) << without_addresses.answer("error");
  EXPECT_EQ(without_addresses.answer("look"), "0 whole");
}

TEST_F(SmallMemory, of_the_runtime_directory_is_an_error_and_leaves_nothing) {
  Puppet poor;
  ASSERT_OR_SKIP("directory 4096", poor, "a runtime directory of that size");
  ASSERT_EQ(poor.answer("fill " + filler()), "0");
  EXPECT_EQ(poor.answer("make"), kNoMemory) << poor.answer("error");
  EXPECT_NE(poor.answer("error").find("swarm.manifest"), std::string::npos) << poor.answer("error");
  EXPECT_EQ(files_of(poor), std::vector<std::string>{"filler"});
  EXPECT_TRUE(directory.objects().empty());
  ASSERT_EQ(poor.answer("empty " + filler()), "0");
  EXPECT_EQ(poor.answer("make"), "0") << poor.answer("error");
  EXPECT_EQ(poor.ask("publish 3")[0], "0");
  EXPECT_EQ(poor.answer("close_writer"), "0");
  EXPECT_TRUE(files_of(poor).empty());
}

TEST_F(SmallMemory, of_the_runtime_directory_for_a_new_epoch_leaves_the_old_one_as_it_is) {
  Puppet poor;
  ASSERT_OR_SKIP("directory 8192", poor, "a runtime directory of that size");
  ASSERT_EQ(poor.answer("make"), "0");
  ASSERT_EQ(poor.ask("publish 3")[0], "0");
  ASSERT_EQ(poor.answer("enter every"), "0 1");
  ASSERT_EQ(poor.answer("close_writer"), "0");
  const std::vector<std::string> objects = directory.objects();
  ASSERT_EQ(poor.answer("fill " + filler()), "0");
  EXPECT_EQ(poor.answer("make 9"), kNoMemory) << poor.answer("error");
  EXPECT_EQ(directory.objects(), objects);
  EXPECT_EQ(poor.answer("look"), "0 whole") << "the frames are still there";
  EXPECT_EQ(poor.answer("make"), "0") << "a writer with the old schema can take over: " << poor.answer("error");
  EXPECT_EQ(poor.ask("publish")[0], "0");
  EXPECT_EQ(poor.answer("close_reader"), "0");
  EXPECT_EQ(poor.answer("close_writer"), "0");
}

TEST_F(SmallMemory, of_files_in_the_runtime_directory_is_an_error_and_leaves_nothing) {
  int failed = 0, made = 0;
  for (int files = 1; files <= 6; ++files) {
    Puppet poor;
    ASSERT_OR_SKIP("directory 1048576 " + std::to_string(files), poor, "a runtime directory of so few files");
    const std::string code = poor.answer("make");
    code == "0" ? ++made : ++failed;
    EXPECT_TRUE(code == "0" || code == kNoMemory) << code << poor.answer("error");
    EXPECT_EQ(poor.answer("close_writer"), "0");
    EXPECT_TRUE(files_of(poor).empty());
    EXPECT_TRUE(directory.objects().empty());
  }
  EXPECT_GT(failed, 0);
  EXPECT_GT(made, 0);
}

// On systems that reserve memory only by touching it, reserving works without the right to lock memory, and a lack of
// memory is an error instead of a crash.
TEST_F(SmallMemory, is_found_and_used_without_the_right_to_lock_any) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to be a user without it";
  ASSERT_EQ(::chown(directory.path().c_str(), 31007, 31007), 0);
  for (const char* most : {"0", "4096", "65535"}) {
    Puppet poor;
    ASSERT_OR_SKIP("memory 1048576", poor, "a /dev/shm of its own");
    ASSERT_EQ(poor.answer(std::string("limit locked ") + most), "0");
    ASSERT_EQ(poor.answer("user 31007"), "0");
    EXPECT_EQ(poor.answer("big 1000000"), kNoMemory) << most << poor.answer("error");
    EXPECT_EQ(poor.answer("make"), "0") << most << poor.answer("error");
    EXPECT_EQ(poor.ask("publish 20")[0], "0");
    EXPECT_EQ(poor.answer("close_writer"), "0");
  }
}

}  // namespace
