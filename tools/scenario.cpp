#include "scenario.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string_view>

#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

#include "swarm/swarm.hpp"
#include "verbs.hpp"

namespace wingbeat::tool {

namespace {

constexpr std::array<std::string_view, 8> kKeys{"model",    "agents", "seed",    "rate",
                                                "boundary", "box",    "threads", "parameters"};

// One table of a file, and how to complain about it.
class Section {
 public:
  Section(const toml::table& table, std::string source) : table_(table), source_(std::move(source)) {}

  [[noreturn]] void complain(std::string_view key, const std::string& what) const {
    throw Failure(kUsage, fmt::format("{}: {} {}", source_, key, what));
  }

  std::optional<double> number(std::string_view key, double least, double most) const {
    const auto node = table_[key];
    if (!node) return std::nullopt;
    if (!node.is_number()) complain(key, "must be a number");
    const double value = node.is_integer() ? static_cast<double>(*node.value<std::int64_t>()) : *node.value<double>();
    if (!(value >= least && value <= most)) complain(key, fmt::format("must be between {:g} and {:g}", least, most));
    return value;
  }

  std::optional<std::uint64_t> whole(std::string_view key, std::uint64_t least, std::uint64_t most) const {
    const auto node = table_[key];
    if (!node) return std::nullopt;
    const auto value = node.is_integer() ? node.value<std::int64_t>() : std::nullopt;
    if (!value || *value < 0 || static_cast<std::uint64_t>(*value) < least || static_cast<std::uint64_t>(*value) > most)
      complain(key, fmt::format("must be a whole number from {} to {}", least, most));
    return static_cast<std::uint64_t>(*value);
  }

  std::optional<std::string> text(std::string_view key) const {
    const auto node = table_[key];
    if (!node) return std::nullopt;
    if (!node.is_string()) complain(key, "must be a text in quotes");
    return *node.value<std::string>();
  }

  const toml::table& table() const { return table_; }

 private:
  const toml::table& table_;
  std::string source_;
};

void check_keys(const Section& section) {
  for (const auto& [key, value] : section.table()) {
    if (std::ranges::find(kKeys, key.str()) == kKeys.end())
      section.complain(key.str(), fmt::format("is no key of a scenario; there are {}", fmt::join(kKeys, ", ")));
  }
}

std::optional<swarm::Boundary> read_boundary(const Section& section) {
  const auto name = section.text("boundary");
  if (!name) return std::nullopt;
  const auto boundary = swarm::find_boundary(*name);
  if (!boundary || *boundary == swarm::Boundary::usual)
    section.complain("boundary", "must be open, periodic or walled");
  return boundary;
}

std::optional<std::string> read_model(const Section& section) {
  auto name = section.text("model");
  if (name && swarm::find_model(*name) == nullptr)
    section.complain("model", fmt::format("'{}' is not known; there are {}", *name, swarm::model_names()));
  return name;
}

// Switches may be true and false.
double read_parameter(const Section& section, std::string_view name) {
  if (const auto flag = section.table()[name].value_exact<bool>()) return *flag ? 1 : 0;
  return *section.number(name, -HUGE_VAL, HUGE_VAL);
}

std::vector<std::pair<std::string, double>> read_parameters(const Section& section, const std::string& source) {
  std::vector<std::pair<std::string, double>> values;
  const auto node = section.table()["parameters"];
  if (!node) return values;
  if (!node.is_table()) section.complain("parameters", "must be a table: [parameters], then a line for each");
  const Section parameters(*node.as_table(), source);
  for (const auto& [key, value] : parameters.table()) {
    values.emplace_back(std::string(key.str()), read_parameter(parameters, key.str()));
  }
  return values;
}

Scenario read(const Section& section, const std::string& source) {
  check_keys(section);
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

std::filesystem::path own_program() {
#ifdef __APPLE__
  char path[4096];
  std::uint32_t size = sizeof path;
  return _NSGetExecutablePath(path, &size) == 0 ? std::filesystem::canonical(path) : std::filesystem::path();
#else
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored);
#endif
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

std::filesystem::path find_file(const std::string& name_or_path) {
  if (name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".toml")) {
    if (!std::filesystem::is_regular_file(name_or_path))
      throw Failure(kNotFound, fmt::format("there is no scenario file '{}'", name_or_path));
    return name_or_path;
  }
  const auto path = scenario_folder() / (name_or_path + ".toml");
  if (std::filesystem::is_regular_file(path)) return path;
  const auto names = names_in(scenario_folder());
  throw Failure(kNotFound, fmt::format("there is no scenario '{}'; there are {}", name_or_path,
                                       names.empty() ? "none in " + scenario_folder().string()
                                                     : fmt::format("{}", fmt::join(names, ", "))));
}

}  // namespace

std::filesystem::path scenario_folder() {
  return (own_program().parent_path().parent_path() / "share/wingbeat/scenarios").lexically_normal();
}

Scenario parse_scenario(const std::string& text, const std::string& source) {
  try {
    const toml::table table = toml::parse(text);
    return read(Section(table, source), source);
  } catch (const toml::parse_error& fault) {
    throw Failure(kUsage, fmt::format("{}, line {}: {}", source, fault.source().begin.line, fault.description()));
  }
}

Scenario read_scenario(const std::string& name_or_path) {
  const auto path = find_file(name_or_path);
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw Failure(kFailed, fmt::format("cannot read '{}'", path.string()));
  return parse_scenario(text.str(), path.string());
}

}  // namespace wingbeat::tool
