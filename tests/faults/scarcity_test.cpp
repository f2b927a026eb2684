// Lack of resources (memory, descriptors, threads, reader entries) and excess (streams, readers, bytes in a frame).
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "support/process.hpp"
#include "support/runtime.hpp"
#include "support/sanitizers.hpp"
#include "support/streams.hpp"

namespace {

using namespace wbtest;

class Scarcity : public Streams {};

TEST_F(Scarcity, of_descriptors_is_an_error_and_nobody_living_is_declared_dead) {
  const Writer living = make_writer();
  const Reader other = make_reader();
  Puppet poor;
  ASSERT_EQ(poor.ask("enter")[0], "0");
  ASSERT_EQ(poor.answer("limit files 4"), "0");  // the three standard descriptors and the lock file
  publish(living.get(), 1);
  EXPECT_EQ(poor.answer("look"), "0 whole") << "taking frames needs no descriptor";
  EXPECT_LT(std::stoi(poor.answer("fd")), 0);
  EXPECT_LT(std::stoi(poor.answer("make")), 0);
  EXPECT_EQ(poor.answer("collect"), "0");
  publish(living.get(), 1);
  wb_frame frame;
  ASSERT_OK(wb_reader_wait(other.get(), 0, &frame)) << "living readers keep their entries";
  wb_frame_release(&frame);
}

TEST_F(Scarcity, of_descriptors_at_the_start_leaves_nothing) {
  for (int files = 3; files < 8; ++files) {
    Puppet poor;
    ASSERT_EQ(poor.answer("limit files " + std::to_string(files)), "0");
    poor.answer("make");
    poor.answer("enter");
  }
}

TEST_F(Scarcity, of_file_size_is_an_error_with_the_number) {
  Puppet poor;
  ASSERT_EQ(poor.answer("limit size 65536"), "0");
  const std::string code = poor.answer("big 1000000");
  EXPECT_EQ(code, std::to_string(WB_ERR_NO_MEMORY)) << poor.answer("error");
  EXPECT_NE(poor.answer("error").find("needs"), std::string::npos) << poor.answer("error");
}

TEST_F(Scarcity, of_address_space_is_an_error) {
  SKIP_IF_SANITIZED("a sanitizer needs more address space than that for itself");
  Puppet poor;
  ASSERT_EQ(poor.answer("limit memory 600000000"), "0");
  EXPECT_EQ(poor.answer("big 200000000"), std::to_string(WB_ERR_NO_MEMORY)) << poor.answer("error");
  EXPECT_EQ(poor.answer("make"), "0") << "a smaller one fits: " << poor.answer("error");
}

TEST_F(Scarcity, of_threads_leaves_a_reader_without_a_descriptor_for_loops) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to be a user without threads";
  const Writer living = make_writer("swarm");
  Puppet poor;
  ASSERT_EQ(poor.ask("enter")[0], "0");
  ASSERT_EQ(poor.answer("limit threads 0"), "0");
  ASSERT_EQ(poor.answer("user 31007"), "0");
  EXPECT_EQ(poor.answer("fd"), std::to_string(WB_ERR_SYSTEM));
  publish(living.get(), 1);
  EXPECT_EQ(poor.answer("look"), "0 whole");
}

TEST_F(Scarcity, of_reader_entries_is_an_error_that_says_what_to_do) {
  const Writer living = make_writer("swarm", {16, 8, 2, 4, 3});
  const Reader first = make_reader();
  Puppet second, third;
  ASSERT_EQ(second.answer("enter"), "0 1");
  EXPECT_EQ(third.ask("enter")[0], std::to_string(WB_ERR_NO_ROOM));
  const std::string advice = third.answer("error");
  for (const char* part : {"2 reader entries", "end a reader", "WB_READER_OBSERVE", "WB_OPTION_MAX_READERS"})
    EXPECT_NE(advice.find(part), std::string::npos) << advice;
  publish(living.get(), 1);
  EXPECT_EQ(third.answer("enter observe"), "0 " + std::to_string(WB_AS_OBSERVER)) << "an observer needs no entry";
  EXPECT_EQ(third.answer("look"), "0 whole");
  EXPECT_EQ(second.answer("close_reader"), "0");
  EXPECT_EQ(third.answer("enter"), "0 1") << "an entry that was released: " << third.answer("error");
  third.kill();
  EXPECT_EQ(second.answer("enter"), "0 1") << "the entry of a dead reader: " << second.answer("error");
  publish(living.get(), 40);
  EXPECT_EQ(second.answer("look"), "0 whole");
}

