// Repeats one operation, so that callgrind can count the instructions between entering and leaving measured_runs().
//   count --list             the operations' names
//   count OPERATION COUNT    runs the operation at least COUNT times; prints the number of runs
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "micro/operations.hpp"

namespace {

constexpr unsigned kWarmBatches = 2;  // excludes work that is done once: binding symbols, checks that are due

int list() {
  for (const auto& named : wingbeat::bench::operations()) std::printf("%s\n", named.name);
  return 0;
}

}  // namespace

// callgrind selects this function by name (--toggle-collect), so it must not be inlined or mangled.
extern "C" [[gnu::noinline]] void measured_runs(wingbeat::bench::Operation& operation, unsigned runs) {
  for (unsigned i = 0; i < runs; ++i) operation.run();
}

namespace {

// Warms up: does the same in a function that callgrind does not count.
void warm_up(wingbeat::bench::Operation& operation) {
  for (unsigned batch = 0; batch < kWarmBatches; ++batch) {
    operation.prepare();
    for (unsigned i = 0; i < operation.batch(); ++i) operation.run();
  }
}

int count(const wingbeat::bench::NamedOperation& named, unsigned least) {
  const auto operation = named.make();
  warm_up(*operation);
  unsigned runs = 0;
  for (; runs < least; runs += operation->batch()) {
    operation->prepare();
    measured_runs(*operation, operation->batch());
  }
  std::printf("%u\n", runs);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--list") == 0) return list();
  if (argc != 3) return std::fprintf(stderr, "usage: count --list | OPERATION COUNT\n"), 2;
  for (const auto& named : wingbeat::bench::operations())
    if (std::strcmp(named.name, argv[1]) == 0) return count(named, static_cast<unsigned>(std::atoi(argv[2])));
  return std::fprintf(stderr, "count: no operation '%s'\n", argv[1]), 2;
}
