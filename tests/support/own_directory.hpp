// A runtime directory of each test's own, removed with all that was left in it. Needs the public headers alone.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <wingbeat/wingbeat.hpp>

namespace wbtest {

class OwnDirectory : public testing::Test {
 protected:
  OwnDirectory() {
    std::string path = (std::filesystem::temp_directory_path() / "wingbeat-test.XXXXXX").string();
    directory = mkdtemp(path.data());
    setenv("WINGBEAT_DIR", directory.c_str(), 1);
  }
  ~OwnDirectory() override {
    EXPECT_TRUE(wingbeat::collect().has_value());
    std::filesystem::remove_all(directory);
  }

  std::string directory;
};

// The code of the wingbeat::Error that `call` throws, WB_OK if it throws none.
template <class Call>
int thrown_code(Call&& call) {
  try {
    call();
  } catch (const wingbeat::Error& error) {
    EXPECT_STRNE(error.what(), "");
    return error.code();
  }
  return WB_OK;
}

}  // namespace wbtest
