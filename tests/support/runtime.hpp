// A runtime directory of a test's own, which leaves nothing behind and says so if something is left.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wbtest {

class RuntimeDirectory {
 public:
  RuntimeDirectory();   // makes it and sets WINGBEAT_DIR
  ~RuntimeDirectory();  // collects what the dead left, and fails the test if something remains
  RuntimeDirectory(const RuntimeDirectory&) = delete;
  RuntimeDirectory& operator=(const RuntimeDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::vector<std::string> files() const;  // sorted names
  void write(const std::string& name, const std::string& content) const;
  std::string read(const std::string& name) const;
  // Names of the stream's memory objects; none where the system cannot list them.
  std::vector<std::string> objects(const std::string& stream = "swarm") const;

 private:
  std::string path_;
};

// Every RuntimeDirectory looks, at its end, for memory objects of the streams that were named here.
void note_stream(const std::string& name);

// The fixture of nearly every test.
class Streams : public ::testing::Test {
 protected:
  RuntimeDirectory directory;
};

}  // namespace wbtest
