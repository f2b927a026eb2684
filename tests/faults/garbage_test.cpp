// Files and memory with invalid contents in place of a stream's: the result is an error or a repair, never a crash and
// never a hang.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <functional>
#include <random>

#include "support/process.hpp"
#include "support/runtime.hpp"
#include "support/streams.hpp"

namespace {

using namespace wbtest;
namespace fs = std::filesystem;

class Garbage : public Streams {
 protected:
  // Makes a stream whose writer was killed: all its files and memory exist, and no process uses them.
  void leave_a_dead_stream() {
    Puppet writer;
    ASSERT_EQ(writer.answer("create"), "0 1 1");
    ASSERT_EQ(writer.answer("publish 5"), "0 5");
    manifest = directory.read("swarm.manifest");
  }

  // While this reader lives, a process that leaves does not remove the stream.
  Reader keep() {
    Reader keeper;
    EXPECT_OK(open(keeper, WB_LATEST, 1));
    return keeper;
  }

  std::string object(const char* key) const {
    const std::size_t at = manifest.find(std::string("\n") + key + " /") + std::strlen(key) + 3;
    return manifest.substr(at, manifest.find('\n', at) - at);
  }
  std::string data_path() const { return "/dev/shm/" + object("data"); }
  std::string control_path() const { return "/dev/shm/" + object("control"); }

  // Uses the stream through every interface. The calls need only return. Returns the result of opening a reader.
  int look() {
    wb_inspection* inspection = nullptr;
    wb_stream_info info;
    if (wb_inspect("swarm", &inspection) == WB_OK) wb_inspection_stream(inspection, &info);
    wb_inspection_close(inspection);
    Reader reader;
    const int code = open(reader, WB_EVERY);
    if (code == WB_OK) {
      wb_frame frame;
      for (int i = 0; i < 20 && wb_reader_wait(reader.get(), 0, &frame) == WB_OK; ++i) wb_frame_release(&frame);
    } else {
      EXPECT_GT(std::strlen(wb_error_message()), 10u);
    }
    return code;
  }

  // A writer repairs the stream or returns an error with a message.
  void expect_repair() {
    Writer writer;
    ASSERT_OK(create({}, writer));
    const Reader reader = make_reader();
    publish(writer.get(), 3);
    wb_frame frame;
    ASSERT_OK(wb_reader_wait(reader.get(), kLong, &frame));
    EXPECT_TRUE(is_whole(frame));
    wb_frame_release(&frame);
  }

