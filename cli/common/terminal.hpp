// The terminal and its signals: a screen that is given back as it was, keys, and Ctrl-C as a question that loops ask.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace wingbeat::cli {

// From this call on, SIGINT, SIGTERM and SIGHUP no longer end the process: interrupted() becomes true, and sleeps end
// early.
void catch_interrupts();
bool interrupted();

// Sleeps. An interrupt ends it early.
void pause_for(std::chrono::milliseconds time);

// Whether standard input and output are a terminal, so that a live picture and keys make sense.
bool is_terminal();

// A line on standard error that the next one replaces, while that is a terminal; "" removes it.
void show_progress(const std::string& text);

enum class Key { none, up, down, first, last, enter, back, quit, help, other, resized };

struct Line {
  enum class Style { plain, bold, dim, reversed };
  std::string text;
  Style style = Style::plain;
};

// Takes the terminal over from construction to destruction: the alternate screen, no echo, single keys.
class Screen {
 public:
  struct Size {
    std::size_t rows, columns;
  };

  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // As it is now: it changes with the window.
  Size size() const;
  // Replaces the picture by these lines. What does not fit is cut off.
  void draw(const std::vector<Line>& lines);
  // Waits for a key. Key::none if none came in time, or an interrupt did. A terminal that went away counts as
  // Key::quit.
  Key wait_key(std::chrono::milliseconds timeout);

 private:
  struct Saved;
  std::unique_ptr<Saved> saved_;
  std::string unread_;  // bytes of keys
};

}  // namespace wingbeat::cli
