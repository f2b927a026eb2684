#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "Agent.h"

// Writes the flock's positions to a CSV file in the data folder: a row for each step, with x, y and z of each agent in
// turn.
class PositionLog {
 public:
  // Starts a new file, or ends the present one.
  void toggle();
  bool isOn() const { return file_.is_open(); }
  void add(const std::vector<Agent>& agents);
  // Of the file that is written, or was written last.
  const std::string& path() const { return path_; }

 private:
  void begin();
  void end();

  std::ofstream file_;
  std::string path_;
};
