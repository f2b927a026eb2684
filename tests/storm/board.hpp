// The memory that the conductor and the players of a storm share: atomic counters, which stay valid when a player dies.
#pragma once

#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <new>

namespace storm {

inline constexpr int kPlaces = 64;
inline constexpr std::size_t kMessageBytes = 160;

// The counters of one player. Its successor in the same place continues them.
struct Place {
  std::atomic<std::uint64_t> beats;  // iterations of its loop
  std::atomic<std::uint64_t> frames, torn, wrong, restarts;
  char message[kMessageBytes];  // describes the first error
};

struct Board {
  std::atomic<bool> ending;
  Place places[kPlaces];
};

inline Board* make_board() {
  void* memory = ::mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : new (memory) Board();
}

}  // namespace storm
