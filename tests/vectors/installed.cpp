#include "installed.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <sstream>

#include "wingbeat/wingbeat.h"

namespace vectors {
namespace {

std::string temporary_directory() {
  std::string path = (std::filesystem::temp_directory_path() / "wingbeat-vectors-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) ADD_FAILURE() << "cannot make " << path;
  return path;
}

// As the specification has it (2.3): readers refuse what was made for another directory.
std::string object_name(const std::string& directory, const layout::Manifest& manifest, char kind) {
  const std::string place = std::filesystem::canonical(directory).string() + "\n" + manifest.stream;
  std::ostringstream name;
  name << "/wb-" << std::hex << std::setw(12) << std::setfill('0') << (layout::hash(place) >> 16);
  return name.str() + "-" + std::to_string(manifest.epoch) + kind;
}

void make_object(const std::string& name, const std::string& content) {
  const int descriptor = ::shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
  ASSERT_GE(descriptor, 0) << name;
  ASSERT_EQ(::ftruncate(descriptor, static_cast<off_t>(content.size())), 0);
  if (!content.empty()) {
    void* place = ::mmap(nullptr, content.size(), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    ASSERT_NE(place, MAP_FAILED);
    content.copy(static_cast<char*>(place), content.size());
    ::munmap(place, content.size());
  }
  ::close(descriptor);
}

std::string bytes_of_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

}  // namespace

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path << " is missing";
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Installed::Installed(const std::string& directory, const std::string& name)
    : runtime_directory_(temporary_directory()) {
  ::setenv("WINGBEAT_DIR", runtime_directory_.c_str(), 1);
  expected_ = Json::parse(read_file(directory + "/" + name + ".json"));
  prepare(directory, expected_.value("base", name));
}

Installed::~Installed() {
  ::shm_unlink(data_object_.c_str());
  ::shm_unlink(control_object_.c_str());
  std::filesystem::remove_all(runtime_directory_);
  ::unsetenv("WINGBEAT_DIR");
}

void Installed::prepare(const std::string& directory, const std::string& base) {
  data_ = read_file(directory + "/" + base + ".data");
  control_ = read_file(directory + "/" + base + ".control");
  layout::Manifest manifest;
  ASSERT_FALSE(layout::from_text(read_file(directory + "/" + base + ".manifest"), manifest));
  manifest.data_object = data_object_ = object_name(runtime_directory_, manifest, 'd');
  manifest.control_object = control_object_ = object_name(runtime_directory_, manifest, 'c');
  manifest.backend = wb_backend();
  manifest_ = layout::to_text(manifest);
  if (expected_.contains("patch")) apply_patch();
  if (expected_.contains("truncate")) apply_truncation();
  if (expected_.contains("manifest")) manifest_ = expected_["manifest"].get<std::string>();
}

void Installed::apply_patch() {
  const Json& patch = expected_["patch"];
  const std::string bytes = bytes_of_hex(patch["bytes"].get<std::string>());
  std::string& object = patch["object"] == "data" ? data_ : control_;
  object.replace(patch["offset"].get<std::size_t>(), bytes.size(), bytes);
}

void Installed::apply_truncation() {
  const Json& truncation = expected_["truncate"];
  (truncation["object"] == "data" ? data_ : control_).resize(truncation["bytes"].get<std::size_t>());
}

void Installed::appear() {
  make_object(data_object_, data_);
  make_object(control_object_, control_);
  write_manifest(manifest_);
}

void Installed::write_manifest(const std::string& text) const {
  const std::string path = runtime_directory_ + "/" + stream() + ".manifest";
  std::ofstream(path + ".new", std::ios::binary) << text;
  std::filesystem::rename(path + ".new", path);
}

}  // namespace vectors
