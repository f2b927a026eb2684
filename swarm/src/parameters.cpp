#include "swarm/parameters.hpp"

#include <cmath>
#include <cstdio>
#include <string>

namespace swarm {
namespace {

using enum Parameter;
constexpr auto kReal = ParameterType::real;
constexpr auto kBoolean = ParameterType::boolean;

constexpr std::array<ParameterInfo, kParameterCount> kParameters{{
    {separation, "separation", "flocking", kReal, "", 0.001, 1e-5, 0.1, "Strength that pushes close agents apart."},
    {alignment, "alignment", "flocking", kReal, "", 0.001, 1e-5, 0.1,
     "Strength that turns agents along the headings of others."},
    {cohesion, "cohesion", "flocking", kReal, "", 0.001, 1e-5, 0.1, "Strength that draws distant neighbours together."},
    {neighbourhood, "neighbourhood", "flocking", kReal, "length", 100, 10, 500,
     "Distance up to which agents notice each other."},
    {low_threshold, "low_threshold", "flocking", kReal, "", 0.4, 0, 1,
     "Squared relative distance below which neighbours separate."},
    {high_threshold, "high_threshold", "flocking", kReal, "", 0.76, 0, 1,
     "Squared relative distance from which neighbours cohere; between the thresholds they align."},
    {centre_strength, "centre_strength", "centre", kReal, "", 0.001, 0, 0.01,
     "Pull back towards the centre, per length beyond the radius."},
    {centre_radius, "centre_radius", "centre", kReal, "length", 100, 10, 10000,
     "Distance from the centre beyond which the pull acts."},
    {centre_x, "centre_x", "centre", kReal, "length", 0, -10000, 10000, "Centre of the pull, x."},
    {centre_y, "centre_y", "centre", kReal, "length", 0, -10000, 10000, "Centre of the pull, y."},
    {centre_z, "centre_z", "centre", kReal, "length", 100, -10000, 10000, "Centre of the pull, z."},
    {attractor_strength, "attractor_strength", "attractors", kReal, "", 10, 0, 1000,
     "Pull of each attractor: strength / distance."},
    {attractor_minimum, "attractor_minimum", "attractors", kReal, "length", 10, 0, 1000,
     "Distance up to which an attractor does nothing."},
    {automatic, "automatic", "attractors", kBoolean, "", 0, 0, 1,
     "Adds an attractor and a repulsor every 3 to 20 seconds."},
    {repulsor_strength, "repulsor_strength", "repulsors", kReal, "", 10, 0, 1000,
     "Push of each repulsor: strength / distance."},
    {repulsor_minimum, "repulsor_minimum", "repulsors", kReal, "length", 10, 0, 1000,
     "Distance up to which a repulsor does nothing."},
    {wind_amount, "wind_amount", "wind", kReal, "", 0, 0, 1, "Largest force of the wind along each axis."},
    {wind_scale, "wind_scale", "wind", kReal, "1/length", 0.001, 0, 0.001, "How fast the wind changes with position."},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kParameterCount; ++i) {
    if (static_cast<std::size_t>(kParameters[i].id) != i) return false;
  }
  return true;
}
static_assert(in_order(), "the table follows the enumeration");

constexpr std::array<TriggerInfo, 4> kTriggers{{
    {"add_attractor", "Adds an attractor at a random place for 10 seconds."},
    {"clear_attractors", "Removes all attractors."},
    {"add_repulsor", "Adds a repulsor at a random place for 10 seconds."},
    {"clear_repulsors", "Removes all repulsors."},
}};

constexpr std::array<std::string_view, 4> kSourceArguments{"x", "y", "z", "seconds"};
constexpr std::array<std::string_view, 4> kPlaceArguments{"id", "x", "y", "z"};

constexpr std::array<CommandInfo, 6> kCommands{{
    {"attract", kSourceArguments, "Adds an attractor at x y z for that many seconds."},
    {"repel", kSourceArguments, "Adds a repulsor at x y z for that many seconds."},
    {"place", kPlaceArguments, "The next frame shows that agent at x y z."},
    {"pause", {}, "Stops time; frames repeat the same step."},
    {"resume", {}, "Lets time go on."},
    {"step", {}, "Advances a paused swarm by one step."},
}};

std::string text_of(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

std::string names() {
  std::string list;
  for (const auto& p : kParameters) {
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
  if (value < info.minimum || value > info.maximum) {
    return Outcome::refused(name + " must be between " + text_of(info.minimum) + " and " + text_of(info.maximum) +
                            ", not " + text_of(value));
  }
  return Outcome::done();
}

}  // namespace

std::span<const ParameterInfo, kParameterCount> parameter_table() { return kParameters; }
std::span<const TriggerInfo> trigger_table() { return kTriggers; }
std::span<const CommandInfo> command_table() { return kCommands; }

std::optional<Parameter> find_parameter(std::string_view name) {
  for (const auto& p : kParameters) {
    if (p.name == name) return p.id;
  }
  return std::nullopt;
}

Parameters::Parameters() {
  for (std::size_t i = 0; i < kParameterCount; ++i) values_[i] = kParameters[i].fallback;
}

Outcome Parameters::set(Parameter p, double value) {
  const auto index = static_cast<std::size_t>(p);
  if (index >= kParameterCount) return Outcome::refused("there is no such parameter");
  Outcome outcome = check(kParameters[index], value);
  if (outcome) values_[index] = value;
  return outcome;
}

Outcome Parameters::set(std::string_view name, double value) {
  if (const auto p = find_parameter(name)) return set(*p, value);
  return Outcome::refused("there is no parameter '" + std::string(name) + "'; there are " + names());
}

}  // namespace swarm
