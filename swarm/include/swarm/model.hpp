// The models of a swarm, and its spaces.
//
// Concept: a model is rules for one agent among its neighbours; its dimensions, parameters and commands are
// described by one `ModelInfo`. Everything else (space, neighbours, threads, random numbers) is shared. The
// formulas and their sources are in swarm/README.md.
//
// Lifetime: descriptions are constants; references and spans stay valid for ever. Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "swarm/parameters.hpp"

namespace swarm {

// What happens at the border of the box, which reaches from 0 to its edge along every axis.
enum class Boundary : std::uint8_t {
  usual,     // the model's own, ModelInfo::boundary
  open,      // there is no box
  periodic,  // who leaves on one side enters on the other; the shortest way between two agents counts
  walled,    // walls reflect: position and velocity are mirrored; neighbours are not
};

// "usual", "open", "periodic", "walled".
std::string_view name_of(Boundary boundary);
std::optional<Boundary> find_boundary(std::string_view name);

// One model. All strings are literals.
struct ModelInfo {
  std::string_view name;
  std::string_view help;           // one sentence, with the source
  std::size_t dimensions;          // 2 or 3
  Boundary boundary;               // what its authors use
  bool has_bodies;                 // agents have a mass and a maximum speed, there are attractors and repulsors
  std::uint32_t agents;            // what its authors use
  std::string_view velocity_unit;  // "length/step", or "length/s" of the model's own time
  std::span<const ParameterInfo> parameters;
  std::span<const TriggerInfo> triggers;
  std::span<const CommandInfo> commands;
  double (*box)(std::uint32_t agents);  // the usual edge for that many agents, with its authors' density
};

// All models, zones first.
std::span<const ModelInfo* const> models();
// The model of that name, or null.
const ModelInfo* find_model(std::string_view name);
// "zones, vicsek, ...", for texts.
std::string model_names();

}  // namespace swarm
