// The operations that a frame or a request is made of, each ready to be done again and again: over the public C
// interface, one stream in real shared memory, writer and readers in this process. What is timed here is what
// tests/budgets counts.
#pragma once

#include <memory>
#include <vector>

namespace wingbeat::bench {

class Operation {
 public:
  virtual ~Operation() = default;
  // Makes ready for as many runs as a batch has, so that none of them has to wait.
  virtual void prepare() {}
  virtual void run() = 0;
  virtual unsigned batch() const { return 1; }
};

struct NamedOperation {
  const char* name;
  std::unique_ptr<Operation> (*make)();
};

// Of them only one at a time: they share the stream's name. The first does nothing: what it costs is the measuring.
const std::vector<NamedOperation>& operations();

}  // namespace wingbeat::bench
