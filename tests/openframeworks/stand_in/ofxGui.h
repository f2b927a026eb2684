// Stand-in for addons/ofxGui/src/ofxGui.h and ofxPanel.h, held against openframeworks 4eb7c7f38d. It shows nothing; it keeps what it was
// given.
#pragma once

#include <string>

#include "ofMain.h"
#include "stage.hpp"

class ofxPanel {
 public:
  ofxPanel* setup(const ofParameterGroup& parameters, const std::string& = "settings.xml", float = 10, float = 10) {
    const ofParameterGroup wanted = parameters;
    parameters_.clear();  // as ofxGuiGroup::setup does, to whoever else has that group
    parameters_ = wanted;
    return this;
  }
  void clear() { parameters_ = ofParameterGroup(); }
  std::size_t getNumControls() const { return parameters_.size(); }
  void draw() { ++stand_in::stage().drawn.panels; }
  ofParameterGroup& getParameter() { return parameters_; }

 private:
  ofParameterGroup parameters_;
};
