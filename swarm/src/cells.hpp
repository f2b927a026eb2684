// An exact grid for every space: which agents can lie within a distance of each other.
//
// Space is cut into cells, and the cells of any space are laid around a torus of `side` buckets per axis: cell c is in
// bucket c mod side. So memory is proportional to the agents, however far they scatter.
//
// Invariants:
// 1. A cell's edge is longer than the reach by more than all rounding, so two agents whose float distance is at most
//    the reach are in the same or in touching cells, and therefore in the same or in touching buckets. Buckets hold
//    others, too: only the distance test decides.
// 2. In a periodic space the number of cells per axis is a multiple of the side, so that the last cell's neighbour, the
//    first, is in the last bucket's neighbour.
// 3. No bucket is visited twice around another, also where the side is below 3.
// 4. Within a bucket agents are in identity order: the order of all sums is a function of the state alone.
//
// Agents that are neighbours in space may lie anywhere in a frame. So they are copied into bucket order, may be moved
// there, and are written back: frames are read and written from one end to the other.
//
// A row is the buckets that differ in x alone. Its agents lie one behind the other, so that it can be visited in groups
// of neighbours. Along x cells may be finer than the reach: then a group visits fewer agents that are too far away.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "grid.hpp"
#include "space.hpp"
#include "swarm/frame.hpp"
#include "workers.hpp"

namespace swarm {

template <std::size_t D>
class Cells {
 public:
  // The numbers of all agents as separate arrays, in bucket order. A heading is a unit vector, or 0 for an agent at
  // rest. One vector of numbers behind the last agent may be read; their values do not matter.
  struct Columns {
    std::array<std::vector<float>, D> position, heading;
  };

  struct Agent {
    Vec<D> position, velocity;
  };

  // Sorts the agents, with the workers. Agents with a number that is not finite are left out. Along x the cells are
  // finer by a factor that is chosen for speed, at most `finest`.
  void build(const View& state, const Space& space, double reach, Workers& workers, std::size_t finest = 1);

  const Space& space() const { return space_; }
  const Columns& columns() const { return columns_; }
  // In bucket order: the values of the state, until they are changed.
  const Agent& agent(std::size_t at) const { return agents_[at]; }
  Agent& agent(std::size_t at) { return agents_[at]; }
  // Writes them to their places in a frame. The places of agents that were left out are not changed.
  void write(const Frame& frame, Workers& workers) const;
  // Identities of the agents in bucket order, and of those that were left out.
  std::span<const std::uint32_t> order() const { return order_; }
  std::span<const std::uint32_t> left_out() const { return left_out_; }
  std::size_t buckets() const { return begin_.size() - 1; }
  Range bucket(std::size_t b) const { return {begin_[b], begin_[b + 1]}; }
  std::uint32_t largest_bucket() const;
  std::size_t rows() const { return (begin_.size() - 1) / side_x(); }
  // Every agent within this distance of another is in the buckets up to `rings` around it.
  double covered(std::size_t rings) const;
  bool covers_all(std::size_t rings) const { return 2 * rings + 1 >= side_; }

  // Calls visit(Range) for runs of agents in the buckets up to `rings` around b, b included: each agent once.
  // Only for cells that are not finer along x.
  template <class Visit>
  void around(std::size_t b, std::size_t rings, Visit&& visit) const;

  // A row and the rows that touch it.
  struct Row {
    std::size_t first_bucket;
    std::array<std::size_t, D == 2 ? 3 : 9> around;  // their first buckets, its own too
    std::size_t rows;                                // of them
    bool wraps;                                      // whether the shortest way to one of them may cross the border
  };
  // Agents of a row that lie side by side.
  struct Group {
    const Row& row;
    Range agents;
    std::size_t first_column, last_column;
  };
  Row row(std::size_t r) const;
  // Calls visit(const Group&) for groups of at most so many agents: each agent of the row once, one after the other.
  template <class Visit>
  void for_each_group(const Row& row, std::uint32_t most, Visit&& visit) const;
  // Calls visit(Range) for runs of agents that may lie within the reach of an agent of the group: each agent once.
  template <class Visit>
  void around(const Group& group, Visit&& visit) const;
  // Whether the shortest way to an agent within the reach may cross the border.
  bool ways_may_wrap(const Group& group) const;

