// The zone forces of the flock on each agent: separation, alignment, cohesion.
//
// For a pair at distance d < R, q = d^2 / R^2 (swarm/README.md gives the sources):
//   q < low          away from the other, (low/q - 1) * separation
//   low <= q < high  along the other's heading, sin^2(pi t) * alignment,   t = (q - low) / (high - low)
//   high <= q        towards the other, cos^2(pi t) * cohesion,            t = (q - high) / (1 - high)
// In a periodic space the axis is the shortest one. sin^2 is a polynomial, within 2e-7 of the exact value. low/q is at
// most 1e12. A coincident pair has no axis and no force.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cells.hpp"
#include "grid.hpp"
#include "phases.hpp"
#include "prefetch.hpp"
#include "swarm/frame.hpp"
#include "workers.hpp"

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
  // Copies what the kernel reads into the order of a grid, or of cells.
  void gather(const Grid& grid, const View& state) { gather(grid.order(), state, {}); }
  void gather(const Cells<3>& cells, const View& state) { gather(cells.order(), state, cells.space()); }

  // Calls apply.to(agent, Vector force) once for each agent of the grid, for several at a time, and apply.expect(agent)
  // some time before. A cell is done whole by one thread, so the forces do not depend on their number.
  template <class Apply>
  void for_each(const Grid& grid, const ZoneModel& model, Workers& workers, Phases& phases, const Apply& apply) {
    prepare(workers, 0);
    workers.run(grid.cells(), [&](std::size_t first, std::size_t last, unsigned worker) {
      Desk& desk = desks_[worker];
      grid.for_each_cell(first, last, [&](Range cell, const std::array<Range, 9>& around) {
        Stopwatch watch = phases.watch(first++, worker);
        expect(cell, grid.order(), apply);
        desk.collect(agents_, cell, around, model.radius);
        apply_to(cell, grid.order(), desk, model, watch, apply);
      });
    });
  }
  // The same in a periodic space.
  template <class Apply>
  void for_each(const Cells<3>& cells, const ZoneModel& model, Workers& workers, Phases& phases, const Apply& apply) {
    prepare(workers, cells.space().box);
    workers.run(cells.buckets(), [&](std::size_t first, std::size_t last, unsigned worker) {
      Desk& desk = desks_[worker];
      for (std::size_t b = first; b < last; ++b) {
        const Range agents = cells.bucket(b);
        if (agents.begin == agents.end) continue;
        Stopwatch watch = phases.watch(b, worker);
        expect(agents, cells.order(), apply);
        desk.collect(agents_, cells, b);
        apply_to(agents, cells.order(), desk, model, watch, apply);
      }
    });
  }

  std::uint64_t neighbours() const;
  std::uint64_t candidates() const;

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
  // What one thread works with.
  struct Desk {
    void collect(const Columns& agents, const Cells<3>& cells, std::size_t bucket);
    void collect(const Columns& agents, Range cell, const std::array<Range, 9>& around, float radius);
    Vector force_on(const Columns& agents, std::uint32_t at, const ZoneModel& model);
    void reserve(std::size_t nearby);
    std::size_t collect_row(const Columns& agents, Range row, const Box& box, float limit, std::size_t at);
    template <bool kPeriodic>
    Vector sum_on(Vector self, const ZoneModel& model);
    template <bool kPeriodic>
    std::size_t find_neighbours(Vector self, float limit);
    template <bool kPeriodic>
    void evaluate(Vector self, std::size_t found, const ZoneModel& model);

    float space_edge = 0;  // of a periodic space, else 0

    Columns nearby_;  // those around the current cell
    std::size_t nearby_count_ = 0;
    std::vector<float> distance_;       // squared, to each of nearby_
    std::vector<std::int32_t> chosen_;  // what passed the last distance test
    struct {
      std::vector<float> x, y, z;
      void resize(std::size_t n) { x.resize(n), y.resize(n), z.resize(n); }
    } force_;  // of each neighbour
    std::uint64_t neighbours = 0, candidates = 0;
  };

  template <class Apply>
  WINGBEAT_SWARM_ASKS static void expect(Range agents, std::span<const std::uint32_t> order, const Apply& apply) {
    for (std::uint32_t at = agents.begin; at < agents.end; ++at) apply.expect(order[at]);
  }

  template <class Apply>
  void apply_to(Range agents, std::span<const std::uint32_t> order, Desk& desk, const ZoneModel& model,
                Stopwatch& watch, const Apply& apply) {
    for (std::uint32_t at = agents.begin; at < agents.end; ++at) {
      const Vector force = desk.force_on(agents_, at, model);
      watch.found_neighbours();
      apply.to(order[at], force);
      watch.applied_rules();
    }
  }

  void gather(std::span<const std::uint32_t> order, const View& state, const Space& space);
  void prepare(const Workers& workers, float space_edge);

  Columns agents_;  // all, in grid order
  std::vector<Desk> desks_;
};

}  // namespace swarm
