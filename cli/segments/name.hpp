// What a foreign segment is called: "/position_data" (POSIX), "key:0x1234" or "id:7" (System V).
#pragma once

#include <string>

namespace wingbeat::segments {

enum class Kind { posix, key, id };

struct Name {
  Kind kind = Kind::posix;
  std::string text;  // as it was given
  int number = 0;    // the key or the id
};

// Whether both lead to the same thing, however they are written: key:4660 and key:0x1234.
bool operator==(const Name& a, const Name& b);

// Throws cli::Failure.
Name parse_name(const std::string& text);

// A legal name for a field that shows what lies there: "position_data", "key_0x1234".
std::string field_name_of(const Name& name);

}  // namespace wingbeat::segments
