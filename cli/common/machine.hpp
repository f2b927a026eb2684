// Checks of the machine: whether streams will work here, and for how long.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wingbeat::cli {

enum class Level {
  fine,     // as it should be
  advice,   // works, but could be better or may cause trouble later
  problem,  // something is wrong
};

// A result of `wingbeat doctor`.
struct Finding {
  std::string about;
  Level level;
  std::string what;
  std::string remedy;  // what to do; empty when fine
};

using Findings = std::vector<Finding>;

// Where the checks read; a test puts its own files there.
struct MachinePaths {
  std::string shared_memory = "/dev/shm";
  std::string clock_source = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
  std::string systemd = "/run/systemd/system";  // exists while systemd runs the machine
  std::string linger = "/var/lib/systemd/linger";
  // In the order systemd reads them: later ones win.
  std::vector<std::string> logind = {"/etc/systemd/logind.conf", "/usr/lib/systemd/logind.conf.d",
                                     "/run/systemd/logind.conf.d", "/etc/systemd/logind.conf.d"};
};

Finding check_library();
Finding check_shared_memory(const MachinePaths& paths);
Finding check_open_files();
Finding check_locked_memory();
// RemoveIPC: systemd deletes the shared memory of a user whose last session ends, unless it is a system's user or
// lingers.
Finding check_remove_ipc(const MachinePaths& paths, std::uint32_t user, const std::string& user_name);
Finding check_cores();
Finding check_clock(const MachinePaths& paths);
// Owner and rights of the directory with the manifests. It is fine if it does not exist yet.
Finding check_runtime_directory(const std::string& directory, std::uint32_t user);

Findings check_machine(const MachinePaths& paths = {});

}  // namespace wingbeat::cli
