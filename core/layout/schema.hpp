// A stream's description: the rules for names and texts, the schema that a writer builds up, and the same
// schema as a reader copies it out of shared memory and checks it. Both go through the same functions, so that
// the rules are the same.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "format.hpp"

namespace wingbeat::layout {

// ----------------------------------------------------------------------------------------------------- names and texts

// Names of streams, fields, controls and attributes: 1 to 63 characters of A-Z a-z 0-9 _ . - They are parts of
// file names, which is why there is no slash among them.
inline bool is_name(std::string_view text) {
  if (text.empty() || text.size() >= kNameBytes) return false;
  for (char c : text) {
    const bool is_allowed =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
    if (!is_allowed) return false;
  }
  return true;
}

// Free text: printable, without control characters, and with room for the final zero.
inline bool is_text(std::string_view text, std::size_t bytes) {
  if (text.size() >= bytes) return false;
  for (char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return true;
}

// The number of words, which must be separated by single spaces. -1 if they are not.
inline int count_words(std::string_view text) {
  if (text.empty()) return 0;
  int words = 1;
  char before = ' ';
  for (char c : text) {
    if (c == ' ' && before == ' ') return -1;
    if (c == ' ') ++words;
    before = c;
  }
  return before == ' ' ? -1 : words;
}

// The text in an array of fixed size, up to its zero. Empty if there is no zero, which only damaged memory
// lacks.
template <std::size_t N>
std::string_view fixed_text(const char (&array)[N]) {
  for (std::size_t i = 0; i < N; ++i) {
    if (array[i] == '\0') return {array, i};
  }
  return {};
}

template <std::size_t N>
bool is_terminated(const char (&array)[N]) {
  for (char c : array) {
    if (c == '\0') return true;
  }
  return false;
}

// ------------------------------------------------------------------------------------------------------------- schemas

enum class FaultKind { kNone, kArgument, kName, kLimit, kCorrupt, kIncompatible };

// A rule that was broken, and what to do about it. Kind kNone: none was.
struct Fault {
  FaultKind kind = FaultKind::kNone;
  std::string text;
  explicit operator bool() const { return kind != FaultKind::kNone; }
};

enum ElementType : std::uint32_t { kI8 = 1, kI16, kI32, kI64, kU8, kU16, kU32, kU64, kF32, kF64 };
enum ValueType : std::uint32_t { kValueF64 = 1, kValueI64, kValueBool, kValueChoice };
enum ControlKind : std::uint32_t { kParameter = 1, kTrigger, kCommand };

// The size of an element in bytes, 0 for an unknown type; and its name, "?" for an unknown type.
std::uint64_t element_size(std::uint32_t type);
const char* element_name(std::uint32_t type);

// A checked description of a stream, in private memory.
struct Schema {
  std::string stream;
  std::uint64_t capacity = 0;
  std::uint64_t payload_bytes = 0;
  std::vector<FieldRecord> fields;
  std::vector<ControlRecord> controls;
  std::vector<AttributeRecord> attributes;

  int find_field(std::string_view name) const;    // -1 if there is none
  int find_control(std::string_view name) const;  // -1 if there is none
};

// A field that is to be added. The texts must outlive the call only.
struct FieldSpec {
  std::string_view name;
  std::uint32_t type = 0;
  std::vector<std::uint64_t> shape;  // fastest dimension first
  std::string_view labels, unit;
  bool per_agent = false;
};

// A parameter, trigger or command that is to be added. Values are 8 bytes, as in ControlRecord.
struct ControlSpec {
  std::string_view name;
  std::uint32_t kind = 0;
  std::uint32_t value_type = 0;
  std::uint64_t initial = 0, minimum = 0, maximum = 0;
  std::string_view unit, help, choices;
};

// Build up a schema. Each checks every rule; the schema is unchanged after a fault.
Fault set_stream(Schema& schema, std::string_view name, std::uint64_t capacity);
Fault add_field(Schema& schema, const FieldSpec& spec);
Fault add_control(Schema& schema, const ControlSpec& spec);
Fault set_attribute(Schema& schema, std::string_view key, std::string_view value);

// Whether a parameter may have this value. The fault names the range.
Fault check_value(const ControlRecord& control, std::uint64_t value);

// All records in a row as they lie in the data object: fields, controls, attributes.
std::vector<std::uint8_t> to_bytes(const Schema& schema);

// Builds a schema from untrusted bytes, with every rule above. `schema` is undefined after a fault.
Fault from_bytes(const DataHeader& header, const std::vector<std::uint8_t>& bytes, Schema& schema);

}  // namespace wingbeat::layout
