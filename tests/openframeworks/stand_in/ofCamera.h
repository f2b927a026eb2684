// Stand-in for libs/openFrameworks/3d/ofNode.h, ofCamera.h and ofEasyCam.h, held against openframeworks 28cbbab216 (ofNode.h), 7a4d2412ca
// (ofCamera.cpp; its header there is older, so dimitre ad92da83e6 as well), 79c5781fd2 (ofEasyCam.h, 0.12.1), 2004198e0c (the same, 0.11).
#pragma once

#include "ofRectangle.h"
#include "ofVectorMath.h"
#include "stage.hpp"

class ofNode {
 public:
  virtual ~ofNode() = default;
  glm::vec3 getPosition() const { return position_; }
  void setPosition(const glm::vec3& p) { position_ = p; }
  void setPosition(float x, float y, float z) { position_ = {x, y, z}; }
  glm::vec3 getZAxis() const { return z_; }
  glm::vec3 getLookAtDir() const { return -z_; }
  void lookAt(const glm::vec3& lookAtPosition) {
    const glm::vec3 back = position_ - lookAtPosition;
    if (glm::length(back) > 0) z_ = glm::normalize(back);
  }

 private:
  glm::vec3 position_{0, 0, 0}, z_{0, 0, 1};
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
  virtual void begin() {
    ++stand_in::stage().cameras;
    stand_in::stage().drawn.camera = this;
  }
  virtual void end() { --stand_in::stage().cameras; }

 private:
  float fov_ = 60;
  bool ortho_ = false;
};

class ofEasyCam : public ofCamera {
 public:
  void setTarget(const glm::vec3& target) {
    target_ = target;
    lookAt(target);
  }
  void setDistance(float distance) {
    if (distance > 0) setPosition(target_ + distance * getZAxis());
  }
  float getDistance() const { return glm::length(getPosition() - target_); }
  void setControlArea(const ofRectangle& controlArea) { controlArea_ = controlArea; }
  ofRectangle getControlArea() const { return controlArea_; }

 private:
  glm::vec3 target_{0, 0, 0};
  ofRectangle controlArea_;
};
