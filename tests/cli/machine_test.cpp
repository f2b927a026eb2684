// The findings of `wingbeat doctor` on machines of many kinds, which the tests simulate by files.
#include "machine.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace {

namespace fs = std::filesystem;
using namespace wingbeat::cli;

constexpr std::uint32_t kPlainUser = 1000;

class Machine : public testing::Test {
 protected:
  Machine() {
    std::string path = (fs::temp_directory_path() / "wingbeat-machine.XXXXXX").string();
    root_ = mkdtemp(path.data());
    paths_.clock_source = (root_ / "clock").string();
    paths_.systemd = (root_ / "systemd").string();
    paths_.linger = (root_ / "linger").string();
    paths_.logind = {(root_ / "logind.conf").string(), (root_ / "logind.conf.d").string()};
    fs::create_directories(root_ / "linger");
    fs::create_directories(root_ / "logind.conf.d");
  }
  ~Machine() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& text) { std::ofstream(root_ / name) << text; }
  Finding remove_ipc(std::uint32_t user = kPlainUser) { return check_remove_ipc(paths_, user, "ada"); }

  fs::path root_;
  MachinePaths paths_;
};

TEST_F(Machine, without_systemd_nothing_is_removed) { EXPECT_EQ(remove_ipc().level, Level::fine); }

TEST_F(Machine, remove_ipc_is_on_unless_the_last_setting_turns_it_off) {
  using Files = std::vector<std::pair<std::string, std::string>>;
  fs::create_directories(root_ / "systemd");
  EXPECT_NE(remove_ipc().remedy.find("enable-linger ada"), std::string::npos);
  for (const auto& [level, files] : std::vector<std::pair<Level, Files>>{
           {Level::advice, {}},
           {Level::fine, {{"logind.conf", "[Login]\n#RemoveIPC=yes\n RemoveIPC = no \n"}}},
           {Level::advice, {{"logind.conf", "[Login]\n#RemoveIPC=no\n"}}},
           {Level::advice,
            {{"logind.conf", "RemoveIPC=no\n"},
             {"logind.conf.d/20.conf", "RemoveIPC=yes\n"},
             {"logind.conf.d/10.conf", "RemoveIPC=no\n"},
             {"logind.conf.d/30.bak", "RemoveIPC=no\n"}}}}) {
    for (const auto& [name, text] : files) write(name, text);
    EXPECT_EQ(remove_ipc().level, level) << (files.empty() ? "no files" : files.front().second);
  }
  EXPECT_EQ(remove_ipc(0).level, Level::fine) << "a system user";
  write("linger/ada", "");
  EXPECT_EQ(remove_ipc().level, Level::fine) << "a user who lingers";
}

TEST_F(Machine, shared_memory_that_is_not_there_is_said) {
  paths_.shared_memory = (root_ / "nowhere").string();
  EXPECT_EQ(check_shared_memory(paths_).level, Level::advice);
}

TEST_F(Machine, clock_is_measured_and_its_source_named) {
  write("clock", "tsc\n");
  const Finding finding = check_clock(paths_);
  EXPECT_NE(finding.level, Level::problem);
  EXPECT_NE(finding.what.find("tsc"), std::string::npos);
}

TEST_F(Machine, runtime_directory_need_not_exist_but_must_be_a_directory_of_the_user_alone) {
  const auto level_of = [](const fs::path& path, std::uint32_t user = getuid()) {
    return check_runtime_directory(path.string(), user).level;
  };
  write("file", "");
  fs::create_directory_symlink("/", root_ / "link");
  chmod(root_.c_str(), 0700);
  EXPECT_EQ(level_of(root_ / "new"), Level::fine);
  EXPECT_EQ(level_of(root_), Level::fine);
  EXPECT_EQ(level_of(root_, getuid() + 1), Level::problem);
  EXPECT_EQ(level_of(root_ / "file"), Level::problem);
  EXPECT_EQ(level_of(root_ / "link"), Level::problem);
  chmod(root_.c_str(), 0777);
  EXPECT_EQ(level_of(root_), Level::problem);
}

}  // namespace
