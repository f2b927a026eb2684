// Sends the addon's messages to openFrameworks' log.
#pragma once

#include <string>

#include "messages.hpp"
#include "ofMain.h"

namespace ofxWingbeat::detail {

inline void log(Level level, const std::string& text) {
  switch (level) {
    case Level::notice:
      ofLogNotice("ofxWingbeat") << text;
      break;
    case Level::warning:
      ofLogWarning("ofxWingbeat") << text;
      break;
    case Level::error:
      ofLogError("ofxWingbeat") << text;
      break;
  }
}

}  // namespace ofxWingbeat::detail
