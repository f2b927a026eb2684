// A private runtime directory for each test. The test fails if files or memory objects are left at its end.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wbtest {

class RuntimeDirectory {
 public:
  RuntimeDirectory();   // makes it and sets WINGBEAT_DIR
  ~RuntimeDirectory();  // collects dead streams, and fails the test if an object remains
  RuntimeDirectory(const RuntimeDirectory&) = delete;
  RuntimeDirectory& operator=(const RuntimeDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::vector<std::string> files() const;  // sorted names
  void write(const std::string& name, const std::string& content) const;
  std::string read(const std::string& name) const;
  // Returns the names of the stream's memory objects; none if the system cannot list them.
  std::vector<std::string> objects(const std::string& stream = "swarm") const;

 private:
  std::string path_;
};

// Registers a stream. Each RuntimeDirectory checks at its end that the registered streams have no memory objects.
void note_stream(const std::string& name);

// The fixture of most tests.
class Streams : public ::testing::Test {
 protected:
  RuntimeDirectory directory;
};

}  // namespace wbtest
