// Stand-in for libs/openFrameworks/math/ofVectorMath.h and what it includes: glm itself is the real one. The older vectors held against
// openframeworks b734917b2b (ofVec3f.h), 34580b487a (ofVec2f.h), ad08088b4a (ofVec4f.h): numbers first, DIM, getPtr().
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <glm/glm.hpp>
#include <glm/gtc/quaternion.hpp>
#include <glm/gtc/type_ptr.hpp>

class ofVec2f {
 public:
  static const int DIM = 2;
  float x = 0, y = 0;
  ofVec2f() = default;
  ofVec2f(float vx, float vy) : x(vx), y(vy) {}
  float* getPtr() { return &x; }
  const float* getPtr() const { return &x; }
};
class ofVec3f {
 public:
  static const int DIM = 3;
  float x = 0, y = 0, z = 0;
  ofVec3f() = default;
  ofVec3f(float vx, float vy, float vz = 0) : x(vx), y(vy), z(vz) {}
  float* getPtr() { return &x; }
  const float* getPtr() const { return &x; }
};
class ofVec4f {
 public:
  static const int DIM = 4;
  float x = 0, y = 0, z = 0, w = 0;
  ofVec4f() = default;
  ofVec4f(float vx, float vy, float vz, float vw) : x(vx), y(vy), z(vz), w(vw) {}
  float* getPtr() { return &x; }
  const float* getPtr() const { return &x; }
};

using ofDefaultVec2 = glm::vec2;
using ofDefaultVec3 = glm::vec3;
using ofDefaultVec4 = glm::vec4;
using ofDefaultVertexType = glm::vec3;
using ofDefaultNormalType = glm::vec3;
using ofDefaultTexCoordType = glm::vec2;
using ofIndexType = unsigned int;

// libs/openFrameworks/math/ofMath.h, held against openframeworks a67112f32d.
inline float ofMap(float value, float inputMin, float inputMax, float outputMin, float outputMax, bool clamp = false) {
  const float mapped = outputMin + (value - inputMin) / (inputMax - inputMin) * (outputMax - outputMin);
  return clamp ? std::min(std::max(mapped, std::min(outputMin, outputMax)), std::max(outputMin, outputMax)) : mapped;
}
// Smooth, between -1 and 1; not the noise of openFrameworks.
inline float ofSignedNoise(float x) { return std::sin(x * 1.7F) * std::cos(x * 0.61F + 1); }
