#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "Controls.h"
#include "Flock.h"
#include "PositionLog.h"
#include "Sparkline.h"
#include "ofMain.h"
#include "ofxGui.h"
#include "ofxWingbeat.h"  // live, 1 of 5

class ofApp : public ofBaseApp {
 public:
  explicit ofApp(std::size_t agents = 100, std::uint32_t seed = 1) : agentCount(agents), flock(seed) {}

  void setup() override;
  void update() override;
  void draw() override;
  void keyPressed(int key) override;
  void windowResized(int width, int height) override;

  std::size_t agentCount;
  Flock flock;
  Controls controls;
  ofxPanel panel;
  ofEasyCam orbitCamera;  // the mouse moves it
  ofCamera followCamera;  // turns with the flock
  std::vector<Sparkline> sparklines;
  PositionLog positionLog;
  bool drawSparklines = true, drawSources = true, drawPanel = true;

  ofxWingbeat::Writer live;    // live, 2 of 5
  ofxWingbeat::Reader latent;  // the stream that an analysis publishes

 private:
  void setupPanel();
  void setupCameras();
  void offerMore();
  std::string place(const std::vector<double>& arguments);
  void readLatent();
  void showState() const;

  void moveCameras();
  void setProjection();
  void drawSpace() const;
  void drawNeighbourhood(const Agent& agent) const;
  void drawLatent() const;

  ofEventListeners listeners;
};
