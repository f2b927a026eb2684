// The golden vectors: what each is about, its bytes, and what a reader must see in it.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "segment.hpp"

namespace vectors {

using Json = nlohmann::ordered_json;

// Calls `use` with a number of the element type, which is any that a stream's field can have.
template <class Use>
void with_number_of(std::uint32_t type, Use&& use) {
  const auto choose = [&]<class... Number>(std::uint32_t code, Number... numbers) {
    ((type == code++ ? use(numbers) : void()), ...);
  };
  choose(layout::kI8, std::int8_t{}, std::int16_t{}, std::int32_t{}, std::int64_t{}, std::uint8_t{}, std::uint16_t{},
         std::uint32_t{}, std::uint64_t{}, float{}, double{});
}

// Of the format's records and of the public interface's structs: the members of both have the same names.
template <class Field>
Json describe_field(const Field& field, const char* type) {
  const std::vector<std::uint64_t> shape(field.shape, field.shape + field.dimensions);
  return {{"name", field.name},
          {"type", type},
          {"shape", shape},
          {"per_agent", field.per_agent == 1},
          {"labels", field.labels},
          {"unit", field.unit},
          {"offset_bytes", field.offset_bytes},
          {"size_bytes", field.size_bytes}};
}

// `value`: makes a number of what `control` has as initial value, minimum and maximum. The type counts for parameters.
template <class Control, class Value>
Json describe_control(const Control& control, std::uint32_t type, Value&& value) {
  static constexpr const char* kKinds[] = {"?", "parameter", "trigger", "command"};
  static constexpr const char* kTypes[] = {"?", "f64", "i64", "bool", "choice"};
  Json json = {{"name", control.name}, {"kind", kKinds[control.kind]}, {"help", control.help},
               {"unit", control.unit}, {"choices", control.choices},   {"argument_count", control.argument_count}};
  if (control.kind != layout::kParameter) return json;
  json["type"] = kTypes[type];
  json["initial"] = value(control.initial);
  json["minimum"] = value(control.minimum);
  json["maximum"] = value(control.maximum);
  return json;
}

struct Vector {
  std::string name;
  std::shared_ptr<Segment> segment;  // nullptr: a damaged copy of another, as `expected` says
  Json expected;
};

std::vector<Vector> good_vectors();
std::vector<Vector> bad_vectors();

// The content of the vector's files: "<name>.json", and for one with a segment .data, .control and .manifest.
struct File {
  std::string name;
  std::string content;
};
std::vector<File> files_of(const Vector& vector);

// A shared array, by spec/array.md: "arrays/<name>.array" and .json.
struct ArrayVector {
  std::string name;
  std::string content;
  Json expected;
};
std::vector<ArrayVector> array_vectors();
std::vector<File> files_of(const ArrayVector& vector);

// A segment's bytes that are not zero, with what they mean: the worked example of spec/segment.md.
std::string annotated(const Segment& segment);

}  // namespace vectors
