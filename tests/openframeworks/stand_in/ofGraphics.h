// Stand-in for libs/openFrameworks/graphics/ofGraphics.h and 3d/of3dGraphics.h, held against dimitre 74be8f9e0e and openframeworks
// ca6b4635ea. Nothing is drawn; what would be is kept for tests.
#pragma once

#include <string>
#include <vector>

#include "ofColor.h"
#include "ofRectangle.h"
#include "ofVectorMath.h"
#include "stage.hpp"

enum ofBlendMode { OF_BLENDMODE_DISABLED, OF_BLENDMODE_ALPHA, OF_BLENDMODE_ADD };

namespace stand_in {
inline std::vector<std::string>& texts() {
  static std::vector<std::string> texts;
  return texts;
}
}  // namespace stand_in

inline void ofBackground(int, int = 255) {}
inline void ofBackground(int, int, int, int = 255) {}
inline void ofBackground(const ofColor&) {}
inline void ofSetColor(int r, int g, int b, int a) { stand_in::stage().colour = {r, g, b, a}; }
inline void ofSetColor(int r, int g, int b) { ofSetColor(r, g, b, 255); }
inline void ofSetColor(int gray) { ofSetColor(gray, gray, gray); }
inline void ofSetColor(const ofColor& color, int _a) { ofSetColor(color.r, color.g, color.b, _a); }
inline void ofSetColor(const ofColor& color) { ofSetColor(color, color.a); }
inline void ofSetColor(const ofFloatColor& color) { ofSetColor(ofColor(color)); }
inline void ofFill() {}
inline void ofNoFill() {}
inline void ofPushStyle() { ++stand_in::stage().styles; }
inline void ofPopStyle() { --stand_in::stage().styles; }
inline void ofEnableBlendMode(ofBlendMode) {}
inline void ofDisableBlendMode() {}
inline void ofEnableDepthTest() { stand_in::stage().has_depth = true; }
inline void ofDisableDepthTest() { stand_in::stage().has_depth = false; }
inline void ofEnablePointSprites() {}
inline void ofSetSphereResolution(int) {}
inline void ofDrawSphere(const glm::vec3& position, float radius) {
  stand_in::stage().drawn.spheres.push_back({position, radius, stand_in::stage().colour});
}
inline void ofDrawBox(float x, float y, float z, float width, float height, float depth) {
  stand_in::stage().drawn.boxes.push_back({{x, y, z}, {width, height, depth}});
}
inline void ofDrawCircle(const glm::vec3&, float) {}
inline void ofDrawAxis(float) {}
inline void ofDrawGrid(float = 1, std::size_t = 8, bool = false, bool = true, bool = true, bool = true) {}
inline void ofDrawBitmapString(const std::string& text, float, float) { stand_in::texts().push_back(text); }
inline void ofDrawBitmapStringHighlight(const std::string& text, int, int, const ofColor& = ofColor::black,
                                        const ofColor& = ofColor::white) {
  stand_in::texts().push_back(text);
}
inline void glPointSize(float) {}
