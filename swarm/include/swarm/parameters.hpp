// What of the swarm can be steered: one table each of parameters, triggers and commands.
//
// The tables are the only description: a command line, a stream's schema or a GUI is generated from them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "swarm/outcome.hpp"

namespace swarm {

// In the order of the table.
enum class Parameter : std::uint8_t {
  separation,
  alignment,
  cohesion,
  neighbourhood,
  low_threshold,
  high_threshold,
  centre_strength,
  centre_radius,
  centre_x,
  centre_y,
  centre_z,
  attractor_strength,
  attractor_minimum,
  automatic,
  repulsor_strength,
  repulsor_minimum,
  wind_amount,
  wind_scale,
};
inline constexpr std::size_t kParameterCount = 18;

enum class ParameterType : std::uint8_t { real, boolean };

// One row of the table. All strings are literals. A boolean is 0 or 1.
struct ParameterInfo {
  Parameter id;
  std::string_view name;   // unique; letters and _
  std::string_view group;  // flocking, centre, attractors, repulsors, wind
  ParameterType type;
  std::string_view unit;  // "" when dimensionless
  double fallback;        // the origin's default
  double minimum;         // inclusive
  double maximum;         // inclusive
  std::string_view help;  // one sentence
};

// A trigger is an act without arguments.
struct TriggerInfo {
  std::string_view name;
  std::string_view help;
};

// A command takes scalars, in this order.
struct CommandInfo {
  std::string_view name;
  std::span<const std::string_view> arguments;
  std::string_view help;
};

std::span<const ParameterInfo, kParameterCount> parameter_table();
std::span<const TriggerInfo> trigger_table();
std::span<const CommandInfo> command_table();

// The parameter of that name, if there is one.
std::optional<Parameter> find_parameter(std::string_view name);

// The current values, always within their ranges.
class Parameters {
 public:
  Parameters();  // the defaults

  double operator[](Parameter p) const { return values_[static_cast<std::size_t>(p)]; }
  bool flag(Parameter p) const { return (*this)[p] != 0.0; }

  // Refuses what is not finite, out of range, or neither 0 nor 1 for a boolean.
  Outcome set(Parameter p, double value);
  Outcome set(std::string_view name, double value);

 private:
  std::array<double, kParameterCount> values_;
};

}  // namespace swarm
