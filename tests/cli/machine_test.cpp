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
  void run_systemd() { fs::create_directories(root_ / "systemd"); }
  Finding remove_ipc(std::uint32_t user = kPlainUser) { return check_remove_ipc(paths_, user, "ada"); }

  fs::path root_;
  MachinePaths paths_;
};

TEST_F(Machine, without_systemd_nothing_is_removed) { EXPECT_EQ(remove_ipc().level, Level::fine); }

TEST_F(Machine, remove_ipc_is_on_unless_it_is_turned_off) {
  run_systemd();
  const Finding finding = remove_ipc();
  EXPECT_EQ(finding.level, Level::advice);
  EXPECT_NE(finding.remedy.find("enable-linger ada"), std::string::npos) << finding.remedy;
}

TEST_F(Machine, remove_ipc_off_is_fine) {
  run_systemd();
  write("logind.conf", "[Login]\n#RemoveIPC=yes\n RemoveIPC = no \n");
  EXPECT_EQ(remove_ipc().level, Level::fine);
}

TEST_F(Machine, commented_out_remove_ipc_does_not_count) {
  run_systemd();
  write("logind.conf", "[Login]\n#RemoveIPC=no\n");
  EXPECT_EQ(remove_ipc().level, Level::advice);
}

TEST_F(Machine, later_file_wins_for_remove_ipc) {
  run_systemd();
  write("logind.conf", "RemoveIPC=no\n");
  write("logind.conf.d/20.conf", "RemoveIPC=yes\n");
  write("logind.conf.d/10.conf", "RemoveIPC=no\n");
  write("logind.conf.d/30.bak", "RemoveIPC=no\n");
  EXPECT_EQ(remove_ipc().level, Level::advice);
}

TEST_F(Machine, system_users_and_lingering_users_are_spared) {
  run_systemd();
  EXPECT_EQ(remove_ipc(0).level, Level::fine);
  write("linger/ada", "");
  EXPECT_EQ(remove_ipc().level, Level::fine);
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

TEST_F(Machine, runtime_directory_need_not_exist) {
  EXPECT_EQ(check_runtime_directory((root_ / "new").string(), getuid()).level, Level::fine);
}

TEST_F(Machine, runtime_directory_of_ones_own_is_fine) {
  chmod(root_.c_str(), 0700);
  EXPECT_EQ(check_runtime_directory(root_.string(), getuid()).level, Level::fine);
}

TEST_F(Machine, runtime_directory_of_somebody_else_or_open_to_all_is_a_problem) {
  EXPECT_EQ(check_runtime_directory(root_.string(), getuid() + 1).level, Level::problem);
  chmod(root_.c_str(), 0777);
  EXPECT_EQ(check_runtime_directory(root_.string(), getuid()).level, Level::problem);
  write("file", "");
  EXPECT_EQ(check_runtime_directory((root_ / "file").string(), getuid()).level, Level::problem);
}

TEST_F(Machine, link_in_place_of_the_runtime_directory_is_a_problem) {
  fs::create_directory_symlink("/", root_ / "link");
  EXPECT_EQ(check_runtime_directory((root_ / "link").string(), getuid()).level, Level::problem);
}

}  // namespace
