// What `wingbeat doctor` has to say about one thing.
#pragma once

#include <string>
#include <vector>

namespace wingbeat::cli {

enum class Level {
  fine,     // as it should be
  advice,   // works, but could be better or may hurt later
  problem,  // something is wrong
};

struct Finding {
  std::string about;
  Level level;
  std::string what;
  std::string remedy;  // what to do; empty when fine
};

using Findings = std::vector<Finding>;

}  // namespace wingbeat::cli
