// What publishing costs the writer, with readers that hold frames, and with readers that were stopped while they did.
#pragma once

#include <string>

#include "duel.hpp"

namespace wingbeat::tool::bench {

struct PublishPlan {
  std::uint32_t readers = 1;
  bool stopped = false;  // SIGSTOP them once they hold their frames
  std::uint32_t frames = 20'000;
};

// Of begin and publish together, 64 bytes of payload.
Figures measure_publish(const PublishPlan& plan, const std::string& stream);

}  // namespace wingbeat::tool::bench
