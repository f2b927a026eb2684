#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ofMain.h"
#include "ofxGui.h"
#include "ofxWingbeat.h"

// Draws any stream: one of its fields as points, turned by the mouse, and its parameters in a panel.
//
//     left, right   another stream          f   fits the camera to the points
//     up, down      another field           g   panel on, off
class ofApp : public ofBaseApp {
 public:
  explicit ofApp(const std::string& stream = "") : wanted(stream) {}

  void setup() override;
  void update() override;
  void draw() override;
  void keyPressed(int key) override;

  std::string wanted;  // the stream given as argument; it may start later
  std::vector<std::string> streams;
  std::vector<std::string> fields;  // the fields that can be drawn
  std::string field;
  ofxWingbeat::Reader reader;
  ofVbo vbo;
  ofEasyCam camera;
  ofxPanel panel;
  bool drawPanel = true, isFitted = false;
  std::uint64_t lastSeq = 0, lastRestarts = 0, skipped = 0;

 private:
  void lookForStreams();
  void open(const std::string& stream);
  void openNext(int step);
  void showNextField(int step);
  void listFields();
  void countSkipped();
  void fitCamera();
  std::string describe() const;
};
