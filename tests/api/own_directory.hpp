// A runtime directory of each test's own, removed with all that was left in it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <wingbeat/wingbeat.hpp>

class OwnDirectory : public testing::Test {
 protected:
  OwnDirectory() {
    std::string path = (std::filesystem::temp_directory_path() / "wingbeat-api.XXXXXX").string();
    directory_ = mkdtemp(path.data());
    setenv("WINGBEAT_DIR", directory_.c_str(), 1);
  }
  ~OwnDirectory() override {
    EXPECT_TRUE(wingbeat::collect().has_value());
    std::filesystem::remove_all(directory_);
  }

 private:
  std::string directory_;
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
