// The manifest: a small text file that names a stream's two memory objects. Renaming it into place is the commit point of
// creation, so an object that can be opened through it is complete.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "schema.hpp"

namespace wingbeat::layout {

inline constexpr std::size_t kMaxManifestBytes = 1024;

struct Manifest {
  std::string stream;
  std::string backend;
  std::uint32_t epoch = 0;
  std::uint64_t identity = 0;
  std::string data_object;  // names as shm_open takes them
  std::uint64_t data_bytes = 0;
  std::string control_object;
  std::uint64_t control_bytes = 0;
};

std::string to_text(const Manifest& manifest);

// Accepts exactly what to_text writes.
Fault from_text(std::string_view text, Manifest& manifest);

// FNV-1a, 64 bits: the manifest's check sum and the hash in object names.
std::uint64_t hash(std::string_view text);

}  // namespace wingbeat::layout
