// Stand-in for libs/openFrameworks/utils/ofLog.h, held against openframeworks 05da1ce2c3 (0.12).
#pragma once

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

enum ofLogLevel : short {  // NOLINT(google-runtime-int)
  OF_LOG_VERBOSE,
  OF_LOG_NOTICE,
  OF_LOG_WARNING,
  OF_LOG_ERROR,
  OF_LOG_FATAL_ERROR,
  OF_LOG_SILENT
};

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
  ofLog() = default;
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

  ofLogLevel level_ = OF_LOG_NOTICE;
  std::string module_;

 private:
  std::stringstream message_;
};

class ofLogNotice : public ofLog {
 public:
  ofLogNotice(const std::string& module = "") : ofLog(OF_LOG_NOTICE, module) {}
};
class ofLogWarning : public ofLog {
 public:
  ofLogWarning(const std::string& module = "") : ofLog(OF_LOG_WARNING, module) {}
};
class ofLogError : public ofLog {
 public:
  ofLogError(const std::string& module = "") : ofLog(OF_LOG_ERROR, module) {}
};
