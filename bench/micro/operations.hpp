// The operations on frames and requests, in a form that can be repeated. They use the public C interface and one
// stream in real shared memory; the writer and the readers are in this process. tests/budgets counts the instructions
// of the same operations.
#pragma once

#include <memory>
#include <vector>

namespace wingbeat::bench {

class Operation {
 public:
  virtual ~Operation() = default;
  // Prepares a batch of runs, so that no run has to wait.
  virtual void prepare() {}
  virtual void run() = 0;
  virtual unsigned batch() const { return 1; }
};

struct NamedOperation {
  const char* name;
  std::unique_ptr<Operation> (*make)();
};

// Only one operation may exist at a time, because all use the same stream name. The first does nothing: its cost is the
// cost of measuring.
const std::vector<NamedOperation>& operations();

}  // namespace wingbeat::bench
