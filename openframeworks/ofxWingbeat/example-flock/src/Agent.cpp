#include "Agent.h"

#include <glm/geometric.hpp>

void Agent::move() {
  velocity += acceleration;
  const float speed = glm::length(velocity);
  if (speed > maximumSpeed) velocity *= maximumSpeed / speed;
  position += velocity;
  acceleration = glm::vec3(0, 0, 0);
}

void Agent::draw() const { ofDrawSphere(position, mass); }
