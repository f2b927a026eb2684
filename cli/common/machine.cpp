#include "machine.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include "text.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLittleSharedMemory = 64'000'000;
constexpr std::uint64_t kSomeSharedMemory = 512'000'000;
constexpr std::uint64_t kFewFiles = 256;
constexpr std::uint64_t kSomeFiles = 1024;
constexpr std::uint32_t kFirstUser = 1000;  // below: system users, whom RemoveIPC spares

Finding fine(std::string about, std::string what) { return {std::move(about), Level::fine, std::move(what), ""}; }

std::string trimmed(std::string text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// The last RemoveIPC= of one file.
std::optional<std::string> remove_ipc_in(const fs::path& file) {
  std::ifstream lines(file);
  std::optional<std::string> value;
  for (std::string line; std::getline(lines, line);) {
    line = trimmed(line);
    const auto equals = line.find('=');
    if (equals != std::string::npos && trimmed(line.substr(0, equals)) == "RemoveIPC")
      value = trimmed(line.substr(equals + 1));
  }
  return value;
}

// The files of a path that is a file, or a folder of *.conf.
std::vector<fs::path> configuration_files(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(path, ignored))
    if (entry.path().extension() == ".conf") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

// Files are read in systemd's order, and later ones win.
bool is_removing_ipc(const MachinePaths& paths) {
  std::string value = "yes";  // systemd's default
  for (const auto& path : paths.logind)
    for (const auto& file : configuration_files(path)) value = remove_ipc_in(file).value_or(value);
  return value != "no" && value != "false" && value != "off" && value != "0";
}

std::string limit_text(rlim_t limit) { return limit == RLIM_INFINITY ? "unlimited" : fmt::format("{}", limit); }

// The least of many differences of neighbouring readings: what one reading costs.
std::optional<std::uint64_t> clock_cost_ns() {
  constexpr int kReadings = 2000;
  const std::uint64_t first = wb_now_ns();
  std::uint64_t before = first;
  for (int i = 0; i < kReadings; ++i) {
    const std::uint64_t now = wb_now_ns();
    if (now < before) return {};
    before = now;
  }
  return (before - first) / kReadings;
}

std::string user_name_of(std::uint32_t user) {
  const passwd* entry = getpwuid(user);
  return entry != nullptr ? entry->pw_name : fmt::format("{}", user);
}

}  // namespace

Finding check_library() { return fine("library", fmt::format("wingbeat {}, {} backend", wb_version(), wb_backend())); }

Finding check_shared_memory(const MachinePaths& paths) {
  constexpr const char* kAbout = "shared memory";
#if defined(__APPLE__)
  if (paths.shared_memory == MachinePaths().shared_memory) return fine(kAbout, "bounded by memory alone");
#endif
  struct statvfs file_system = {};
  if (statvfs(paths.shared_memory.c_str(), &file_system) != 0)
    return {kAbout, Level::advice, fmt::format("{}: {}", paths.shared_memory, std::strerror(errno)),
            "streams need POSIX shared memory; on Linux mount a tmpfs there"};
  const std::uint64_t unit = file_system.f_frsize;
  const std::uint64_t size = unit * file_system.f_blocks, free = unit * file_system.f_bavail;
  const std::string what = fmt::format("{}: {} of {} free", paths.shared_memory, bytes_text(free), bytes_text(size));
  const std::string remedy = fmt::format(
      "enlarge it: `mount -o remount,size=2G {}`, or start the container with --shm-size=2g", paths.shared_memory);
  if (free < kLittleSharedMemory) return {kAbout, Level::problem, what, remedy + "; `wingbeat gc` may free some"};
  if (size < kSomeSharedMemory) return {kAbout, Level::advice, what + ": little", remedy};
  return fine(kAbout, what);
}

Finding check_open_files() {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  const std::string what = fmt::format("{} may be open in a process", limit_text(limit.rlim_cur));
  const std::string remedy = "raise it with `ulimit -n 4096`; each reader or writer takes a few";
  if (limit.rlim_cur < kFewFiles) return {"open files", Level::problem, what, remedy};
  if (limit.rlim_cur < kSomeFiles) return {"open files", Level::advice, what, remedy};
  return fine("open files", what);
}

