// A line of text in a file of the batch's folder, by which one side gives its address to the other.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "peer.hpp"

namespace wingbeat::bench {

inline void leave_note(const Setup& setup, const std::string& file, const std::string& text) {
  const std::string path = setup.directory + "/" + file;
  std::ofstream(path + ".new") << text << '\n';
  std::filesystem::rename(path + ".new", path);  // so that no process reads an incomplete file
}

// Waits until the file exists.
inline std::string read_note(const Setup& setup, const std::string& file) {
  const std::string path = setup.directory + "/" + file;
  for (auto left = kConnectLimit / std::chrono::milliseconds(1); left > 0; --left) {
    std::string text;
    if (std::getline(std::ifstream(path), text)) return text;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  throw std::runtime_error("nobody has left " + path);
}

}  // namespace wingbeat::bench
