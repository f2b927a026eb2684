// The state that the processes of a batch exchange without the peer: a file of zeros that the runner makes and all
// processes map.
#pragma once

#include <string>

#include "turns.hpp"

namespace wingbeat::bench {

Board& map_board(const std::string& path);

}  // namespace wingbeat::bench
