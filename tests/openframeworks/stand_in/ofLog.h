// Stand-in for libs/openFrameworks/utils/ofLog.h, held against openframeworks 05da1ce2c3 (0.12).
#pragma once

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

enum ofLogLevel : short { OF_LOG_NOTICE = 1, OF_LOG_WARNING, OF_LOG_ERROR };  // NOLINT(google-runtime-int)

namespace stand_in {

// What was logged, for tests to look at. It is written to standard error as well.
struct Logged {
  ofLogLevel level;
  std::string module, message;
};
inline std::vector<Logged>& log() {
  static std::vector<Logged> lines;
  return lines;
}

}  // namespace stand_in

class ofLog {
 public:
  virtual ~ofLog() {
    stand_in::log().push_back({level_, module_, message_.str()});
    std::cerr << "[" << level_ << "] " << module_ << ": " << message_.str() << "\n";
  }
  ofLog(const ofLog&) = delete;
  ofLog& operator=(const ofLog&) = delete;

  template <class T>
  ofLog& operator<<(const T& value) {
    message_ << value;
    return *this;
  }

 protected:
  ofLog(ofLogLevel level, const std::string& module) : level_(level), module_(module) {}

 private:
  ofLogLevel level_;
  std::string module_;
  std::stringstream message_;
};

template <ofLogLevel kLevel>
class ofLogOf : public ofLog {
 public:
  ofLogOf(const std::string& module = "") : ofLog(kLevel, module) {}
};
using ofLogNotice = ofLogOf<OF_LOG_NOTICE>;
using ofLogWarning = ofLogOf<OF_LOG_WARNING>;
using ofLogError = ofLogOf<OF_LOG_ERROR>;
