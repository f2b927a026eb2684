#pragma once

#include "ofMain.h"

// A member of the flock. Lengths are in pixels of the window as it lies at z = 0, times in steps, 30 to a second.
struct Agent {
  void push(const glm::vec3& force) { acceleration += force / mass; }
  // Moves one step under the forces collected since the last step.
  void move();
  void draw() const;

  glm::vec3 position{0, 0, 0};
  glm::vec3 velocity{0, 0, 0};
  glm::vec3 acceleration{0, 0, 0};
  float mass = 2.75f;
  float maximumSpeed = 6;
};
