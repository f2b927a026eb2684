// Makes valid names of a stream from any text.
#pragma once

#include <set>
#include <string>

namespace ofxWingbeat::detail {

// Replaces each run of characters that a name cannot have by one '_' ("Wind Speed" becomes Wind_Speed) and cuts the
// name after 63 characters. An empty text becomes "_".
std::string legal_name(const std::string& text);

// "group.name" from the valid name of a group and a name in it. A dot within a name becomes '_', since dots separate
// groups.
std::string nested_name(const std::string& group, const std::string& name);

// Gives out unique names: the second Wind_Speed becomes Wind_Speed_2.
class UniqueNames {
 public:
  // Returns a valid name that was not returned before.
  std::string take(const std::string& wish);

 private:
  std::set<std::string> taken_;
};

}  // namespace ofxWingbeat::detail
