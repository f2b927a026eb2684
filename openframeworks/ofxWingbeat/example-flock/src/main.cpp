#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "ofApp.h"
#include "ofMain.h"

// Arguments: how many agents (100), and the seed of where they start (1).
int main(int argc, char** argv) {
  const int agents = argc > 1 ? std::max(std::atoi(argv[1]), 1) : 100;
  const int seed = argc > 2 ? std::atoi(argv[2]) : 1;
  ofGLWindowSettings settings;
  settings.setGLVersion(3, 2);
  settings.setSize(1280, 800);
  const auto window = ofCreateWindow(settings);
  ofRunApp(window, std::make_shared<ofApp>(static_cast<std::size_t>(agents), static_cast<std::uint32_t>(seed)));
  ofRunMainLoop();
}
