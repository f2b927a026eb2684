// Stand-in for libs/openFrameworks/app/ofAppRunner.h, ofBaseApp.h and ofWindowSettings.h, held against openframeworks 261af064d7 (0.11 to 0.12),
// de801a32b0 (the same) and 04d2e088f0 (after 0.12); utils/ofUtils.h and ofFileUtils.h, against c50ec30ccb and 05da1ce2c3 (0.12). The loop runs
// OF_STAND_IN_FRAMES frames (60), pressing the keys of OF_STAND_IN_KEYS one by one, without a window.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iomanip>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include "ofConstants.h"

#if defined(__linux__)
// Types of X11, by its short names.
typedef unsigned long Window;         // NOLINT
struct _XDisplay;                     // NOLINT
typedef _XDisplay Display;            // NOLINT
struct __GLXcontextRec;               // NOLINT
typedef __GLXcontextRec* GLXContext;  // NOLINT
#endif

enum ofWindowMode { OF_WINDOW = 0, OF_FULLSCREEN = 1, OF_GAME_MODE = 2 };

class ofBaseApp {
 public:
  virtual ~ofBaseApp() = default;
  virtual void setup() {}
  virtual void update() {}
  virtual void draw() {}
  virtual void exit() {}
  virtual void keyPressed(int) {}
  virtual void windowResized(int, int) {}
};

class ofWindowSettings {
 public:
  virtual ~ofWindowSettings() = default;
  void setSize(int w, int h) { width_ = w, height_ = h; }
  int getWidth() const { return width_; }
  int getHeight() const { return height_; }

 private:
  int width_ = 1024, height_ = 768;
};
class ofGLWindowSettings : public ofWindowSettings {
 public:
  void setGLVersion(int, int) {}
};
class ofAppBaseWindow {};

namespace stand_in {

struct Loop {
  std::shared_ptr<ofBaseApp> app;
  int width = 1024, height = 768, frame_rate = 60;
  std::uint64_t frame = 0;
  std::string title, data_path = "data/";
  std::string timestamp = "2026-01-02-03-04-05-678";  // whatever the time is
  bool is_fullscreen = false;
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
};
inline Loop& loop() {
  static Loop loop;
  return loop;
}
// One turn of openFrameworks' main loop.
inline void turn(ofBaseApp& app) {
  app.update();
  app.draw();
  ++loop().frame;
}
inline const char* setting(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : otherwise;
}

}  // namespace stand_in

inline std::shared_ptr<ofAppBaseWindow> ofCreateWindow(const ofWindowSettings& settings) {
  stand_in::loop().width = settings.getWidth();
  stand_in::loop().height = settings.getHeight();
  return std::make_shared<ofAppBaseWindow>();
}
inline void ofSetupOpenGL(int w, int h, ofWindowMode) { stand_in::loop().width = w, stand_in::loop().height = h; }
inline void ofRunApp(std::shared_ptr<ofAppBaseWindow> /*window*/, std::shared_ptr<ofBaseApp>&& app) {
  stand_in::loop().app = std::move(app);
}
inline int ofRunMainLoop() {
  ofBaseApp& app = *stand_in::loop().app;
  const int frames = std::atoi(stand_in::setting("OF_STAND_IN_FRAMES", "60"));
  const std::string keys = stand_in::setting("OF_STAND_IN_KEYS", "");
  app.setup();
  for (int i = 0; i < frames; ++i) {
    if (static_cast<std::size_t>(i) < keys.size()) app.keyPressed(keys[static_cast<std::size_t>(i)]);
    stand_in::turn(app);
    std::this_thread::sleep_for(std::chrono::nanoseconds(1000000000 / stand_in::loop().frame_rate));
  }
  app.exit();
  stand_in::loop().app.reset();
  return 0;
}
inline int ofRunApp(std::shared_ptr<ofBaseApp>&& app) {
  stand_in::loop().app = std::move(app);
  return ofRunMainLoop();
}

inline int ofGetWidth() { return stand_in::loop().width; }
inline int ofGetHeight() { return stand_in::loop().height; }
inline void ofSetFrameRate(int rate) { stand_in::loop().frame_rate = rate; }
inline float ofGetFrameRate() { return static_cast<float>(stand_in::loop().frame_rate); }
inline std::uint64_t ofGetFrameNum() { return stand_in::loop().frame; }
inline void ofSetVerticalSync(bool) {}
inline void ofToggleFullscreen() { stand_in::loop().is_fullscreen = !stand_in::loop().is_fullscreen; }
inline void ofSetWindowTitle(std::string title) { stand_in::loop().title = std::move(title); }
inline float ofGetElapsedTimef() {
  return std::chrono::duration<float>(std::chrono::steady_clock::now() - stand_in::loop().start).count();
}
inline std::string ofToDataPath(const of::filesystem::path& path, bool /*absolute*/ = false) {
  return stand_in::loop().data_path + path.string();
}
inline std::string ofGetTimestampString() { return stand_in::loop().timestamp; }
std::string ofGetTimestampString(const std::string& timestampFormat);  // not used, not defined

template <class T>
std::string ofToString(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}
template <class T>
std::string ofToString(const T& value, int precision) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(precision) << value;
  return out.str();
}
