// relacy_slots [NAME [TIMES]]: runs one scenario, or all. TIMES multiplies the number of executions. Exit code 0: all
// hold.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "scenarios.hpp"

int main(int argc, char** argv) {
  const double times = argc > 2 ? std::atof(argv[2]) : 1;
  int failed = 0, run = 0;
  for (const Scenario& scenario : scenarios()) {
    if (argc > 1 && std::strcmp(argv[1], "all") != 0 && std::strcmp(argv[1], scenario.name) != 0) continue;
    failed += scenario.run(static_cast<unsigned long>(times * static_cast<double>(scenario.executions)));
    ++run;
  }
  if (run == 0) std::fprintf(stderr, "there is no scenario %s\n", argv[1]);
  return failed == 0 && run > 0 ? 0 : 1;
}
