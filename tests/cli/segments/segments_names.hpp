// Unique names of shared memory objects, which are removed at the end of the test.
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "description.hpp"
#include "segment.hpp"

namespace wingbeat::segments {

class Segments : public ::testing::Test {
 protected:
  Segments() {
    std::filesystem::create_directory(directory);
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
    setenv("WINGBEAT_DIR", directory.c_str(), 1);
  }
  ~Segments() override {
    std::filesystem::remove_all(directory);
    shm_unlink(data.text.c_str());
    shm_unlink(lock.text.c_str());
  }

  // Creates an object as another program would.
  static int make_object(const Name& name, std::size_t bytes) {
    const int object = shm_open(name.text.c_str(), O_CREAT | O_RDWR, 0600);
    EXPECT_GE(object, 0);
    EXPECT_EQ(ftruncate(object, static_cast<off_t>(bytes)), 0);
    return object;
  }

  Name data = parse_name(fmt::format("/wbg{}d", getpid())), lock = parse_name(fmt::format("/wbg{}m", getpid()));
  std::filesystem::path directory =
      std::filesystem::temp_directory_path() / fmt::format("wingbeat-segments.{}", getpid());
  std::string missing;
};

}  // namespace wingbeat::segments
