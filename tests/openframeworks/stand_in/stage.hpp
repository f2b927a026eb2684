// What was drawn, and with which camera: the stand-ins of drawing note it here, for tests to look at.
#pragma once

#include <cstddef>
#include <glm/vec3.hpp>
#include <string>
#include <vector>

class ofCamera;

namespace stand_in {

struct Colour {
  int red, green, blue, alpha;
};
struct Sphere {
  glm::vec3 centre;
  float radius;
  Colour colour;
};
struct Box {
  glm::vec3 centre, size;
};
struct Line {
  std::vector<glm::vec3> vertices;
  Colour colour;
};

// Of the present frame.
struct Drawn {
  std::vector<Sphere> spheres;
  std::vector<Box> boxes;
  std::vector<Line> lines;
  std::size_t panels = 0, unfinished_panels = 0;
  const ofCamera* camera = nullptr;  // the last that was begun
};

struct Stage {
  Drawn drawn;
  Colour colour{255, 255, 255, 255};
  int styles = 0;   // pushed and not popped
  int cameras = 0;  // begun and not ended
  bool has_depth = false;
};

inline Stage& stage() {
  static Stage stage;
  return stage;
}

}  // namespace stand_in
