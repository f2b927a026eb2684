#include "of_knobs.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <type_traits>

#include "names.hpp"

namespace ofxWingbeat::detail {

namespace {

constexpr const char* kPlaces[] = {"x", "y", "z", "w"};
constexpr const char* kColours[] = {"r", "g", "b", "a"};

template <class T>
double number_of(T value) {
  if constexpr (std::is_same_v<T, float>) return widened(value);
  return static_cast<double>(value);
}

// The stream's numbers are wider: a value outside the integer's range becomes the nearest value in it.
template <class T>
T nearest_of(double value) {
  if constexpr (std::is_same_v<T, bool>) return value != 0;
  if constexpr (std::is_integral_v<T>) {
    if (value <= static_cast<double>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
    if (value >= static_cast<double>(std::numeric_limits<T>::max())) return std::numeric_limits<T>::max();
  }
  return static_cast<T>(value);
}

template <class T>
constexpr wb_value_type type_of() {
  return std::is_same_v<T, bool> ? WB_VALUE_BOOL : std::is_integral_v<T> ? WB_VALUE_I64 : WB_VALUE_F64;
}

constexpr double kMostExact = 9007199254740992.0;  // 2^53: a stream cannot hold a larger limit exactly

// A range as wide as the type itself is a default, not a range given by the app.
template <class T>
void limit(Knob& knob, T minimum, T maximum) {
  const bool is_any =
      sizeof(T) >= 4 && minimum == std::numeric_limits<T>::lowest() && maximum == std::numeric_limits<T>::max();
  const double low = number_of(minimum), high = number_of(maximum);
  if (std::is_same_v<T, bool> || is_any || !(low < high)) return;
  if (std::is_integral_v<T> && (low < -kMostExact || high > kMostExact)) return;
  knob.minimum = low;
  knob.maximum = high;
}

template <class T>
Knob knob_of(const std::string& name, ofParameter<T> parameter) {
  Knob knob;
  knob.name = name;
  knob.type = type_of<T>();
  limit(knob, parameter.getMin(), parameter.getMax());
  knob.get = [parameter] { return number_of(parameter.get()); };
  knob.set = [parameter](double value) mutable { parameter.set(nearest_of<T>(value)); };
  knob.nearest = [](double value) { return number_of(nearest_of<T>(value)); };
  return knob;
}

Knob choice_of(const std::string& name, ofParameter<int> parameter, const std::string& choices) {
  Knob knob;
  knob.name = name;
  knob.type = WB_VALUE_CHOICE;
  knob.choices = choices;
  const int first = parameter.getMin();
  knob.get = [parameter, first] { return static_cast<double>(parameter.get()) - first; };
  knob.set = [parameter, first](double value) mutable { parameter.set(first + static_cast<int>(value)); };
  return knob;
}

// Components of a vector are indexed by int, those of a colour by size_t.
template <glm::length_t L>
float component(const glm::vec<L, float>& whole, int index) {
  return whole[index];
}
template <class T>
T component(const ofColor_<T>& whole, int index) {
  return whole[static_cast<std::size_t>(index)];
}
template <glm::length_t L>
void set_component(glm::vec<L, float>& whole, int index, float number) {
  whole[index] = number;
}
template <class T>
void set_component(ofColor_<T>& whole, int index, T number) {
  whole[static_cast<std::size_t>(index)] = number;
}

// One component of a vector or a colour.
template <class T, class Number>
Knob component_of(const std::string& name, ofParameter<T> parameter, int index) {
  Knob knob;
  knob.name = name;
  knob.type = type_of<Number>();
  limit<Number>(knob, component(parameter.getMin(), index), component(parameter.getMax(), index));
  knob.get = [parameter, index] { return number_of<Number>(component(parameter.get(), index)); };
  knob.set = [parameter, index](double value) mutable {
    T whole = parameter.get();
    set_component(whole, index, nearest_of<Number>(value));
    parameter.set(whole);
  };
  knob.nearest = [](double value) { return number_of(nearest_of<Number>(value)); };
  return knob;
}

template <class T>
bool add_scalar(const NamedParameter& named, std::vector<Knob>& out) {
  auto* parameter = dynamic_cast<ofParameter<T>*>(named.parameter.get());
  if (parameter != nullptr) out.push_back(knob_of(named.name, *parameter));
  return parameter != nullptr;
}

template <class T, class Number>
bool add_components(const NamedParameter& named, const char* const* labels, int count, std::vector<Knob>& out) {
  auto* parameter = dynamic_cast<ofParameter<T>*>(named.parameter.get());
  if (parameter == nullptr) return false;
  for (int i = 0; i < count; ++i) out.push_back(component_of<T, Number>(named.name + "." + labels[i], *parameter, i));
  return true;
}

template <class... T>
bool add_scalars(const NamedParameter& named, std::vector<Knob>& out) {
  return (add_scalar<T>(named, out) || ...);
}

template <class T>
ofParameter<T> parameter_of(const wb_control_info& control, const std::string& name) {
  const auto number = [](const wb_value& value) {
    return nearest_of<T>(value.type == WB_VALUE_F64 ? value.as.f64 : static_cast<double>(value.as.i64));
  };
  const T initial = number(control.initial), minimum = number(control.minimum), maximum = number(control.maximum);
  ofParameter<T> parameter(name, initial);
  if (minimum < maximum) {
    parameter.setMin(minimum);
    parameter.setMax(maximum);
  }
  return parameter;
}

int last_choice(const wb_control_info& control) {
  const std::string choices = control.choices;
  return static_cast<int>(std::count(choices.begin(), choices.end(), ' '));
}

template <class T>
Knob add_parameter(const wb_control_info& control, ofParameter<T> parameter, ofParameterGroup& group) {
  group.add(parameter);
  Knob knob = knob_of(control.name, parameter);
  knob.type = static_cast<wb_value_type>(control.initial.type);
  return knob;
}

Knob add_of_type(const wb_control_info& control, const std::string& name, ofParameterGroup& group) {
  switch (control.initial.type) {
    case WB_VALUE_BOOL:
      return add_parameter(control, parameter_of<bool>(control, name), group);
    case WB_VALUE_I64:
      return add_parameter(control, parameter_of<int>(control, name), group);
    case WB_VALUE_CHOICE: {
      auto parameter = parameter_of<int>(control, name);
      parameter.setMin(0);
      parameter.setMax(last_choice(control));
      return add_parameter(control, parameter, group);
    }
    default:
      return add_parameter(control, parameter_of<float>(control, name), group);
  }
}

// The groups that dots in names make. The name of a parameter cannot be the name of a group as well.
class Groups {
 public:
  Groups(ofParameterGroup& root, const std::vector<wb_control_info>& controls) {
    groups_.emplace("", root);
    for (const auto& control : controls) names_.insert(control.name);
  }

  // Returns the group of a control and sets `name` to its name within that group.
  ofParameterGroup& home_of(std::string& name) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == name.size()) return groups_.at("");
    const std::string path = name.substr(0, dot);
    if (names_.count(path) != 0) return groups_.at("");
    name = name.substr(dot + 1);
    return at(path);
  }

