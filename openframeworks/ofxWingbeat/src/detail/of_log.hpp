// Where the addon's messages go.
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
