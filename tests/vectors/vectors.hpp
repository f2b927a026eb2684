// The golden vectors: what each is about, its bytes, and what a reader must see in it.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "segment.hpp"

namespace vectors {

using Json = nlohmann::ordered_json;

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
