#include "Controls.h"

Controls::Controls() {
  all.setName("all");
  for (const ofParameterGroup* group : {&flocking, &centrePull, &attractors, &repulsors, &wind, &view}) {
    for (const auto& parameter : *group) all.add(*parameter);
  }
  listeners_.push(lowThreshold.newListener([this](float& low) {
    if (low > highThreshold) highThreshold = low;
  }));
  listeners_.push(highThreshold.newListener([this](float& high) {
    if (high < lowThreshold) lowThreshold = high;
  }));
}

FlockSettings Controls::settings() const {
  FlockSettings s;
  s.separation = separation;
  s.alignment = alignment;
  s.cohesion = cohesion;
  s.neighbourhood = neighbourhood;
  s.low = lowThreshold;
  s.high = highThreshold;
  s.centreStrength = centreStrength;
  s.centreRadius = centreRadius;
  s.centre = glm::vec3(centreX, centreY, centreZ);
  s.attractorStrength = attractorStrength;
  s.attractorMinimum = attractorMinimum;
  s.automatic = automatic;
  s.repulsorStrength = repulsorStrength;
  s.repulsorMinimum = repulsorMinimum;
  s.windAmount = windAmount;
  s.windScale = windScale;
  return s;
}
