#include "shared_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

#include "verbs.hpp"

namespace wingbeat::cli {

namespace {

std::filesystem::path own_program() {
#ifdef __APPLE__
  char path[4096];
  std::uint32_t size = sizeof path;
  return _NSGetExecutablePath(path, &size) == 0 ? std::filesystem::canonical(path) : std::filesystem::path();
#else
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored);
#endif
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

std::filesystem::path shared_folder(const std::string& folder) {
  return (own_program().parent_path().parent_path() / "share/wingbeat" / folder).lexically_normal();
}

std::filesystem::path find_shared(const std::string& what, const std::string& folder_name,
                                  const std::string& name_or_path) {
  if (name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".toml")) {
    if (!std::filesystem::is_regular_file(name_or_path))
      throw Failure(kNotFound, fmt::format("there is no {} file '{}'", what, name_or_path));
    return name_or_path;
  }
  const auto folder = shared_folder(folder_name);
  const auto path = folder / (name_or_path + ".toml");
  if (std::filesystem::is_regular_file(path)) return path;
  const auto names = names_in(folder);
  throw Failure(kNotFound,
                fmt::format("there is no {} '{}'; there are {}", what, name_or_path,
                            names.empty() ? "none in " + folder.string() : fmt::format("{}", fmt::join(names, ", "))));
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw Failure(kFailed, fmt::format("cannot read '{}'", path.string()));
  return text.str();
}

}  // namespace wingbeat::cli