 private:
  ofParameterGroup& at(const std::string& path) {
    const auto found = groups_.find(path);
    if (found != groups_.end()) return found->second;
    std::string name = path;
    ofParameterGroup& parent = home_of(name);
    ofParameterGroup group;
    group.setName(name);
    parent.add(group);
    return groups_.emplace(path, group).first->second;
  }

  std::map<std::string, ofParameterGroup> groups_;  // copies of a group are the same group
  std::set<std::string> names_;
};

}  // namespace

void flatten(ofParameterGroup& group, const std::string& path, std::vector<NamedParameter>& out) {
  for (const auto& parameter : group) {
    const std::string name = nested_name(path, parameter->getName());
    if (auto* inner = dynamic_cast<ofParameterGroup*>(parameter.get())) {
      flatten(*inner, name, out);
    } else {
      out.push_back({name, parameter});
    }
  }
}

std::vector<Knob> knobs_of(const NamedParameter& named, const std::string& choices) {
  std::vector<Knob> knobs;
  auto* number = dynamic_cast<ofParameter<int>*>(named.parameter.get());
  if (number != nullptr && !choices.empty()) return {choice_of(named.name, *number, choices)};
  // NOLINTNEXTLINE(google-runtime-int): types of parameters, by the names that people use
  add_scalars<float, double, bool, int, unsigned, char, signed char, unsigned char, short, unsigned short, long,
              unsigned long, long long, unsigned long long>(named, knobs) ||
      add_components<glm::vec2, float>(named, kPlaces, 2, knobs) ||
      add_components<glm::vec3, float>(named, kPlaces, 3, knobs) ||
      add_components<glm::vec4, float>(named, kPlaces, 4, knobs) ||
      add_components<ofFloatColor, float>(named, kColours, 4, knobs) ||
      add_components<ofColor, unsigned char>(named, kColours, 4, knobs);
  return knobs;
}

std::vector<Knob> mirror(const std::vector<wb_control_info>& controls, ofParameterGroup& group,
                         ofEventListeners& listeners, const std::function<void(const std::string&)>& pull) {
  listeners.unsubscribeAll();
  group.clear();  // a new group of the same name: a panel keeps the old one unchanged
  std::vector<Knob> knobs;
  Groups groups(group, controls);
  for (const auto& control : controls) {
    std::string name = control.name;
    if (control.kind == WB_COMMAND) continue;
    ofParameterGroup& home = groups.home_of(name);
    if (control.kind == WB_PARAMETER) {
      knobs.push_back(add_of_type(control, name, home));
      continue;
    }
    ofParameter<void> trigger(name);
    home.add(trigger);
    listeners.push(trigger.newListener([pull, full = std::string(control.name)] { pull(full); }));
  }
  return knobs;
}

}  // namespace ofxWingbeat::detail
