#include "names.hpp"

#include <algorithm>
#include <cstddef>

#include "wingbeat/wingbeat.h"

namespace ofxWingbeat::detail {

namespace {

constexpr std::size_t kLongest = WB_NAME_BYTES - 1;

// Not <cctype>, because a locale must not change a name.
bool is_legal(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

}  // namespace

std::string legal_name(const std::string& text) {
  std::string name;
  bool was_legal = true;
  for (const char c : text) {
    if (is_legal(c)) {
      name += c;
    } else if (was_legal) {
      name += '_';
    }
    was_legal = is_legal(c);
  }
  if (name.empty()) name = "_";
  return name.substr(0, kLongest);
}

std::string nested_name(const std::string& group, const std::string& name) {
  std::string last = legal_name(name);
  std::replace(last.begin(), last.end(), '.', '_');
  return group.empty() ? last : group + "." + last;
}

std::string UniqueNames::take(const std::string& wish) {
  const std::string name = legal_name(wish);
  std::string candidate = name;
  for (int i = 2; !taken_.insert(candidate).second; ++i) {
    const std::string ending = "_" + std::to_string(i);
    candidate = name.substr(0, kLongest - ending.size()) + ending;
  }
  return candidate;
}

}  // namespace ofxWingbeat::detail
