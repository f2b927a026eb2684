// The parties of a storm. Each runs until the board asks all to end, or until it is killed.
#pragma once

#include <cstdint>
#include <string>

#include "board.hpp"

namespace storm {

enum class Role {
  kWriter,
  kLatest,
  kEvery,
  kEveryThird,
  kLockStep,
  kCopying,
  kObserver,
  kWindow,
  kDescriptor,
  kRequester,
  kInspector,
  kCollector,
  kCount
};

enum class Injection { kNone, kTorn, kHung };

const char* name_of(Role role);
std::string name_of_stream(int stream);

// Runs one role on one of the streams. `seed` is the seed of all random choices.
void play(Role role, int stream, std::uint64_t seed, Injection injection, Board& board, Place& place);

}  // namespace storm
