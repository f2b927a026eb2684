// Names that a stream can hold, of names that people gave.
#pragma once

#include <set>
#include <string>

namespace ofxWingbeat::detail {

// Every run of characters that a name cannot have becomes one '_' ("Wind Speed" is Wind_Speed); what is beyond 63 characters is
// cut off; nothing at all becomes "_".
std::string legal_name(const std::string& text);

// "group.name": of a group's legal name and that of what is in it. A dot within a name becomes '_', since it separates groups.
std::string nested_name(const std::string& group, const std::string& name);

// Names that differ from each other: the second Wind_Speed is Wind_Speed_2.
class UniqueNames {
 public:
  // A legal name that was not given before.
  std::string take(const std::string& wish);

 private:
  std::set<std::string> taken_;
};

}  // namespace ofxWingbeat::detail
