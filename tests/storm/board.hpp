// What conductor and players of a storm share: one page of counters, which no death can spoil.
#pragma once

#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <new>

namespace storm {

inline constexpr int kPlaces = 64;
inline constexpr std::size_t kMessageBytes = 160;

// Of one player; the next in its place goes on counting.
struct Place {
  std::atomic<std::uint64_t> beats;  // turns of its loop
  std::atomic<std::uint64_t> frames, torn, wrong, restarts;
  char message[kMessageBytes];  // of the first thing that went wrong
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
