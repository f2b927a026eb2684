#include "sources.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace swarm {
namespace {

constexpr double kShortestPause = 3.0, kLongestPause = 20.0;

}  // namespace

Outcome SourceList::add(float x, float y, float z, std::uint64_t expires) {
  if (alive_.size() >= kSourceCapacity) {
    return Outcome::refused("all " + std::to_string(kSourceCapacity) + " " + noun_ +
                            "s there can be are alive: pull clear_" + noun_ + "s, or wait until one expires");
  }
  alive_.push_back({x, y, z, expires});
  return Outcome::done();
}

Outcome SourceList::add_random(const Random& random, std::uint64_t expires) {
  const auto p = random.in_ball(purpose_, drawn_, static_cast<float>(kSourceBall));
  Outcome outcome = add(p[0], p[1], p[2], expires);
  if (outcome) ++drawn_;
  return outcome;
}

void SourceList::reset() {
  alive_.clear();
  drawn_ = 0;
}

void SourceList::expire(std::uint64_t step) {
  std::erase_if(alive_, [step](const Source& s) { return s.expires <= step; });
}

void SourceList::publish(std::uint64_t step, double steps_per_second, std::span<float> position,
                         std::span<float> remaining) const {
  for (std::size_t k = 0; k < kSourceCapacity; ++k) {
    const bool used = k < alive_.size();
    const Source s = used ? alive_[k] : Source{0, 0, 0, step};
    if (!position.empty()) std::ranges::copy(std::array{s.x, s.y, s.z}, &position[3 * k]);
    if (!remaining.empty()) remaining[k] = static_cast<float>(static_cast<double>(s.expires - step) / steps_per_second);
  }
}

bool AutomaticMode::due(bool on, std::uint64_t step, double steps_per_second, const Random& random) {
  if (on && !running_) next_ = step;
  running_ = on;
  if (!on || step < next_) return false;
  const double pause =
      kShortestPause + (kLongestPause - kShortestPause) * random.uniform(Purpose::interval, drawn_++)[0];
  next_ = step + std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(pause * steps_per_second)));
  return true;
}

}  // namespace swarm
