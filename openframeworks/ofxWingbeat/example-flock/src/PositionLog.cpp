#include "PositionLog.h"

void PositionLog::toggle() {
  if (isOn()) {
    end();
  } else {
    begin();
  }
}

void PositionLog::begin() {
  path_ = ofToDataPath("positions-" + ofGetTimestampString() + ".csv", true);
  file_.clear();
  file_.open(path_);
  if (isOn()) {
    ofLogNotice("PositionLog") << "writing " << path_;
  } else {
    ofLogError("PositionLog") << "cannot write " << path_;
  }
}

void PositionLog::end() {
  file_.close();
  ofLogNotice("PositionLog") << "finished " << path_;
}

void PositionLog::add(const std::vector<Agent>& agents) {
  if (!isOn()) return;
  const char* separator = "";
  for (const Agent& agent : agents) {
    file_ << separator << agent.position.x << ", " << agent.position.y << ", " << agent.position.z;
    separator = ", ";
  }
  file_ << '\n';
  if (file_) return;
  ofLogError("PositionLog") << "cannot write more to " << path_ << ": is the disk full?";
  end();
}
