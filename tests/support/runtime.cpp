#include "runtime.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "streams.hpp"

namespace wbtest {
namespace {

std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(path, ignored)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

std::string make_directory() {
  const char* base = std::getenv("TMPDIR");
  std::string path = std::string(base == nullptr ? "/tmp" : base) + "/wingbeat-test-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) std::abort();
  return std::filesystem::canonical(path);
}

std::set<std::string>& noted_streams() {
  static std::set<std::string> names{"swarm"};
  return names;
}

// Returns the prefix of the names of a stream's memory objects by spec/segment.md: FNV-1a over directory and stream.
std::string object_prefix(const std::string& directory, const std::string& stream) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (char c : directory + '\n' + stream) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  char text[24];
  std::snprintf(text, sizeof text, "wb-%012llx-", static_cast<unsigned long long>(hash >> 16));
  return text;
}

}  // namespace

RuntimeDirectory::RuntimeDirectory() : path_(make_directory()) { ::setenv("WINGBEAT_DIR", path_.c_str(), 1); }

RuntimeDirectory::~RuntimeDirectory() {
  wb_collect_report report;
  EXPECT_OK(wb_collect(nullptr, &report));
  EXPECT_TRUE(files().empty()) << "left: " << ::testing::PrintToString(files());
  for (const std::string& stream : noted_streams()) EXPECT_TRUE(objects(stream).empty()) << "memory left: " << stream;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> RuntimeDirectory::files() const { return names_in(path_); }

void RuntimeDirectory::write(const std::string& name, const std::string& content) const {
  std::ofstream(file(name), std::ios::binary | std::ios::trunc) << content;
}

std::string RuntimeDirectory::read(const std::string& name) const {
  std::ifstream stream(file(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> RuntimeDirectory::objects(const std::string& stream) const {
  const std::string prefix = object_prefix(path_, stream);
  std::vector<std::string> found;
  for (const std::string& name : names_in("/dev/shm")) {
    if (name.compare(0, prefix.size(), prefix) == 0) found.push_back(name);
  }
  return found;
}

void note_stream(const std::string& name) { noted_streams().insert(name); }

}  // namespace wbtest
