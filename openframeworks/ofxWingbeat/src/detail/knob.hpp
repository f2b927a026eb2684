// Knob: one number of an app that can be seen and set; TwoWay: keeps it and the stream's parameter the same.
#pragma once

#include <cmath>
#include <functional>
#include <string>

#include "wingbeat/wingbeat.h"

namespace ofxWingbeat::detail {

// A float as the double that people mean by it: 0.1f is 0.1, not 0.100000001490116. Monotonic, and back again exact.
double widened(float number);

// The number as a value of the C interface.
wb_value value_of(wb_value_type type, double number);

struct Knob {
  std::string name;  // legal and unique
  wb_value_type type = WB_VALUE_F64;
  double minimum = 0, maximum = 0;  // both 0: no limit
  std::string choices;              // separated by single spaces; value 0 is the first
  std::function<double()> get;
  std::function<void(double)> set;
  // The nearest value it can take: a float has fewer digits than the stream's f64.
  std::function<double(double)> nearest = [](double value) { return value; };
};

// Two values that should be the same, each of which may be changed by somebody else: `here`, the app's, and `there`, the stream's. What was
// taken over from one side is no change of the other (it would come back as an echo, for ever where one side rounds).
class TwoWay {
 public:
  TwoWay(double here, double there) : here_(here), there_(there) {}

  // Whether somebody changed it here since the last call; `now` counts as seen.
  bool changed_here(double now) { return changed(here_, now); }
  bool changed_there(double now) { return changed(there_, now); }
  // What is here or there now is our own doing.
  void seen_here(double now) { here_ = now; }
  void seen_there(double now) { there_ = now; }
  // The next changed_there() is true, whatever it is.
  void doubt_there() { there_ = std::nan(""); }

 private:
  static bool changed(double& seen, double now) {
    const bool same = seen == now || (std::isnan(seen) && std::isnan(now));
    seen = now;
    return !same;
  }

  double here_, there_;
};

}  // namespace ofxWingbeat::detail
