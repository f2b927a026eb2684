// The messages of the addon, each reported once and not in every frame.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>

namespace ofxWingbeat::detail {

enum class Level { notice, warning, error };

class Messages {
 public:
  using Sink = std::function<void(Level, const std::string&)>;

  explicit Messages(Sink sink) : sink_(std::move(sink)) {}

  void say(Level level, const std::string& text) const {
    if (sink_) sink_(level, text);
  }

  // Reports the text unless a message about `what` was reported since the last forget(what).
  void say_once(const std::string& what, Level level, const std::string& text) {
    if (said_.insert(what).second) say(level, text);
  }
  // Allows messages again about everything that begins with `what`.
  void forget(const std::string& what) {
    auto said = said_.lower_bound(what);
    while (said != said_.end() && said->compare(0, what.size(), what) == 0) said = said_.erase(said);
  }
  void forget_all() { said_.clear(); }

 private:
  Sink sink_;
  std::set<std::string> said_;
};

}  // namespace ofxWingbeat::detail
