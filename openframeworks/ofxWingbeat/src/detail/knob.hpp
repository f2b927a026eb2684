// Knob: a number of the app that readers can see and set. TwoWay: keeps it and the stream's parameter equal.
#pragma once

#include <cmath>
#include <functional>
#include <string>

#include "wingbeat/wingbeat.h"

namespace ofxWingbeat::detail {

// The double with the shortest decimal form of a float: 0.1f becomes 0.1, not 0.100000001490116. Monotonic; converting
// back is exact.
double widened(float number);

// The number as a value of the C interface.
wb_value value_of(wb_value_type type, double number);

struct Knob {
  std::string name;  // legal and unique
  wb_value_type type = WB_VALUE_F64;
  double minimum = 0, maximum = 0;  // both 0: no range
  std::string choices;              // separated by single spaces; value 0 is the first
  std::function<double()> get;
  std::function<void(double)> set;
  // The nearest value that the app can hold: a float has fewer digits than the stream's f64.
  std::function<double(double)> nearest = [](double value) { return value; };
};

// Two values to keep equal, each of which may change: `here` in the app and `there` in the stream. A value that was
// copied from one side does not count as a change of the other side. Otherwise it would be sent back, without end if
// one side rounds.
class TwoWay {
 public:
  TwoWay(double here, double there) : here_(here), there_(there) {}

  // Whether the value here changed since the last call; `now` counts as seen.
  bool changed_here(double now) { return changed(here_, now); }
  bool changed_there(double now) { return changed(there_, now); }
  // Marks a value as seen after this program set it.
  void seen_here(double now) { here_ = now; }
  void seen_there(double now) { there_ = now; }
  // Makes the next changed_there() return true.
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
