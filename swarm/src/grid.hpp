// An exact uniform grid over open space: which agents can lie within a radius of each other.
//
// Invariants:
// 1. The cell edge is a little longer than the radius, so two agents whose float distance is below the radius are in
//    the same or in touching cells. Far coordinates are clamped into the outermost cells; clamping never moves two
//    agents further apart, so this holds for them too.
// 2. Only occupied cells exist. Memory is proportional to the agents, whatever the extent.
// 3. Within a cell agents are in identity order, and cells are in the order of their keys (z, then y, then x): the
//    order of all sums is a function of the positions alone.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace swarm {

// A run of agents in grid order: [begin, end).
struct Range {
  std::uint32_t begin, end;
};

class Grid {
 public:
  // Sorts the agents (x y z each) into cells. Agents with a coordinate that is not finite are left out.
  void build(std::span<const float> position, float radius);

  // Agents in grid order, and those left out.
  std::span<const std::uint32_t> order() const { return order_; }
  std::span<const std::uint32_t> left_out() const { return left_out_; }
  std::uint32_t largest_cell() const;

  // Occupied cells.
  std::size_t cells() const { return cells_.empty() ? 0 : cells_.size() - 1; }

  // Calls visit(Range agents, const std::array<Range, 9>& around) for each occupied cell, or for those of a run;
  // `around` is the cell and its 26 neighbours as nine rows along x.
  template <class Visit>
  void for_each_cell(Visit&& visit) const {
    for_each_cell(0, cells(), visit);
  }
  template <class Visit>
  void for_each_cell(std::size_t first, std::size_t last, Visit&& visit) const;

 private:
  struct Entry {
    std::uint64_t key;
    std::uint32_t agent;
  };
  struct Cell {
    std::uint64_t key;
    std::uint32_t begin;
  };
  struct Coordinates {
    std::int32_t x, y, z;
  };

  void locate(std::span<const float> position, double cells_per_length);
  std::uint64_t make_keys();
  void sort(std::uint64_t largest_key);
  void list_cells();

  std::vector<Coordinates> coordinates_;
  std::vector<Entry> entries_, scratch_;
  std::vector<std::uint32_t> order_, left_out_;
  std::vector<Cell> cells_;            // ascending keys, then a sentinel with the largest key
  std::uint64_t row_ = 0, layer_ = 0;  // key distance between neighbours in y and in z
  std::vector<std::uint32_t> histogram_;
};

template <class Visit>
void Grid::for_each_cell(std::size_t first_cell, std::size_t last_cell, Visit&& visit) const {
  // Keys ascend, so each of the nine rows' starts only ever moves forward.
  std::array<std::size_t, 9> cursor{};
  std::array<Range, 9> around{};
  const auto first_key = [this](std::size_t cell, std::size_t r) {
    return cells_[cell].key + (r / 3) * layer_ + (r % 3) * row_ - layer_ - row_ - 1;
  };
  for (std::size_t r = 0; r < 9 && first_cell < last_cell; ++r) {
    const auto from = std::ranges::lower_bound(cells_, first_key(first_cell, r), {}, &Cell::key);
    cursor[r] = static_cast<std::size_t>(from - cells_.begin());
  }
  for (std::size_t c = first_cell; c < last_cell; ++c) {
    for (std::size_t r = 0; r < 9; ++r) {
      const std::uint64_t first = first_key(c, r);
      std::size_t& at = cursor[r];
      while (cells_[at].key < first) ++at;
      std::size_t end = at;
      while (cells_[end].key <= first + 2) ++end;
      around[r] = {cells_[at].begin, cells_[end].begin};
    }
    visit(Range{cells_[c].begin, cells_[c + 1].begin}, around);
  }
}

}  // namespace swarm