 private:
  std::size_t side_x() const { return side_ * fine_; }
  bool turns_once() const;
  void choose_cells(std::size_t agents, double reach, std::size_t finest);
  std::size_t bucket_of(const Vec<D>& position) const;
  std::size_t residue(float x, std::size_t fine) const;
  void sort(const View& state, Workers& workers);
  void count(const View& state, Range agents, std::span<std::uint32_t> counts);
  std::uint32_t accumulate(std::size_t parts);
  void fill(const View& state, Range agents, std::span<std::uint32_t> places);
  void list_left_out();
  void make_columns(Range places);
  void normalise(Range places);

  Space space_;
  std::size_t side_ = 1;       // buckets per axis, but for x
  std::size_t fine_ = 1;       // as many times more along x
  double cells_per_axis_ = 0;  // of a periodic space
  double edge_ = 1;
  double cells_per_length_ = 1;
  std::uint32_t far_multiple_ = 0;          // of the side: makes every cell's number positive
  std::vector<std::uint32_t> begin_{0, 0};  // of each bucket, and the end
  std::vector<std::uint32_t> place_;        // of each agent; while they are counted, its bucket
  std::vector<std::uint32_t> counts_;       // of each part of the agents and each bucket
  std::vector<std::uint32_t> order_, left_out_;
  std::vector<Agent> agents_;
  Columns columns_;
};

template <std::size_t D>
template <class Visit>
void Cells<D>::around(std::size_t b, std::size_t rings, Visit&& visit) const {
  const std::size_t width = std::min(2 * rings + 1, side_);
  // The first of the width buckets around, on each axis; x runs fastest.
  std::array<std::size_t, D> first;
  for (std::size_t axis = 0, rest = b; axis < D; ++axis, rest /= side_) {
    first[axis] = (rest % side_ + side_ - std::min(rings, side_) % side_) % side_;
  }
  const std::size_t straight = std::min(width, side_ - first[0]);
  std::size_t rows = 1;
  for (std::size_t axis = 1; axis < D; ++axis) rows *= width;
  for (std::size_t r = 0; r < rows; ++r) {
    std::size_t row = 0, stride = side_;
    for (std::size_t axis = 1, rest = r; axis < D; ++axis, rest /= width, stride *= side_) {
      row += (first[axis] + rest % width) % side_ * stride;
    }
    visit(Range{begin_[row + first[0]], begin_[row + first[0] + straight]});
    if (straight < width) visit(Range{begin_[row], begin_[row + width - straight]});
  }
}

template <std::size_t D>
template <class Visit>
void Cells<D>::for_each_group(const Row& row, std::uint32_t most, Visit&& visit) const {
  const std::uint32_t* begin = &begin_[row.first_bucket];
  const std::uint32_t end = begin[side_x()];
  std::size_t column = 0;
  for (std::uint32_t first = begin[0]; first < end; first += most) {
    const Range agents{first, std::min(first + most, end)};
    while (begin[column + 1] <= agents.begin) ++column;
    const std::size_t first_column = column;
    while (begin[column + 1] < agents.end) ++column;
    visit(Group{row, agents, first_column, column});
  }
}

template <std::size_t D>
template <class Visit>
void Cells<D>::around(const Group& group, Visit&& visit) const {
  const std::size_t side_x = this->side_x(), wide = group.last_column - group.first_column + 1 + 2 * fine_;
  std::size_t first = 0;
  if (wide < side_x)
    first = group.first_column < fine_ ? group.first_column + side_x - fine_ : group.first_column - fine_;
  const std::size_t width = std::min(wide, side_x), straight = std::min(width, side_x - first);
  for (std::size_t r = 0; r < group.row.rows; ++r) {
    const std::uint32_t* begin = &begin_[group.row.around[r]];
    visit(Range{begin[first], begin[first + straight]});
    if (straight < width) visit(Range{begin[0], begin[width - straight]});
  }
}

extern template class Cells<2>;
extern template class Cells<3>;

}  // namespace swarm
