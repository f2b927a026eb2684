#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "Agent.h"
#include "ofMain.h"

// The forces on the flock. The defaults are those of the panel.
struct FlockSettings {
  float separation = 0.001f, alignment = 0.001f, cohesion = 0.001f;
  float neighbourhood = 100;  // agents act on each other up to this distance (pixels)
  // With q = (d / neighbourhood)^2 for a neighbour at distance d: it repels if q < low, attracts if q >= high, and
  // otherwise aligns the agent with its own heading.
  float low = 0.4f, high = 0.76f;

  float centreStrength = 0.001f, centreRadius = 100;
  glm::vec3 centre{0, 0, 100};

  float attractorStrength = 10, attractorMinimum = 10;
  float repulsorStrength = 10, repulsorMinimum = 10;
  bool automatic = false;  // adds an attractor and a repulsor every 3 to 20 seconds

  float windAmount = 0, windScale = 0.001f;
};

// A point that attracts or repels for a limited time.
struct Source {
  glm::vec3 position;
  std::uint64_t expires;  // the first step without it
};

// The box around the flock.
struct Bounds {
  glm::vec3 lowest{0, 0, 0}, highest{0, 0, 0};

  glm::vec3 centre() const { return (lowest + highest) * 0.5f; }
  glm::vec3 size() const { return highest - lowest; }
};

// The agents and the forces on them. The step is the only clock: the same seed, settings and calls give the same flock.
class Flock {
 public:
  static constexpr int kStepsPerSecond = 30;

  explicit Flock(std::uint32_t seed = 1) : random_(seed) {}

  // Starts again with `count` agents at random positions in the box, each with a small random velocity.
  void scatter(std::size_t count, const glm::vec3& lowest, const glm::vec3& highest);
  void step(const FlockSettings& settings);

  // Each acts for 10 s, at a random point within 1000 of the origin.
  void addAttractor() { attractors_.push_back(makeSource()); }
  void addRepulsor() { repulsors_.push_back(makeSource()); }
  void clearAttractors() { attractors_.clear(); }
  void clearRepulsors() { repulsors_.clear(); }

  std::vector<Agent>& agents() { return agents_; }
  const std::vector<Agent>& agents() const { return agents_; }
  const std::vector<Source>& attractors() const { return attractors_; }
  const std::vector<Source>& repulsors() const { return repulsors_; }
  std::uint64_t stepCount() const { return stepCount_; }
  float time() const { return static_cast<float>(stepCount_) / kStepsPerSecond; }
  Bounds bounds() const;

 private:
  void applyFlocking(const FlockSettings& settings);
  void applyCentrePull(const FlockSettings& settings);
  void applySources(const std::vector<Source>& sources, float strength, float minimum);
  void applyWind(const FlockSettings& settings);
  void addAutomatically(bool wanted);
  void expire(std::vector<Source>& sources) const;

  Source makeSource();
  float random(float from, float to);
  glm::vec3 randomInBox(const glm::vec3& lowest, const glm::vec3& highest);

  std::vector<Agent> agents_;
  std::vector<Source> attractors_, repulsors_;
  std::uint64_t stepCount_ = 0;
  std::uint64_t nextAutomatic_ = 0;  // the step at which the automatic mode adds again
  std::mt19937 random_;
};
