// The list of models.
#pragma once

#include <string_view>

#include "kernel.hpp"

namespace swarm {

// The model of that name, or null.
const ModelEntry* find_entry(std::string_view name);

}  // namespace swarm
