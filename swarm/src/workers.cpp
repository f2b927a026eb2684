#include "workers.hpp"

#include <algorithm>

#ifdef WINGBEAT_SWARM_TBB
#include <tbb/blocked_range.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#endif

namespace swarm {
namespace {

// Many runs, so that a thread that finishes early takes over work of the others.
[[maybe_unused]] constexpr std::size_t kRunsPerThread = 16;

}  // namespace

#ifdef WINGBEAT_SWARM_TBB

struct Workers::Arena {
  explicit Arena(unsigned threads) : arena(static_cast<int>(threads)) {}
  tbb::task_arena arena;
};

bool Workers::are_available() { return true; }

// More threads than the machine has would only wait for each other, and oneTBB would print a warning.
Workers::Workers(unsigned threads)
    : threads_(std::min(threads, static_cast<unsigned>(std::max(1, tbb::info::default_concurrency())))) {
  if (threads_ > 1) arena_ = std::make_unique<Arena>(threads_);
}

void Workers::run(std::size_t count, const std::function<void(std::size_t, std::size_t, unsigned)>& task) {
  if (!arena_) {
    task(0, count, 0);
    return;
  }
  const std::size_t grain = std::max<std::size_t>(1, count / (threads_ * kRunsPerThread));
  arena_->arena.execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, count, grain),
        [&](const tbb::blocked_range<std::size_t>& run) {
          task(run.begin(), run.end(), static_cast<unsigned>(tbb::this_task_arena::current_thread_index()));
        },
        tbb::simple_partitioner());
  });
}

#else

struct Workers::Arena {};

bool Workers::are_available() { return false; }

Workers::Workers(unsigned) : threads_(1) {}

void Workers::run(std::size_t count, const std::function<void(std::size_t, std::size_t, unsigned)>& task) {
  task(0, count, 0);
}

#endif

Workers::~Workers() = default;

}  // namespace swarm
