// Stand-in for addons/ofxGui/src/ofxGui.h, ofxPanel.h and ofxGuiGroup.cpp, held against openframeworks 00a6e89e47 (ofxGui.h, older: it includes
// ofxPanel.h), 68a3b9ab4e (ofxPanel.h), 019c17999c (ofxPanel.cpp, ofxGuiGroup.cpp; 0.11 to 0.12). It shows nothing; it keeps what it was given.
#pragma once

#include <cstddef>
#include <string>

#include "ofMain.h"
#include "stage.hpp"

class ofxPanel {
 public:
  ofxPanel* setup(const ofParameterGroup& parameters, const std::string& /*filename*/ = "settings.xml", float = 10,
                  float = 10) {
    parameters_.clear();  // its own, which others may have been given
    parameters_ = parameters;
    isSetup_ = true;
    return this;
  }
  ofxPanel* setup(const std::string& collectionName = "", const std::string& filename = "settings.xml", float x = 10,
                  float y = 10);
  std::size_t getNumControls() const { return parameters_.size(); }
  // setup() makes its icons: before it there is nothing that can be drawn.
  void draw() {
    if (isSetup_) {
      ++stand_in::stage().drawn.panels;
    } else {
      ++stand_in::stage().drawn.unfinished_panels;
    }
  }
  ofAbstractParameter& getParameter() { return parameters_; }

 private:
  ofParameterGroup parameters_;
  bool isSetup_ = false;
};
