// Stand-in for libs/openFrameworks/graphics/ofGraphics.h and ofGraphicsConstants.h, held against openframeworks d4c7ec1010 and 98318ef009
// (0.11 to 0.12), and of3dGraphics.h, whose stored header there is older (ca6b4635ea), so against dimitre 7e8339ed55. Nothing is drawn; what
// would be is kept for tests. Functions without a body are what a call might mean as well.
#pragma once

#include <string>
#include <vector>

#include "ofAppRunner.h"
#include "ofColor.h"
#include "ofVectorMath.h"
#include "stage.hpp"

enum ofBlendMode { OF_BLENDMODE_DISABLED = 0, OF_BLENDMODE_ALPHA = 1 };

namespace stand_in {
inline std::vector<std::string>& texts() {
  static std::vector<std::string> texts;
  return texts;
}
}  // namespace stand_in

inline void ofBackground(int /*brightness*/, int /*alpha*/ = 255) {}
void ofBackground(int r, int g, int b, int a = 255);
void ofBackground(const ofColor& c);
inline void ofSetColor(int r, int g, int b, int a) { stand_in::stage().colour = {r, g, b, a}; }
inline void ofSetColor(int r, int g, int b) { ofSetColor(r, g, b, 255); }
inline void ofSetColor(const ofColor& color, int a) { ofSetColor(color.r, color.g, color.b, a); }
inline void ofSetColor(const ofColor& color) { ofSetColor(color, color.a); }
void ofSetColor(int gray);
inline void ofNoFill() {}
inline void ofPushStyle() { ++stand_in::stage().styles; }
inline void ofPopStyle() { --stand_in::stage().styles; }
inline void ofEnableBlendMode(ofBlendMode) {}
inline void ofEnableDepthTest() { stand_in::stage().has_depth = true; }
inline void ofDisableDepthTest() { stand_in::stage().has_depth = false; }

inline void ofSetSphereResolution(int) {}
inline void ofDrawSphere(const glm::vec3& position, float radius) {
  stand_in::stage().drawn.spheres.push_back({position, radius, stand_in::stage().colour});
}
void ofDrawSphere(float x, float y, float radius);
void ofDrawSphere(float x, float y, float z, float radius);
void ofDrawSphere(float radius);
inline void ofDrawBox(float x, float y, float z, float width, float height, float depth) {
  stand_in::stage().drawn.boxes.push_back({{x, y, z}, {width, height, depth}});
}
void ofDrawBox(float x, float y, float z, float size);
void ofDrawBox(const glm::vec3& position, float width, float height, float depth);
void ofDrawBox(const glm::vec3& position, float size);
void ofDrawBox(float size);
void ofDrawBox(float width, float height, float depth);

template <class T>
void ofDrawBitmapString(const T& textString, float, float) {
  stand_in::texts().push_back(ofToString(textString));
}
template <class T>
void ofDrawBitmapString(const T& textString, float x, float y, float z);
template <class T>
void ofDrawBitmapString(const T& textString, const glm::vec3& p);
template <class T>
void ofDrawBitmapString(const T& textString, const glm::vec2& p);

inline void glPointSize(float) {}  // OpenGL's own
