// Stand-in for libs/openFrameworks/3d/ofCamera.h, ofEasyCam.h, ofNode.h, held against dimitre 6dbab85686 (all three); 0.11 differs in
// begin(), whose viewport is by value.
#pragma once

#include "ofRectangle.h"
#include "ofVectorMath.h"

class ofNode {
 public:
  virtual ~ofNode() = default;
  glm::vec3 getPosition() const { return position_; }
  void setPosition(const glm::vec3& p) { position_ = p; }
  void setPosition(float x, float y, float z) { position_ = {x, y, z}; }
  void lookAt(const glm::vec3&) {}

 private:
  glm::vec3 position_{0, 0, 0};
};

class ofCamera : public ofNode {
 public:
  void setFov(float f) { fov_ = f; }
  float getFov() const { return fov_; }
  void setNearClip(float) {}
  void setFarClip(float) {}
  void enableOrtho() { ortho_ = true; }
  void disableOrtho() { ortho_ = false; }
  bool getOrtho() const { return ortho_; }
  void begin() {}
  void end() {}

 private:
  float fov_ = 60;
  bool ortho_ = false;
};

class ofEasyCam : public ofCamera {
 public:
  void setTarget(const glm::vec3& target) { target_ = target; }
  void setDistance(float distance) { distance_ = distance; }
  float getDistance() const { return distance_; }
  void setControlArea(const ofRectangle&) {}
  void enableMouseInput() {}
  void disableMouseInput() {}

 private:
  glm::vec3 target_{0, 0, 0};
  float distance_ = 0;
};
