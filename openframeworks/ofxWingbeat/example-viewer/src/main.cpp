#include <memory>
#include <string>

#include "ofApp.h"
#include "ofMain.h"

// Argument: the stream to show at first.
int main(int argc, char** argv) {
  ofGLWindowSettings settings;
  settings.setSize(1280, 800);
  const auto window = ofCreateWindow(settings);
  ofRunApp(window, std::make_shared<ofApp>(argc > 1 ? argv[1] : ""));
  ofRunMainLoop();
}
