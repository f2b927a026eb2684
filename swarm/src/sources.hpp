// Attractors and repulsors: where they are, when they end, and the automatic mode that adds them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "random.hpp"
#include "swarm/frame.hpp"
#include "swarm/outcome.hpp"
#include "swarm/swarm.hpp"

namespace swarm {

// Sources of one kind, oldest first.
class SourceList {
 public:
  // `noun` is for error texts.
  SourceList(const char* noun, Purpose purpose) : noun_(noun), purpose_(purpose) {}

  Outcome add(float x, float y, float z, std::uint64_t expires);
  Outcome add_random(const Random& random, std::uint64_t expires);
  void clear() { alive_.clear(); }
  void reset();
  void expire(std::uint64_t step);
  std::span<const Source> alive() const { return alive_; }
  void publish(std::uint64_t step, double steps_per_second, std::span<float> position,
               std::span<float> remaining) const;

 private:
  const char* noun_;
  Purpose purpose_;
  std::vector<Source> alive_;
  std::uint64_t drawn_ = 0;
};

// When the automatic mode acts: at once when it is switched on, then after 3 to 20 s each.
class AutomaticMode {
 public:
  // To be called once per step. True if a pair of sources has to be added now.
  bool due(bool on, std::uint64_t step, double steps_per_second, const Random& random);
  void reset() { *this = {}; }

 private:
  bool running_ = false;
  std::uint64_t next_ = 0;
  std::uint64_t drawn_ = 0;
};

}  // namespace swarm
