// Sums over the neighbours of a few agents at once that lie side by side.
//
// The agents are in the lanes of a vector, and every candidate is tested by all lanes. So each sum adds one neighbour
// after another, in the order of the cells, and has the same bits whatever the processor's vectors are.
#pragma once

#include <array>
#include <cstdint>

#include "cells.hpp"

namespace swarm {

// All neighbours within the radius together.
template <std::size_t D>
struct Sums {
  std::uint32_t count = 0;
  Vec<D> ways, headings;
  Vec<D> close_ways;  // of those closer than a second distance
};

// Which sums the rules need.
enum class Wanted : std::uint8_t { headings, ways_and_headings };

struct Radii {
  float within, close;
};

// A thread's working memory for the agents of its group.
template <std::size_t D>
class GroupSums {
 public:
  static constexpr std::uint32_t kMost = 8;  // agents

  // Sums that are not needed stay 0.
  explicit GroupSums(Wanted wanted) : wanted_(wanted) {}

  // Of at most kMost agents. Neighbours are those at most radii.within away, the agent itself never. The cells' reach
  // is at least that.
  void compute(const Cells<D>& cells, const typename Cells<D>::Group& group, const Radii& radii);

  // Of the k-th of those agents.
  Sums<D> operator[](std::size_t k) const;

  std::uint64_t neighbours = 0, candidates = 0;  // so far

 private:
  using Column = std::array<float, kMost>;

  Wanted wanted_;
  std::array<std::int32_t, kMost> count_{};
  std::array<Column, D> ways_{}, headings_{}, close_ways_{};
};

}  // namespace swarm
