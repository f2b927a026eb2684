// How much the kernel lets a socket keep that has not been read yet: what peers over UDP cannot lose.
#pragma once

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>

namespace wingbeat::bench {

// The most that a socket may ask for.
inline std::uint64_t socket_limit() {
  std::uint64_t bytes = 0;
  std::ifstream("/proc/sys/net/core/rmem_max") >> bytes;
  return std::max<std::uint64_t>(bytes, 64 << 10);
}

// The kernel gives twice of what is asked for. Of a larger frame the end is lost whenever the library's thread comes a
// little late.
inline std::uint64_t socket_holds() { return 2 * socket_limit() / 8 * 8; }

inline std::string said_of_socket() {
  return "asked for all of net.core.rmem_max, " + std::to_string(socket_limit()) +
         " B, and got twice that, the largest frame (32 MB ones need sysctl -w net.core.rmem_max=16777216)";
}

}  // namespace wingbeat::bench
