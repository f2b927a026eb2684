#include "scenario.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>

#include "config_file.hpp"
#include "failure.hpp"
#include "swarm/swarm.hpp"

namespace wingbeat::cli {

namespace {

constexpr std::array<std::string_view, 8> kKeys{"model",    "agents", "seed",    "rate",
                                                "boundary", "box",    "threads", "parameters"};

std::optional<swarm::Boundary> read_boundary(const Section& section) {
  const auto name = section.text("boundary");
  if (!name) return std::nullopt;
  const auto boundary = swarm::find_boundary(*name);
  if (!boundary || *boundary == swarm::Boundary::usual) section.refuse("boundary", "must be open, periodic or walled");
  return boundary;
}

std::optional<std::string> read_model(const Section& section) {
  auto name = section.text("model");
  if (name && swarm::find_model(*name) == nullptr)
    section.refuse("model", fmt::format("'{}' is not known; there are {}", *name, swarm::model_names()));
  return name;
}

// A switch may be given as true or false.
double read_parameter(const Section& section, std::string_view name) {
  if (const auto flag = section.table()[name].value_exact<bool>()) return *flag ? 1 : 0;
  return *section.number(name, -HUGE_VAL, HUGE_VAL);
}

std::vector<std::pair<std::string, double>> read_parameters(const Section& section, const std::string& source) {
  std::vector<std::pair<std::string, double>> values;
  const auto node = section.table()["parameters"];
  if (!node) return values;
  if (!node.is_table()) section.refuse("parameters", "must be a table: [parameters], then a line for each");
  const Section parameters(*node.as_table(), source);
  for (const auto& [key, value] : parameters.table()) {
    values.emplace_back(std::string(key.str()), read_parameter(parameters, key.str()));
  }
  return values;
}

Scenario read(const Section& section, const std::string& source) {
  section.check_keys("scenario", kKeys);
  Scenario scenario;
  scenario.model = read_model(section);
  if (const auto agents = section.whole("agents", 1, swarm::kMaxAgents))
    scenario.agents = static_cast<std::uint32_t>(*agents);
  scenario.seed = section.whole("seed", 0, INT64_MAX);
  scenario.rate = section.number("rate", 0.001, 1e6);
  scenario.boundary = read_boundary(section);
  scenario.box = section.number("box", 0, swarm::kReach);
  if (const auto threads = section.whole("threads", 1, swarm::kMaxThreads))
    scenario.threads = static_cast<unsigned>(*threads);
  scenario.parameters = read_parameters(section, source);
  return scenario;
}

}  // namespace

Scenario parse_scenario(const std::string& text, const std::string& source) {
  const toml::table table = parse_toml(text, source);
  return read(Section(table, source), source);
}

Scenario read_scenario(const std::string& name_or_path) {
  const auto path = find_shared("scenario", "scenarios", name_or_path);
  return parse_scenario(text_of(path), path.string());
}

}  // namespace wingbeat::cli