Finding check_locked_memory() {
  rlimit limit = {};
  getrlimit(RLIMIT_MEMLOCK, &limit);
  return fine("locked memory", limit.rlim_cur == RLIM_INFINITY
                                   ? "unlimited"
                                   : fmt::format("up to {}; wingbeat locks none", bytes_text(limit.rlim_cur)));
}

Finding check_remove_ipc(const MachinePaths& paths, std::uint32_t user, const std::string& user_name) {
  constexpr const char* kAbout = "RemoveIPC";
  if (!fs::exists(paths.systemd)) return fine(kAbout, "systemd does not run here: nothing is removed at logout");
  if (!is_removing_ipc(paths)) return fine(kAbout, "off: shared memory stays when you log out");
  if (user < kFirstUser) return fine(kAbout, fmt::format("on, but it spares system users such as {}", user_name));
  if (fs::exists(fs::path(paths.linger) / user_name))
    return fine(kAbout, fmt::format("on, but {} lingers, so it removes nothing of this user", user_name));
  return {kAbout, Level::advice, "on: systemd deletes your streams when your last session ends",
          fmt::format("for simulations that outlive a login: `loginctl enable-linger {}`, or RemoveIPC=no in "
                      "/etc/systemd/logind.conf",
                      user_name)};
}

Finding check_cores() {
  const unsigned cores = std::thread::hardware_concurrency();
  const std::string what = fmt::format("{}", cores);
  if (cores >= 2) return fine("cores", what);
  return {"cores", Level::advice, what,
          "writer and readers take turns on one core: let readers sleep instead of spin, and expect more delay"};
}

Finding check_clock(const MachinePaths& paths) {
  constexpr std::uint64_t kSlowNs = 500;
  const auto cost = clock_cost_ns();
  if (!cost)
    return {"clock", Level::problem, "the monotonic clock ran backwards", "times of frames cannot be trusted here"};
  std::string source = "unknown source";
  std::ifstream(paths.clock_source) >> source;
  const std::string what = fmt::format("{}, {} a reading", source, duration_text(*cost));
  if (*cost < kSlowNs) return fine("clock", what);
  return {"clock", Level::advice, what + ": slow", "if the machine has it, boot with clocksource=tsc"};
}

Finding check_runtime_directory(const std::string& directory, std::uint32_t user) {
  constexpr const char* kAbout = "runtime directory";
  struct stat status = {};
  if (lstat(directory.c_str(), &status) != 0) {
    if (errno == ENOENT) return fine(kAbout, directory + " does not exist yet; the first writer makes it");
    return {kAbout, Level::problem, fmt::format("{}: {}", directory, std::strerror(errno)),
            "make it accessible, or set WINGBEAT_DIR to another folder"};
  }
  // A link is refused as well: another user may have made it.
  if (!S_ISDIR(status.st_mode))
    return {kAbout, Level::problem, directory + " is no directory", "remove it, or set WINGBEAT_DIR to a folder"};
  if (status.st_uid != user)
    return {kAbout, Level::problem, fmt::format("{} belongs to {}, not to you", directory, user_name_of(status.st_uid)),
            "set WINGBEAT_DIR to a folder of your own, or ask its owner to remove it"};
  const auto mode = static_cast<unsigned>(status.st_mode & 07777);
  const std::string what = fmt::format("{}, mode {:04o}", directory, mode);
  if ((mode & 0002) != 0)
    return {kAbout, Level::problem, what + ": everybody may write into it", fmt::format("`chmod 700 {}`", directory)};
  if ((mode & 0700) != 0700)
    return {kAbout, Level::problem, what + ": you may not use it", fmt::format("`chmod 700 {}`", directory)};
  return fine(kAbout, what);
}

Findings check_machine(const MachinePaths& paths) {
  const std::uint32_t user = getuid();
  std::array<char, 4096> directory = {};
  detail::require(wb_runtime_directory(directory.data(), directory.size()));
  return {check_library(),
          check_shared_memory(paths),
          check_open_files(),
          check_locked_memory(),
          check_remove_ipc(paths, user, user_name_of(user)),
          check_cores(),
          check_clock(paths),
          check_runtime_directory(directory.data(), user)};
}

}  // namespace wingbeat::cli