TEST_F(Scarcity, a_thousand_streams_at_once) {
  constexpr int kStreams = 1000;
  std::vector<Writer> writers;
  for (int i = 0; i < kStreams; ++i) {
    writers.push_back(make_writer("s" + std::to_string(i), {1, 1, 2, 0, 1}));
    ASSERT_NE(writers.back(), nullptr);
    publish(writers.back().get(), 1);
  }
  std::size_t count = 0;
  ASSERT_OK(wb_list(nullptr, 0, &count));
  EXPECT_EQ(count, std::size_t{kStreams});
  for (int i = 0; i < kStreams; i += 37) {
    const Reader one = make_reader("s" + std::to_string(i));
    wb_frame frame;
    ASSERT_OK(wb_reader_wait(one.get(), kLong, &frame));
    EXPECT_TRUE(is_whole(frame));
    wb_frame_release(&frame);
  }
  for (std::size_t i = 0; i < writers.size(); i += 2) writers[i].reset();
  ASSERT_OK(wb_list(nullptr, 0, &count));
  EXPECT_EQ(count, std::size_t{kStreams / 2});
}

// The long tier asks for a gibibyte, whose objects are larger than 4 GiB.
TEST_F(Scarcity, frames_of_one_byte_and_of_very_many) {
  const char* given = std::getenv("WINGBEAT_LARGE_FRAME_BYTES");
  const std::uint64_t large = given != nullptr ? std::strtoull(given, nullptr, 10) : 1u << 26;
  for (const std::uint64_t bytes : {std::uint64_t{1}, large}) {
    struct statvfs shared {};
    const bool known = ::statvfs("/dev/shm", &shared) == 0;
    if (known && shared.f_bavail * shared.f_frsize < 5 * bytes)
      GTEST_SKIP() << "needs " << 5 * bytes << " bytes in /dev/shm";
    Writer writer;
    EXPECT_OK(create_big(bytes, writer));
    const Reader leasing = make_reader("swarm", WB_LATEST, 1);
    wb_slot slot;
    ASSERT_OK(wb_writer_begin(writer.get(), &slot));
    auto* target = static_cast<std::uint8_t*>(slot.data);
    target[0] = 7;
    target[bytes - 1] = 7;
    ASSERT_OK(wb_writer_publish(writer.get(), 1, 0));
    wb_frame frame;
    ASSERT_OK(wb_reader_wait(leasing.get(), kLong, &frame));
    EXPECT_EQ(static_cast<const std::uint8_t*>(frame.data)[bytes - 1], 7);
    wb_frame_release(&frame);
  }
}

TEST_F(Scarcity,
       removed_objects_and_directory_are_survived) {  // as by systemd's RemoveIPC at logout, or by a user
  Writer living = make_writer();
  const Reader staying = make_reader("swarm", WB_EVERY);
  for (const std::string& object : directory.objects()) ::shm_unlink(object.c_str());
  publish(living.get(), 2);
  wb_frame frame;
  ASSERT_OK(wb_reader_wait(staying.get(), 0, &frame)) << "mapped memory stays valid";
  wb_frame_release(&frame);
  Reader late;
  EXPECT_EQ(open(late), WB_OK);  // a reader may be opened before its writer
  EXPECT_EQ(wb_reader_attach(late.get(), 0), WB_NOT_READY);
  living.reset();
  living = make_writer();
  publish(living.get(), 1);
  ASSERT_OK(wb_reader_wait(late.get(), kLong, &frame));
  EXPECT_TRUE(is_whole(frame));
  wb_frame_release(&frame);
}

TEST_F(Scarcity, a_number_of_a_living_process_in_memory_keeps_nobody_alive) {  // process ids are reused
  {
    Puppet dead;
    ASSERT_EQ(dead.answer("make"), "0");
    dead.kill();
  }
  std::string name;
  for (std::ifstream manifest(directory.file("swarm.manifest")); std::getline(manifest, name);) {
    if (name.rfind("data ", 0) == 0) break;
  }
  const int object = ::shm_open(name.substr(5).c_str(), O_RDWR, 0);
  ASSERT_GE(object, 0);
  const std::int32_t mine = ::getpid();
  ASSERT_EQ(::pwrite(object, &mine, sizeof mine, 520), static_cast<ssize_t>(sizeof mine));
  ::close(object);
  const Writer successor = make_writer();
  EXPECT_NE(successor, nullptr) << wb_error_message();
}

}  // namespace
