// Files that come with the command, in share/wingbeat beside it, installed or built, and are given by name.
#pragma once

#include <filesystem>
#include <string>

namespace wingbeat::cli {

// Where files of a kind lie: "scenarios".
std::filesystem::path shared_folder(const std::string& folder);

// "couzin-torus" is looked for in share/wingbeat/FOLDER; what has a '/' or ends in .toml is a path. Throws Failure (kNotFound)
// with the names there are; `what` is what such a file is called.
std::filesystem::path find_shared(const std::string& what, const std::string& folder, const std::string& name_or_path);

// All of a file. Throws Failure (kFailed).
std::string text_of(const std::filesystem::path& path);

}  // namespace wingbeat::cli
