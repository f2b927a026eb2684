#include "terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <initializer_list>
#include <string_view>

namespace wingbeat::cli {

namespace {

constexpr const char* kEnter = "\x1b[?1049h\x1b[?25l";
constexpr const char* kLeave = "\x1b[?25h\x1b[?1049l";

// Set by the handlers of signals, which may do little else.
volatile std::sig_atomic_t is_interrupted = 0;
volatile std::sig_atomic_t is_resized = 0;

extern "C" void note_interrupt(int) { is_interrupted = 1; }
extern "C" void note_resize(int) { is_resized = 1; }

// Without SA_RESTART, so that a sleeping system call returns.
void handle(int signal, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

// The first `columns` characters. Continuation bytes of UTF-8 take no column.
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

std::string styled(const std::string& text, Line::Style style) {
  switch (style) {
    case Line::Style::bold:
      return "\x1b[1m" + text + "\x1b[0m";
    case Line::Style::dim:
      return "\x1b[2m" + text + "\x1b[0m";
    case Line::Style::reversed:
      return "\x1b[7m" + text + "\x1b[0m";
    default:
      return text;
  }
}

// Waits until there is something to read, in slices: a signal that comes just before a poll does not end that poll.
bool poll_in_slices(pollfd* what, std::chrono::milliseconds timeout) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kSlice(100);
  for (const auto end = Clock::now() + timeout; !interrupted() && Clock::now() < end;) {
    if (what != nullptr && is_resized != 0) return false;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    const auto slice = std::clamp(left, std::chrono::milliseconds(0), kSlice);
    if (poll(what, what != nullptr ? 1 : 0, static_cast<int>(slice.count())) == 1) return true;
  }
  return false;
}

struct KeyBytes {
  std::string_view bytes;
  Key key;
};
// Longer sequences before their beginnings.
// An escape sequence may come in the form of either keypad mode: ESC [ A or ESC O A.
constexpr KeyBytes kKeys[] = {
    {"\x1b[A", Key::up},    {"\x1bOA", Key::up},    {"\x1b[B", Key::down}, {"\x1bOB", Key::down}, {"\x1b[D", Key::back},
    {"\x1b[C", Key::enter}, {"\x1b[H", Key::first}, {"\x1b[F", Key::last}, {"\x1b", Key::back},   {"k", Key::up},
    {"j", Key::down},       {"g", Key::first},      {"G", Key::last},      {"\r", Key::enter},    {"\n", Key::enter},
    {"\x7f", Key::back},    {"\b", Key::back},      {"h", Key::help},      {"?", Key::help},      {"q", Key::quit},
    {"Q", Key::quit}};

// Removes the first key from the bytes.
Key take_key(std::string& bytes) {
  for (const auto& [begin, key] : kKeys) {
    if (!std::string_view(bytes).starts_with(begin)) continue;
    // Sequences of keys that have no meaning here are dropped as a whole.
    const bool is_unknown = begin == "\x1b" && bytes.size() > 1;
    bytes.erase(0, is_unknown ? bytes.size() : begin.size());
    return is_unknown ? Key::other : key;
  }
  bytes.erase(0, 1);
  return Key::other;
}

}  // namespace

void catch_interrupts() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) handle(signal, note_interrupt);
}

bool interrupted() { return is_interrupted != 0; }

void pause_for(std::chrono::milliseconds time) { poll_in_slices(nullptr, time); }

bool is_terminal() { return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1; }

void show_progress(const std::string& text) {
  if (isatty(STDERR_FILENO) != 1) return;
  static_cast<void>(std::fputs(("\r\x1b[K" + text).c_str(), stderr));
}

struct Screen::Saved {
  termios terminal;
};

// The settings are kept before anything is changed: the destructor gives back exactly these.
Screen::Screen() : saved_(std::make_unique<Saved>()) {
  tcgetattr(STDIN_FILENO, &saved_->terminal);
  termios keys = saved_->terminal;
  keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &keys);
  handle(SIGWINCH, note_resize);
  write_out(kEnter);
}

Screen::~Screen() {
  write_out(kLeave);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved_->terminal);
}

Screen::Size Screen::size() const {
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return {24, 80};
  return {size.ws_row, size.ws_col};
}

void Screen::draw(const std::vector<Line>& lines) {
  const Size size = this->size();
  // The picture is written at once, over the old one, and each line clears its rest: the screen does not flicker.
  std::string picture = "\x1b[H";
  for (std::size_t i = 0; i < lines.size() && i < size.rows; ++i) {
    if (i > 0) picture += "\r\n";
    picture += styled(clipped(lines[i].text, size.columns), lines[i].style) + "\x1b[K";
  }
  write_out(picture + "\x1b[J");
}

Key Screen::wait_key(std::chrono::milliseconds timeout) {
  if (unread_.empty()) {
    pollfd keys = {STDIN_FILENO, POLLIN, 0};
    char bytes[64];
    if (!poll_in_slices(&keys, timeout)) {
      const bool was_resized = is_resized != 0;
      is_resized = 0;
      return was_resized ? Key::resized : Key::none;
    }
    const ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
    // The terminal has gone away.
    if (count <= 0) return Key::quit;
    unread_.assign(bytes, static_cast<std::size_t>(count));
  }
  return take_key(unread_);
}

}  // namespace wingbeat::cli
