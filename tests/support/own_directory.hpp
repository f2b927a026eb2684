// A private runtime directory for each test, removed with all its contents. Uses only the public headers.
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

// Returns the code of the wingbeat::Error that `call` throws, or WB_OK if it does not throw.
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
