// Scenarios: the settings of a swarm, in a TOML file.
//
//     model = "couzin"            # every key is optional: the command's default applies
//     agents = 100
//     seed = 1
//     rate = 10                   # steps per second
//     boundary = "open"           # open, periodic, walled
//     box = 40                    # edge of a periodic or walled box
//     threads = 1
//
//     [parameters]                # of the model, by name
//     delta_ro = 2
//     delta_ra = 10
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "swarm/model.hpp"

namespace wingbeat::cli {

struct Scenario {
  std::optional<std::string> model;
  std::optional<std::uint32_t> agents;
  std::optional<std::uint64_t> seed;
  std::optional<double> rate;
  std::optional<swarm::Boundary> boundary;
  std::optional<double> box;
  std::optional<unsigned> threads;
  std::vector<std::pair<std::string, double>> parameters;
};

// Reads a file by its path or by the name of an installed scenario (see find_shared). Throws Failure with what is wrong
// and what would be right: kNotFound if there is no such file, kUsage for its content.
Scenario read_scenario(const std::string& name_or_path);
// Does the same for a text; `source` names it in messages.
Scenario parse_scenario(const std::string& text, const std::string& source);

}  // namespace wingbeat::cli
