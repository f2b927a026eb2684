// The zone forces of the flock on each agent: separation, alignment, cohesion.
//
// For a pair at distance d < R, q = d^2 / R^2 (swarm/README.md gives the sources):
//   q < low          away from the other, (low/q - 1) * separation
//   low <= q < high  along the other's heading, sin^2(pi t) * alignment,   t = (q - low) / (high - low)
//   high <= q        towards the other, cos^2(pi t) * cohesion,            t = (q - high) / (1 - high)
// sin^2 is a polynomial, within 2e-7 of the exact value. low/q is at most 1e12, and a coincident pair, which has no
// axis, feels nothing.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "grid.hpp"
#include "swarm/frame.hpp"

namespace swarm {

struct ZoneModel {
  float radius;
  float low, high;
  float separation, alignment, cohesion;
};

struct Vector {
  float x, y, z;
};

struct Extent {
  float low, high;
};

// The one distance test: agents are neighbours if 0 < distance_squared < radius * radius, in float.
inline float distance_squared(float dx, float dy, float dz) { return dx * dx + dy * dy + dz * dz; }

class FlockForces {
 public:
  // Copies what the kernel reads into grid order.
  void gather(const Grid& grid, const View& state);

  // Calls apply(agent, Vector force) once for each agent of the grid.
  template <class Apply>
  void for_each(const Grid& grid, const ZoneModel& model, Apply&& apply) {
    neighbours_ = candidates_ = 0;
    grid.for_each_cell([&](Range cell, const std::array<Range, 9>& around) {
      collect(cell, around, model.radius);
      for (std::uint32_t at = cell.begin; at < cell.end; ++at) apply(grid.order()[at], force_on(at, model));
    });
  }

  std::uint64_t neighbours() const { return neighbours_; }
  std::uint64_t candidates() const { return candidates_; }

 private:
  // Positions and headings as separate arrays.
  struct Columns {
    std::vector<float> x, y, z, hx, hy, hz;
    void resize(std::size_t n);
    void put(std::size_t to, Vector position, Vector heading);
    void copy(std::size_t to, const Columns& from, std::size_t at);
  };
  struct Box {
    Extent x, y, z;
  };

  void collect(Range cell, const std::array<Range, 9>& around, float radius);
  Vector force_on(std::uint32_t at, const ZoneModel& model);
  void reserve(std::size_t nearby);
  std::size_t collect_row(Range row, const Box& box, float limit, std::size_t at);
  std::size_t find_neighbours(Vector self, float limit);
  void evaluate(Vector self, std::size_t neighbours, const ZoneModel& model);

  Columns agents_;  // all, in grid order
  Columns nearby_;  // those around the current cell
  std::size_t nearby_count_ = 0;
  std::vector<float> distance_;       // squared, to each of nearby_
  std::vector<std::int32_t> chosen_;  // what passed the last distance test
  struct {
    std::vector<float> x, y, z;
    void resize(std::size_t n) { x.resize(n), y.resize(n), z.resize(n); }
  } force_;  // of each neighbour
  std::uint64_t neighbours_ = 0, candidates_ = 0;
};

}  // namespace swarm
