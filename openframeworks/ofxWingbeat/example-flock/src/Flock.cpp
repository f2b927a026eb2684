#include "Flock.h"

#include <algorithm>
#include <cmath>
#include <glm/common.hpp>
#include <glm/geometric.hpp>
#include <glm/gtc/constants.hpp>

namespace {

constexpr float kSourceReach = 1000;
constexpr int kSourceSeconds = 10;
constexpr float kLeastPause = 3, kLongestPause = 20;  // seconds

// The unit vector, or zero for a zero vector, which has no direction.
glm::vec3 direction(const glm::vec3& v) {
  const float length = glm::length(v);
  return length > 0 ? v / length : glm::vec3(0, 0, 0);
}

// hill() goes from 0 at both ends of the range to 1 in its middle; valley() is the reverse.
float hill(float t) { return 0.5f - 0.5f * std::cos(t * glm::two_pi<float>()); }
float valley(float t) { return 1 - hill(t); }

// The force between two neighbours, computed once for both.
class Pair {
 public:
  Pair(Agent& one, Agent& other) : one_(one), other_(other), between_(one.position - other.position) {}

  void interact(const FlockSettings& s) {
    const float distance2 = glm::dot(between_, between_), reach2 = s.neighbourhood * s.neighbourhood;
    if (!(distance2 > 0 && distance2 < reach2)) return;
    const float q = distance2 / reach2;
    if (q < s.low) {
      repel((s.low / q - 1) * s.separation);
    } else if (q < s.high) {
      align(hill((q - s.low) / (s.high - s.low)) * s.alignment);
    } else {
      repel(-valley((q - s.high) / (1 - s.high)) * s.cohesion);
    }
  }

 private:
  void repel(float strength) {
    const glm::vec3 force = direction(between_) * strength;
    one_.push(force);
    other_.push(-force);
  }

  void align(float strength) {
    one_.push(direction(other_.velocity) * strength);
    other_.push(direction(one_.velocity) * strength);
  }

  Agent& one_;
  Agent& other_;
  glm::vec3 between_;
};

}  // namespace

void Flock::scatter(std::size_t count, const glm::vec3& lowest, const glm::vec3& highest) {
  agents_.assign(count, Agent());
  for (Agent& agent : agents_) {
    agent.position = randomInBox(lowest, highest);
    agent.velocity = randomInBox({-1, -1, -1}, {1, 1, 1});
    agent.mass = random(2, 3.5f);
    agent.maximumSpeed = random(5, 7);
  }
}

void Flock::step(const FlockSettings& settings) {
  addAutomatically(settings.automatic);
  applyFlocking(settings);
  applyCentrePull(settings);
  applySources(attractors_, settings.attractorStrength, settings.attractorMinimum);
  applySources(repulsors_, -settings.repulsorStrength, settings.repulsorMinimum);
  applyWind(settings);
  for (Agent& agent : agents_) agent.move();
  ++stepCount_;
  expire(attractors_);
  expire(repulsors_);
}

// All pairs, each once: for the hundreds of agents that a window shows well, finding neighbours costs more than it
// saves.
void Flock::applyFlocking(const FlockSettings& settings) {
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    for (std::size_t j = i + 1; j < agents_.size(); ++j) Pair(agents_[i], agents_[j]).interact(settings);
  }
}

void Flock::applyCentrePull(const FlockSettings& settings) {
  for (Agent& agent : agents_) {
    const glm::vec3 way = settings.centre - agent.position;
    const float excess = glm::length(way) - settings.centreRadius;
    if (excess > 0) agent.push(direction(way) * (excess * settings.centreStrength));
  }
}

void Flock::applySources(const std::vector<Source>& sources, float strength, float minimum) {
  for (Agent& agent : agents_) {
    for (const Source& source : sources) {
      const glm::vec3 way = source.position - agent.position;
      const float distance = glm::length(way);
      if (distance > minimum) agent.push(direction(way) * (strength / distance));
    }
  }
}

void Flock::applyWind(const FlockSettings& settings) {
  if (!(settings.windAmount > 0)) return;
  for (Agent& agent : agents_) {
    const glm::vec3 place = agent.position * settings.windScale;
    agent.push(glm::vec3(ofSignedNoise(place.x), ofSignedNoise(place.y), ofSignedNoise(place.z)) * settings.windAmount);
  }
}

void Flock::addAutomatically(bool wanted) {
  if (!wanted) {
    nextAutomatic_ = stepCount_;
  } else if (stepCount_ >= nextAutomatic_) {
    addAttractor();
    addRepulsor();
    nextAutomatic_ = stepCount_ + static_cast<std::uint64_t>(random(kLeastPause, kLongestPause) * kStepsPerSecond);
  }
}

void Flock::expire(std::vector<Source>& sources) const {
  const auto isOver = [this](const Source& source) { return stepCount_ >= source.expires; };
  sources.erase(std::remove_if(sources.begin(), sources.end(), isOver), sources.end());
}

Bounds Flock::bounds() const {
  Bounds bounds;
  if (agents_.empty()) return bounds;
  bounds.lowest = bounds.highest = agents_.front().position;
  for (const Agent& agent : agents_) {
    bounds.lowest = glm::min(bounds.lowest, agent.position);
    bounds.highest = glm::max(bounds.highest, agent.position);
  }
  return bounds;
}

// Uniform in a ball: points in the corners of its box are drawn again.
Source Flock::makeSource() {
  const glm::vec3 corner(kSourceReach, kSourceReach, kSourceReach);
  glm::vec3 position = randomInBox(-corner, corner);
  while (glm::length(position) > kSourceReach) position = randomInBox(-corner, corner);
  return {position, stepCount_ + kSourceSeconds * kStepsPerSecond};
}

// Not std::uniform_real_distribution, whose results differ between C++ libraries.
float Flock::random(float from, float to) {
  return from + (to - from) * static_cast<float>(static_cast<double>(random_()) * 0x1p-32);
}

glm::vec3 Flock::randomInBox(const glm::vec3& lowest, const glm::vec3& highest) {
  // In separate statements, since the order of evaluation of arguments is unspecified.
  const float x = random(lowest.x, highest.x);
  const float y = random(lowest.y, highest.y);
  const float z = random(lowest.z, highest.z);
  return {x, y, z};
}
