// ofParameters as knobs, and a stream's controls as ofParameters.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "knob.hpp"
#include "ofMain.h"

namespace ofxWingbeat::detail {

// A parameter and its full name, groups included.
struct NamedParameter {
  std::string name;
  std::shared_ptr<ofAbstractParameter> parameter;
};

// Appends the parameters of a group, and of the groups in it.
void flatten(ofParameterGroup& group, const std::string& path, std::vector<NamedParameter>& out);

// A knob for each number of a parameter; none if its type has no numbers. choices: names of an int's values, beginning
// with its minimum, or "".
std::vector<Knob> knobs_of(const NamedParameter& named, const std::string& choices);

// Fills `group` with a parameter for each parameter and trigger of the stream and returns their knobs. A dot in a name
// makes a group. A trigger calls `pull` as long as `listeners` exist.
std::vector<Knob> mirror(const std::vector<wb_control_info>& controls, ofParameterGroup& group,
                         ofEventListeners& listeners, const std::function<void(const std::string&)>& pull);

}  // namespace ofxWingbeat::detail
