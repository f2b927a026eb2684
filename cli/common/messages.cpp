#include "messages.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "text.hpp"

namespace wingbeat::cli {

void occupy_standard_descriptors() {
  int lowest = -1;
  do lowest = open("/dev/null", O_RDWR);
  while (lowest >= 0 && lowest <= STDERR_FILENO);
  if (lowest >= 0) close(lowest);
}

void outlive_listeners() { std::signal(SIGPIPE, SIG_IGN); }

// Not by fmt::print, which throws.
void say(const std::string& verb, const std::string& text) {
  const std::string line = fmt::format("wingbeat {}: {}\n", verb, printable(text));
  static_cast<void>(std::fputs(line.c_str(), stderr));
}

}  // namespace wingbeat::cli
