// Stand-in for libs/openFrameworks/math/ofVectorMath.h and what it includes: glm itself is the real one. Held against openframeworks
// ffad1bc3ac (ofVectorMath.h), a67112f32d (ofMath.h, 0.12), 98318ef009 (graphics/ofGraphicsConstants.h); the older vector, its DIM and
// getPtr(), against b734917b2b (ofVec3f.h).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <glm/glm.hpp>
#include <glm/gtc/quaternion.hpp>
#include <glm/gtc/type_ptr.hpp>
#include <limits>

class ofVec3f {
 public:
  static const int DIM = 3;
  float x = 0, y = 0, z = 0;
  ofVec3f() = default;
  explicit ofVec3f(float scalar) : ofVec3f(scalar, scalar, scalar) {}
  ofVec3f(float vx, float vy, float vz = 0) : x(vx), y(vy), z(vz) {}
  ofVec3f(const glm::vec3& v) : ofVec3f(v.x, v.y, v.z) {}
  operator glm::vec3() const { return {x, y, z}; }
  float* getPtr() { return &x; }
  const float* getPtr() const { return &x; }
};

using ofDefaultVertexType = glm::vec3;
using ofDefaultNormalType = glm::vec3;
using ofDefaultTexCoordType = glm::vec2;

// A range without width is mapped to the beginning of the other.
inline float ofMap(float value, float inputMin, float inputMax, float outputMin, float outputMax, bool clamp = false) {
  if (std::abs(inputMin - inputMax) < std::numeric_limits<float>::epsilon()) return outputMin;
  const float mapped = outputMin + (value - inputMin) / (inputMax - inputMin) * (outputMax - outputMin);
  return clamp ? std::min(std::max(mapped, std::min(outputMin, outputMax)), std::max(outputMin, outputMax)) : mapped;
}
// Smooth, between -1 and 1; not the noise of openFrameworks. Others that a call might mean are not defined.
inline float ofSignedNoise(float x) { return std::sin(x * 1.7F) * std::cos(x * 0.61F + 1); }
float ofSignedNoise(float x, float y);
float ofSignedNoise(float x, float y, float z);
float ofSignedNoise(const glm::vec2& p);
float ofSignedNoise(const glm::vec3& p);
