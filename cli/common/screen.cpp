#include "screen.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "interrupts.hpp"

namespace wingbeat::cli {

namespace {

constexpr const char* kEnter = "\x1b[?1049h\x1b[?25l";
constexpr const char* kLeave = "\x1b[?25h\x1b[?1049l";

struct Size {
  std::size_t rows, columns;
};

Size terminal_size() {
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return {24, 80};
  return {size.ws_row, size.ws_col};
}

// The first `columns` characters; continuation bytes take no column.
std::string clipped(const std::string& line, std::size_t columns) {
  std::size_t bytes = 0;
  for (std::size_t used = 0; bytes < line.size(); ++bytes) {
    const bool begins = (static_cast<unsigned char>(line[bytes]) & 0xC0) != 0x80;
    if (begins && ++used > columns) break;
  }
  return line.substr(0, bytes);
}

void write_out(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

// Waits until there is something to read. In slices, for a signal that comes just before a poll does not end it.
bool poll_in_slices(pollfd* what, std::chrono::milliseconds timeout) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kSlice(100);
  for (const auto end = Clock::now() + timeout; !interrupted() && Clock::now() < end;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    const auto slice = std::clamp(left, std::chrono::milliseconds(0), kSlice);
    if (poll(what, what != nullptr ? 1 : 0, static_cast<int>(slice.count())) == 1) return true;
  }
  return false;
}

}  // namespace

struct Screen::Saved {
  termios terminal;
};

bool is_terminal() { return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1; }

Screen::Screen() : saved_(std::make_unique<Saved>()) {
  tcgetattr(STDIN_FILENO, &saved_->terminal);
  termios keys = saved_->terminal;
  keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &keys);
  write_out(kEnter);
}

Screen::~Screen() {
  write_out(kLeave);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved_->terminal);
}

void Screen::draw(const std::vector<std::string>& lines) {
  const Size size = terminal_size();
  std::string picture = "\x1b[H";
  for (std::size_t i = 0; i < lines.size() && i < size.rows; ++i) {
    if (i > 0) picture += "\r\n";
    picture += clipped(lines[i], size.columns) + "\x1b[K";
  }
  write_out(picture + "\x1b[J");
}

char Screen::wait_key(std::chrono::milliseconds timeout) {
  pollfd keys = {STDIN_FILENO, POLLIN, 0};
  char key = 0;
  if (!poll_in_slices(&keys, timeout)) return 0;
  // A terminal that went away counts as leaving.
  return read(STDIN_FILENO, &key, 1) == 1 ? key : 'q';
}

void pause_for(std::chrono::milliseconds time) { poll_in_slices(nullptr, time); }

}  // namespace wingbeat::cli
