// The threads of a step.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace swarm {

class Workers {
 public:
  // Whether there can be more than one, which needs a build with oneTBB.
  static bool are_available();

  // At most as many as the machine runs at a time.
  explicit Workers(unsigned threads);
  ~Workers();

  unsigned threads() const { return threads_; }

  // Calls task(first, last, worker) for runs that cover [0, count), in any order and several at a time; no two at a
  // time with the same worker, which is below threads(). Where the runs begin depends on the number of threads.
  void run(std::size_t count, const std::function<void(std::size_t, std::size_t, unsigned)>& task);

 private:
  struct Arena;
  unsigned threads_;
  std::unique_ptr<Arena> arena_;
};

}  // namespace swarm
