// The scenarios that each program provides to main.cpp.
#pragma once

#include <vector>

struct Scenario {
  const char* name;
  int (*run)(unsigned long executions);  // returns 0 if the scenario holds
  unsigned long executions;              // the usual number of executions
};

const std::vector<Scenario>& scenarios();
