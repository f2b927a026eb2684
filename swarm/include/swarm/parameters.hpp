// The controls of a swarm: tables of parameters, triggers and commands for every model (model.hpp).
//
// The tables are the only description: a command line, a stream's schema or a GUI is generated from them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "swarm/outcome.hpp"

namespace swarm {

// The index of a parameter in the table of its model. The names are those of zones; parameters of other models are
// found by name.
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
inline constexpr std::size_t kParameterCount = 18;  // of zones

enum class ParameterType : std::uint8_t { real, integer, boolean };

// One row of the table. All strings are literals. A boolean is 0 or 1.
struct ParameterInfo {
  Parameter id;            // the place of this row
  std::string_view name;   // unique; letters and _
  std::string_view group;  // zones: flocking, centre, attractors, repulsors, wind
  ParameterType type;
  std::string_view unit;  // "" when dimensionless
  double fallback;        // the default: the origin's, or that of the model's authors
  double minimum;         // inclusive
  double maximum;         // inclusive
  std::string_view help;  // one sentence
};

// A trigger has no arguments.
struct TriggerInfo {
  std::string_view name;
  std::string_view help;
};

// A command takes numbers, in this order.
struct CommandInfo {
  std::string_view name;
  std::span<const std::string_view> arguments;
  std::string_view help;
};

// The tables of zones; ModelInfo has those of every model.
std::span<const ParameterInfo, kParameterCount> parameter_table();
std::span<const TriggerInfo> trigger_table();
std::span<const CommandInfo> command_table();

// The parameter of zones of that name, if there is one.
std::optional<Parameter> find_parameter(std::string_view name);

// The current values of one table, always within their ranges.
class Parameters {
 public:
  Parameters();  // the defaults of zones
  // The defaults of the table, whose rows must outlive this object.
  explicit Parameters(std::span<const ParameterInfo> table);

  std::span<const ParameterInfo> table() const { return table_; }
  std::optional<Parameter> find(std::string_view name) const;

  double operator[](Parameter p) const { return values_[static_cast<std::size_t>(p)]; }
  bool flag(Parameter p) const { return (*this)[p] != 0.0; }

  // Refuses a value that is not finite, is out of range, is not whole for an integer, or is neither 0 nor 1 for a
  // boolean.
  Outcome set(Parameter p, double value);
  Outcome set(std::string_view name, double value);

 private:
  std::span<const ParameterInfo> table_;
  std::vector<double> values_;
};

}  // namespace swarm