  std::string manifest;
};

TEST_F(Garbage, manifests_cut_anywhere_are_refused_and_repaired) {
  leave_a_dead_stream();
  for (std::size_t length = 0; length < manifest.size(); length += 7) {
    directory.write("swarm.manifest", manifest.substr(0, length));
    ASSERT_EQ(look(), WB_ERR_CORRUPT) << length;
  }
  expect_repair();
}

TEST_F(Garbage, manifests_of_noise_are_refused_and_repaired) {
  std::mt19937 random(7);
  for (std::size_t length : {1u, 100u, 5000u, 1'000'000u}) {
    std::string noise(length, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    directory.write("swarm.manifest", noise);
    ASSERT_EQ(look(), WB_ERR_CORRUPT) << length;
    Writer writer;
    ASSERT_OK(create({}, writer));
  }
}

TEST_F(Garbage, missing_memory_is_not_ready_and_repaired) {
  for (const bool data : {true, false}) {
    leave_a_dead_stream();
    fs::remove(data ? data_path() : control_path());
    const int code = look();
    if (data) {
      EXPECT_EQ(code, WB_OK) << "the reader waits for a writer";
      wb_frame frame;
      EXPECT_EQ(wb_reader_wait(make_reader().get(), 0, &frame), WB_NOT_READY);
    }
    expect_repair();
  }
}

TEST_F(Garbage, memory_cut_short_is_refused_and_repaired) {
  for (const bool data : {true, false}) {
    for (const unsigned bytes : {0u, 1u, 100u, 4096u}) {
      leave_a_dead_stream();
      fs::resize_file(data ? data_path() : control_path(), bytes);
      ASSERT_EQ(look(), WB_ERR_CORRUPT) << bytes;
      expect_repair();
    }
  }
}

TEST_F(Garbage, headers_and_schemas_of_noise_are_refused_or_harmless) {
  leave_a_dead_stream();
  const Reader keeper = keep();
  std::mt19937 random(11);
  int refused = 0;
  for (int round = 0; round < 400; ++round) {
    const std::string path = round % 4 == 3 ? control_path() : data_path();
    const int file = ::open(path.c_str(), O_RDWR);
    ASSERT_GE(file, 0);
    char before[64], noise[64];
    const auto length = static_cast<std::size_t>(1 + random() % sizeof noise);
    const auto at = static_cast<off_t>(random() % (round % 4 == 3 ? 64 : 768 + 6 * 560));
    for (char& c : noise) c = static_cast<char>(random());
    ASSERT_EQ(::pread(file, before, length, at), static_cast<ssize_t>(length));
    ASSERT_EQ(::pwrite(file, noise, length, at), static_cast<ssize_t>(length));
    refused += look() < 0 ? 1 : 0;
    ASSERT_EQ(::pwrite(file, before, length, at), static_cast<ssize_t>(length));
    ::close(file);
  }
  EXPECT_GT(refused, 100);
  EXPECT_EQ(look(), WB_OK);
}

TEST_F(Garbage, slots_of_noise_cost_frames_and_nothing_else) {
  leave_a_dead_stream();
  const Reader keeper = keep();
  std::mt19937 random(13);
  for (int round = 0; round < 50; ++round) {
    const int file = ::open(data_path().c_str(), O_RDWR);
    std::vector<char> noise(static_cast<std::size_t>(fs::file_size(data_path())) - 4096);
    for (char& c : noise) c = static_cast<char>(random());
    ASSERT_GT(::pwrite(file, noise.data(), noise.size(), 4096 + (round % 2) * 8), 0);
    const std::size_t hot_bytes = round % 3 == 0 ? 384 : 0;  // head, wake word, generation
    ASSERT_EQ(::pwrite(file, noise.data(), hot_bytes, 256), static_cast<ssize_t>(hot_bytes));
    ::close(file);
    look();
  }
  Writer writer;
  ASSERT_OK(create({}, writer));
  for (int i = 0; i < 100; ++i) {
    wb_slot slot;
    if (wb_writer_begin(writer.get(), &slot) == WB_OK) wb_writer_publish(writer.get(), 1, 0);
  }
  wb_request request;
  for (int i = 0; i < 10'000 && wb_writer_next_request(writer.get(), &request) == WB_OK; ++i) {
  }
}

// The kinds of objects that replace each file.
struct Wrong {
  const char* what;
  std::function<void(const std::string&)> put;
};

const Wrong kWrongs[] = {
    {"symlink", [](const std::string& path) { fs::create_symlink("/dev/null", path); }},
    {"dangling_symlink", [](const std::string& path) { fs::create_symlink("nowhere", path); }},
    {"directory", [](const std::string& path) { fs::create_directory(path); }},
    {"fifo", [](const std::string& path) { ::mkfifo(path.c_str(), 0600); }},
    {"empty_file", [](const std::string& path) { ::close(::open(path.c_str(), O_CREAT | O_WRONLY, 0600)); }},
};

class InPlaceOf : public Garbage, public ::testing::WithParamInterface<std::tuple<int, const char*>> {
 protected:
  const Wrong& wrong() const { return kWrongs[std::get<0>(GetParam())]; }
  std::string target() const { return std::get<1>(GetParam()); }
};

TEST_P(InPlaceOf, a_file_it_is_an_error_or_repaired) {
  const bool is_memory = target() == "data" || target() == "control";
  if (is_memory) leave_a_dead_stream();
  const std::string path = target() == "data"      ? data_path()
                           : target() == "control" ? control_path()
                                                   : directory.file(target());
  fs::remove(path);
  wrong().put(path);
  look();
  Writer writer;
  const int code = create({}, writer);
  if (code == WB_OK) {
    publish(writer.get(), 3);
    look();
  } else {
    EXPECT_LT(code, 0);
    EXPECT_GT(std::strlen(wb_error_message()), 10u);
  }
  writer.reset();
  EXPECT_OK(wb_collect(nullptr, nullptr));
  fs::remove(path);  // a collection does not remove foreign objects
}

INSTANTIATE_TEST_SUITE_P(Each, InPlaceOf,
                         ::testing::Combine(::testing::Range(0, 5),
                                            ::testing::Values("swarm.manifest", "swarm.manifest.new", "swarm.writer",
                                                              "swarm.reader0", "data", "control")),
                         [](const auto& all) {
                           std::string name =
                               std::string(kWrongs[std::get<0>(all.param)].what) + "_for_" + std::get<1>(all.param);
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST_F(Garbage, memory_that_a_creation_left_half_made_is_used_again) {
  leave_a_dead_stream();
  fs::remove(directory.file("swarm.manifest"));  // the state before the manifest is written
  expect_repair();
  EXPECT_TRUE(directory.objects().empty());
}

TEST_F(Garbage, memory_of_the_epochs_around_is_collected) {
  leave_a_dead_stream();
  const std::string data = data_path();
  for (const char* next : {"2d", "2c"}) fs::copy_file(data, data.substr(0, data.size() - 2) + next);
  ASSERT_OK(wb_collect(nullptr, nullptr));
  EXPECT_TRUE(directory.objects().empty());
}

}  // namespace
