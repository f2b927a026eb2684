// Who, beside its owner, may use a stream: from the writer's options to the modes of its objects and files.
#pragma once

#include <cstdint>

#include "../platform/platform.hpp"
#include "registry.hpp"

namespace wingbeat::stream {

// As the spec says it: bits of wb_access, and the group they are given to.
struct Sharing {
  std::uint32_t access = 0;
  std::int64_t group = platform::kNobody;  // kNobody: the process's own
};

platform::Rights data_rights(const Sharing& sharing);
platform::Rights control_rights(const Sharing& sharing);

// Gives directory and lock files their rights; those of `readers` entries are made if the group may attach.
int share_files(const Place& place, const Sharing& sharing, std::uint32_t readers);

// False where the rights of objects are fixed when they are made (macOS), and those that were there before have others.
bool can_share_memory(const layout::Manifest& manifest, const Sharing& sharing);

// Gives objects and manifest their rights that were there before.
int share_memory(const Place& place, const layout::Manifest& manifest, const Sharing& sharing);

}  // namespace wingbeat::stream
