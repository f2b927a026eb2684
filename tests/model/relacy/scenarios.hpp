// What a program of scenarios offers to main.cpp.
#pragma once

#include <vector>

struct Scenario {
  const char* name;
  int (*run)(unsigned long executions);  // 0 if it holds
  unsigned long executions;              // usually
};

const std::vector<Scenario>& scenarios();
