// Stand-in for libs/openFrameworks/graphics/ofGraphics.h and 3d/of3dGraphics.h, held against dimitre 74be8f9e0e and openframeworks
// ca6b4635ea. Nothing is drawn; texts are kept for tests.
#pragma once

#include <string>
#include <vector>

#include "ofColor.h"
#include "ofRectangle.h"
#include "ofVectorMath.h"

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
inline void ofSetColor(int, int, int) {}
inline void ofSetColor(int, int, int, int) {}
inline void ofSetColor(int) {}
inline void ofSetColor(const ofColor&, int) {}
inline void ofSetColor(const ofColor&) {}
inline void ofSetColor(const ofFloatColor&) {}
inline void ofFill() {}
inline void ofNoFill() {}
inline void ofPushStyle() {}
inline void ofPopStyle() {}
inline void ofEnableBlendMode(ofBlendMode) {}
inline void ofDisableBlendMode() {}
inline void ofEnableDepthTest() {}
inline void ofDisableDepthTest() {}
inline void ofEnablePointSprites() {}
inline void ofSetSphereResolution(int) {}
inline void ofDrawSphere(const glm::vec3&, float) {}
inline void ofDrawBox(float, float, float, float, float, float) {}
inline void ofDrawCircle(const glm::vec3&, float) {}
inline void ofDrawAxis(float) {}
inline void ofDrawGrid(float = 1, std::size_t = 8, bool = false, bool = true, bool = true, bool = true) {}
inline void ofDrawBitmapString(const std::string& text, float, float) { stand_in::texts().push_back(text); }
inline void ofDrawBitmapStringHighlight(const std::string& text, int, int, const ofColor& = ofColor::black,
                                        const ofColor& = ofColor::white) {
  stand_in::texts().push_back(text);
}
inline void glPointSize(float) {}
