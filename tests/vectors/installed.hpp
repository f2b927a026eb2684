// A vector put where a reader finds it: its files in a runtime directory of the test's own, its objects in shared memory under
// names of their own. Everything is removed at the end.
#pragma once

#include <cstdint>
#include <string>

#include "vectors.hpp"

namespace vectors {

// The content of a file; fails the test if it is not there.
std::string read_file(const std::string& path);

class Installed {
 public:
  // Takes the vector's files from `directory`, and does to them what its description says.
  Installed(const std::string& directory, const std::string& name);
  Installed(const Installed&) = delete;
  Installed& operator=(const Installed&) = delete;
  ~Installed();

  const Json& expected() const { return expected_; }
  std::string stream() const { return expected_.at("stream").get<std::string>(); }

  // Makes the stream appear. Before this there is only an empty runtime directory.
  void appear();

 private:
  void prepare(const std::string& directory, const std::string& base);
  void apply_patch();
  void apply_truncation();
  void write_manifest(const std::string& text) const;

  std::string runtime_directory_;
  std::string data_object_, control_object_;
  Json expected_;
  std::string data_, control_, manifest_;
};

}  // namespace vectors
