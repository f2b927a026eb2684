// The requests a swarm takes between steps: parameters, triggers, commands.
#include <algorithm>
#include <cmath>
#include <string>

#include "swarm_state.hpp"

namespace swarm {
namespace {

template <class Table>
std::string names_of(const Table& table) {
  std::string list;
  for (const auto& row : table) {
    if (!list.empty()) list += ", ";
    list += row.name;
  }
  return list;
}

template <class Table>
Outcome unknown(const char* kind, std::string_view name, const Table& table) {
  return Outcome::refused("there is no " + std::string(kind) + " '" + std::string(name) + "'; there are " +
                          (table.empty() ? "none" : names_of(table)));
}

Outcome check_arguments(const CommandInfo& command, std::span<const double> arguments) {
  if (arguments.size() != command.arguments.size()) {
    std::string usage(command.name);
    for (const auto argument : command.arguments) usage.append(1, ' ').append(argument);
    return Outcome::refused("the command is '" + usage + "', " + std::to_string(command.arguments.size()) +
                            " numbers, not " + std::to_string(arguments.size()));
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!std::isfinite(arguments[i]))
      return Outcome::refused(std::string(command.arguments[i]) + " must be a finite number");
  }
  return Outcome::done();
}

}  // namespace

Outcome Swarm::set(std::string_view name, double value) { return state_->parameters.set(name, value); }
Outcome Swarm::set(Parameter p, double value) { return state_->parameters.set(p, value); }

Outcome Swarm::trigger(std::string_view name) {
  State& s = *state_;
  const auto table = s.model.info.triggers;
  const auto row = std::ranges::find(table, name, &TriggerInfo::name);
  if (row == table.end()) return unknown("trigger", name, table);
  return s.kernel->trigger(name, s.step);
}

Outcome Swarm::command(std::string_view name, std::span<const double> arguments) {
  State& s = *state_;
  const auto table = s.model.info.commands;
  const auto row = std::ranges::find(table, name, &CommandInfo::name);
  if (row == table.end()) return unknown("command", name, table);
  if (Outcome fault = check_arguments(*row, arguments); !fault) return fault;
  if (name == "place") return s.place(arguments);
  if (name == "step") return s.single_step();
  if (name != "pause" && name != "resume") return s.kernel->command(name, arguments, s.step);
  s.paused = name == "pause";
  s.single_steps = 0;
  return Outcome::done();
}

Outcome Swarm::State::check_place(std::span<const double> position) const {
  const double low = options.boundary == Boundary::open ? -kReach : 0.0;
  const double high = options.boundary == Boundary::open ? kReach : options.box;
  for (const double c : position) {
    if (c >= low && c <= high) continue;
    if (options.boundary != Boundary::open)
      return Outcome::refused("the place must be within the box, from 0 to its edge");
    return Outcome::refused("x, y and z must be between -1e6 and 1e6");
  }
  return Outcome::done();
}

Outcome Swarm::State::place(std::span<const double> arguments) {
  const double id = arguments[0];
  if (id != std::floor(id) || id < 0 || id >= options.agents) {
    return Outcome::refused("id must be a whole number from 0 to the number of agents less 1, which is " +
                            std::to_string(static_cast<std::int64_t>(options.agents) - 1));
  }
  const auto coordinates = arguments.subspan(1);
  if (Outcome fault = check_place(coordinates); !fault) return fault;
  Placement placement{static_cast<std::uint32_t>(id), {}};
  for (std::size_t axis = 0; axis < coordinates.size(); ++axis) {
    placement.position[axis] = space().fold(static_cast<float>(coordinates[axis]));
  }
  // One placement per agent, the last: what waits for the next step is bounded by the agents.
  std::erase_if(placements, [&](const Placement& p) { return p.agent == placement.agent; });
  placements.push_back(placement);
  return Outcome::done();
}

Outcome Swarm::State::single_step() {
  if (!paused) return Outcome::refused("the swarm is running: 'step' is for a paused swarm, send 'pause' first");
  ++single_steps;
  return Outcome::done();
}

}  // namespace swarm
