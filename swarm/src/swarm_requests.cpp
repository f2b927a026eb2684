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
                          names_of(table));
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

Outcome check_reach(std::span<const double> coordinates) {
  for (const double c : coordinates) {
    if (std::abs(c) > kReach) return Outcome::refused("x, y and z must be between -1e6 and 1e6");
  }
  return Outcome::done();
}

}  // namespace

Outcome Swarm::set(std::string_view name, double value) { return state_->parameters.set(name, value); }
Outcome Swarm::set(Parameter p, double value) { return state_->parameters.set(p, value); }

Outcome Swarm::trigger(std::string_view name) {
  State& s = *state_;
  if (name == "add_attractor") return s.attractors.add_random(s.random, s.expiry(kSourceSeconds));
  if (name == "add_repulsor") return s.repulsors.add_random(s.random, s.expiry(kSourceSeconds));
  if (name == "clear_attractors") return s.attractors.clear(), Outcome::done();
  if (name == "clear_repulsors") return s.repulsors.clear(), Outcome::done();
  return unknown("trigger", name, trigger_table());
}

Outcome Swarm::command(std::string_view name, std::span<const double> arguments) {
  const auto table = command_table();
  const auto row = std::ranges::find(table, name, &CommandInfo::name);
  if (row == table.end()) return unknown("command", name, table);
  if (Outcome fault = check_arguments(*row, arguments); !fault) return fault;
  State& s = *state_;
  if (name == "attract") return s.add_source(s.attractors, arguments);
  if (name == "repel") return s.add_source(s.repulsors, arguments);
  if (name == "place") return s.place(arguments);
  if (name == "step") return s.single_step();
  s.paused = name == "pause";
  s.single_steps = 0;
  return Outcome::done();
}

std::uint64_t Swarm::State::expiry(double seconds) const {
  return step +
         std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(seconds * options.steps_per_second)));
}

Outcome Swarm::State::add_source(SourceList& list, std::span<const double> arguments) const {
  if (Outcome fault = check_reach(arguments.first(3)); !fault) return fault;
  const double seconds = arguments[3];
  if (!(seconds > 0 && seconds <= kLongestSourceSeconds)) {
    return Outcome::refused("seconds must be above 0 and at most 3600");
  }
  return list.add(static_cast<float>(arguments[0]), static_cast<float>(arguments[1]), static_cast<float>(arguments[2]),
                  expiry(seconds));
}

Outcome Swarm::State::place(std::span<const double> arguments) {
  const double id = arguments[0];
  if (id != std::floor(id) || id < 0 || id >= options.agents) {
    return Outcome::refused("id must be a whole number from 0 to the number of agents less 1, which is " +
                            std::to_string(static_cast<std::int64_t>(options.agents) - 1));
  }
  if (Outcome fault = check_reach(arguments.subspan(1)); !fault) return fault;
  const auto agent = static_cast<std::uint32_t>(id);
  // One placement per agent, the last: what waits for the next step is bounded by the agents.
  std::erase_if(placements, [agent](const Placement& p) { return p.agent == agent; });
  placements.push_back(
      {agent, {static_cast<float>(arguments[1]), static_cast<float>(arguments[2]), static_cast<float>(arguments[3])}});
  return Outcome::done();
}

Outcome Swarm::State::single_step() {
  if (!paused) return Outcome::refused("the swarm is running: 'step' is for a paused swarm, send 'pause' first");
  ++single_steps;
  return Outcome::done();
}

}  // namespace swarm
