// The kernel's limit for unread data of a socket. Peers over UDP lose no frame within this limit.
#pragma once

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>

namespace wingbeat::bench {

// The largest size that a socket may request.
inline std::uint64_t socket_limit() {
  std::uint64_t bytes = 0;
  std::ifstream("/proc/sys/net/core/rmem_max") >> bytes;
  return std::max<std::uint64_t>(bytes, 64 << 10);
}

// The kernel grants twice the requested size. The end of a larger frame is lost if the library's thread runs a little
// late.
inline std::uint64_t socket_holds() { return 2 * socket_limit() / 8 * 8; }

inline std::string said_of_socket() {
  return "asked for all of net.core.rmem_max, " + std::to_string(socket_limit()) +
         " B, and got twice that, the largest frame (32 MB ones need sysctl -w net.core.rmem_max=16777216)";
}

}  // namespace wingbeat::bench
