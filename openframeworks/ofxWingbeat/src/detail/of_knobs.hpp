// ofParameters as knobs, and a stream's controls as ofParameters.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "knob.hpp"
#include "ofMain.h"

namespace ofxWingbeat::detail {

// One parameter, by its name within all its groups.
struct NamedParameter {
  std::string name;
  std::shared_ptr<ofAbstractParameter> parameter;
};

// Appends the parameters of a group, and of the groups in it.
void flatten(ofParameterGroup& group, const std::string& path, std::vector<NamedParameter>& out);

// A knob for each number of a parameter; none for a type that has no numbers. choices: names of an int's values from its minimum
// on, or "".
std::vector<Knob> knobs_of(const NamedParameter& named, const std::string& choices);

// Fills `group` with a parameter for each of the stream's parameters and triggers, a dot in a name making a group of its own, and
// gives their knobs. A trigger calls `pull`, as long as `listeners` are there.
std::vector<Knob> mirror(const std::vector<wb_control_info>& controls, ofParameterGroup& group,
                         ofEventListeners& listeners, const std::function<void(const std::string&)>& pull);

}  // namespace ofxWingbeat::detail
