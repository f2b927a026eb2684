// The parties of a storm. Each runs until the board says that all is ending, or somebody kills it.
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

// Plays on one of the streams; `seed` decides all that is left to chance.
void play(Role role, int stream, std::uint64_t seed, Injection injection, Board& board, Place& place);

}  // namespace storm
