#include "swarm/parameters.hpp"

#include <cmath>
#include <cstdio>
#include <string>

namespace swarm {
namespace {

std::string text_of(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

std::string names_of(std::span<const ParameterInfo> table) {
  std::string list;
  for (const auto& p : table) {
    if (!list.empty()) list += ", ";
    list += p.name;
  }
  return list;
}

Outcome check(const ParameterInfo& info, double value) {
  const std::string name(info.name);
  if (!std::isfinite(value)) return Outcome::refused(name + " must be a finite number");
  if (info.type == ParameterType::boolean && value != 0 && value != 1) {
    return Outcome::refused(name + " is a switch: give 0 or 1, not " + text_of(value));
  }
  if (info.type == ParameterType::integer && value != std::floor(value)) {
    return Outcome::refused(name + " must be a whole number, not " + text_of(value));
  }
  if (value < info.minimum || value > info.maximum) {
    return Outcome::refused(name + " must be between " + text_of(info.minimum) + " and " + text_of(info.maximum) +
                            ", not " + text_of(value));
  }
  return Outcome::done();
}

}  // namespace

std::optional<Parameter> find_parameter(std::string_view name) { return Parameters().find(name); }

Parameters::Parameters() : Parameters(parameter_table()) {}

Parameters::Parameters(std::span<const ParameterInfo> table) : table_(table) {
  for (const auto& row : table_) values_.push_back(row.fallback);
}

std::optional<Parameter> Parameters::find(std::string_view name) const {
  for (const auto& row : table_) {
    if (row.name == name) return row.id;
  }
  return std::nullopt;
}

Outcome Parameters::set(Parameter p, double value) {
  const auto index = static_cast<std::size_t>(p);
  if (index >= table_.size()) return Outcome::refused("there is no such parameter");
  Outcome outcome = check(table_[index], value);
  if (outcome) values_[index] = value;
  return outcome;
}

Outcome Parameters::set(std::string_view name, double value) {
  if (const auto p = find(name)) return set(*p, value);
  return Outcome::refused("there is no parameter '" + std::string(name) + "'; there are " + names_of(table_));
}

}  // namespace swarm
