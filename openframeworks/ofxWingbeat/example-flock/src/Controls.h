#pragma once

#include "Flock.h"
#include "ofMain.h"

// All parameters, in the groups of the panel. The names are those of Wingbeat's reference swarm, so that the same code
// steers both.
struct Controls {
  Controls();
  Controls(const Controls&) = delete;
  Controls& operator=(const Controls&) = delete;

  FlockSettings settings() const;

  ofParameter<float> separation{"separation", 0.001f, 0.00001f, 0.1f};
  ofParameter<float> alignment{"alignment", 0.001f, 0.00001f, 0.1f};
  ofParameter<float> cohesion{"cohesion", 0.001f, 0.00001f, 0.1f};
  ofParameter<float> neighbourhood{"neighbourhood", 100, 10, 500};
  // If one threshold is set beyond the other, both move.
  ofParameter<float> lowThreshold{"low_threshold", 0.4f, 0, 1};
  ofParameter<float> highThreshold{"high_threshold", 0.76f, 0, 1};

  ofParameter<float> centreStrength{"centre_strength", 0.001f, 0, 0.01f};
  ofParameter<float> centreRadius{"centre_radius", 100, 10, 10000};
  ofParameter<float> centreX{"centre_x", 0, -10000, 10000};
  ofParameter<float> centreY{"centre_y", 0, -10000, 10000};
  ofParameter<float> centreZ{"centre_z", 100, -10000, 10000};

  ofParameter<float> attractorStrength{"attractor_strength", 10, 0, 1000};
  ofParameter<float> attractorMinimum{"attractor_minimum", 10, 0, 1000};
  ofParameter<void> addAttractor{"add_attractor"};
  ofParameter<void> clearAttractors{"clear_attractors"};
  ofParameter<bool> automatic{"automatic", false};

  ofParameter<float> repulsorStrength{"repulsor_strength", 10, 0, 1000};
  ofParameter<float> repulsorMinimum{"repulsor_minimum", 10, 0, 1000};
  ofParameter<void> addRepulsor{"add_repulsor"};
  ofParameter<void> clearRepulsors{"clear_repulsors"};

  ofParameter<float> windAmount{"wind_amount", 0, 0, 1};
  ofParameter<float> windScale{"wind_scale", 0.001f, 0, 0.001f};

  ofParameter<bool> followCamera{"follow_camera", false};
  ofParameter<int> distance{"distance", 1000, 10, 5000};
  ofParameter<int> fieldOfView{"field_of_view", 60, 5, 170};  // degrees; the projection fails at 180
  ofParameter<bool> orthographic{"orthographic", false};
  ofParameter<bool> drawNeighbourhoods{"draw_neighbourhoods", false};
  ofParameter<bool> drawBounds{"draw_bounds", false};

  ofParameterGroup flocking{"flocking", separation, alignment, cohesion, neighbourhood, lowThreshold, highThreshold};
  ofParameterGroup centrePull{"centre pull", centreStrength, centreRadius, centreX, centreY, centreZ};
  ofParameterGroup attractors{"attractors", attractorStrength, attractorMinimum,
                              addAttractor, clearAttractors,   automatic};
  ofParameterGroup repulsors{"repulsors", repulsorStrength, repulsorMinimum, addRepulsor, clearRepulsors};
  ofParameterGroup wind{"wind", windAmount, windScale};
  ofParameterGroup view{"view", followCamera, distance, fieldOfView, orthographic, drawNeighbourhoods, drawBounds};

  ofParameterGroup panel{"flock", flocking, centrePull, attractors, repulsors, wind, view};
  ofParameterGroup all;  // the same parameters without the groups

 private:
  ofEventListeners listeners_;
};
