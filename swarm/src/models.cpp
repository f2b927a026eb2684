#include "models.hpp"

#include <algorithm>
#include <array>

namespace swarm {
namespace {

constexpr std::array kEntries{&kZones, &kVicsek, &kCouzin, &kReynolds, &kTopological};
constexpr std::array kInfos{&kZones.info, &kVicsek.info, &kCouzin.info, &kReynolds.info, &kTopological.info};
static_assert(kEntries.size() == kInfos.size());

constexpr std::array<std::string_view, 4> kBoundaries{"usual", "open", "periodic", "walled"};

}  // namespace

std::string_view name_of(Boundary boundary) { return kBoundaries[static_cast<std::size_t>(boundary)]; }

std::optional<Boundary> find_boundary(std::string_view name) {
  const auto found = std::ranges::find(kBoundaries, name);
  if (found == kBoundaries.end()) return std::nullopt;
  return static_cast<Boundary>(found - kBoundaries.begin());
}

std::span<const ModelInfo* const> models() { return kInfos; }

const ModelEntry* find_entry(std::string_view name) {
  const auto found = std::ranges::find(kEntries, name, [](const ModelEntry* e) { return e->info.name; });
  return found == kEntries.end() ? nullptr : *found;
}

const ModelInfo* find_model(std::string_view name) {
  const ModelEntry* entry = find_entry(name);
  return entry == nullptr ? nullptr : &entry->info;
}

std::string model_names() {
  std::string names;
  for (const ModelInfo* info : models()) {
    if (!names.empty()) names += ", ";
    names += info->name;
  }
  return names;
}

}  // namespace swarm
