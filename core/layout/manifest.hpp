// The manifest: a small text file that names a stream's two memory objects. Renaming it into its place is the
// commit point of creation. An object that can be opened through a manifest is complete.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "schema.hpp"

namespace wingbeat::layout {

inline constexpr std::size_t kMaxManifestBytes = 1024;

// The content of a manifest. `identity` is a number of this creation, and stands in both objects too: a reader
// finds out by it that the manifest belongs to the objects, and that a stream was created anew.
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

// Reads a manifest. Accepts exactly the texts that to_text makes, so that a damaged file is never used.
Fault from_text(std::string_view text, Manifest& manifest);

// FNV-1a, 64 bits: the check sum of manifests, and the hash in the names of objects.
std::uint64_t hash(std::string_view text);

}  // namespace wingbeat::layout
