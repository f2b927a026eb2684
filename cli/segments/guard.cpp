#include "guard.hpp"

#include <sys/mman.h>

#include <array>
#include <csignal>
#include <cstdint>

#include "failure.hpp"

namespace wingbeat::segments {

namespace {

// Read by a signal handler, which may use only atomics without locks.
struct Range {
  std::atomic<std::uintptr_t> begin{0};
  std::atomic<std::size_t> bytes{0};
  std::atomic<bool> is_lost{false};
};
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

std::array<Range, Guard::kMaxGuards> ranges;

bool replace(Range& range) {
  auto* begin = reinterpret_cast<void*>(range.begin.load());
  if (mmap(begin, range.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON | MAP_FIXED, -1, 0) != begin)
    return false;
  range.is_lost = true;
  return true;
}

extern "C" void on_bus_error(int signal, siginfo_t* info, void*) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (Range& range : ranges)
    if (range.begin != 0 && address - range.begin < range.bytes && replace(range)) return;
  // Not one of these ranges: the access is repeated and ends the process as it would have without this handler.
  std::signal(signal, SIG_DFL);
}

void install() {
  struct sigaction action = {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, nullptr);
}

}  // namespace

Guard::Guard(void* begin, std::size_t bytes) {
  for (index_ = 0; index_ < ranges.size() && ranges[index_].begin != 0;) ++index_;
  if (index_ == ranges.size()) throw cli::Failure(cli::kFailed, "too many guarded segments");
  // `begin` is stored last: from then on the handler uses the range.
  ranges[index_].bytes = bytes;
  ranges[index_].is_lost = false;
  ranges[index_].begin = reinterpret_cast<std::uintptr_t>(begin);
  install();
}

Guard::~Guard() { ranges[index_].begin = 0; }

bool Guard::is_lost() const { return ranges[index_].is_lost; }

}  // namespace wingbeat::segments
