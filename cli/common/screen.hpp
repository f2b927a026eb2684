// A terminal taken over for a live picture, and given back as it was.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace wingbeat::cli {

// Whether both a picture and keys make sense here.
bool is_terminal();

// The alternate screen and single keys, from construction to destruction.
class Screen {
 public:
  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Replaces the picture by these lines, clipped to the terminal.
  void draw(const std::vector<std::string>& lines);

  // Waits for a key; 0 if none came, or an interrupt did (see interrupts.hpp).
  char wait_key(std::chrono::milliseconds timeout);

 private:
  struct Saved;
  std::unique_ptr<Saved> saved_;
};

// Sleeps; an interrupt ends it early.
void pause_for(std::chrono::milliseconds time);

}  // namespace wingbeat::cli
