// Finds the neighbours of one agent after another among the agents of the surrounding buckets.
//
// The result is exactly that of comparing all pairs in float. within() finds the agents at most the radius away;
// nearest() the k nearest, and of equally near ones those with the lower identity. Coincident agents are neighbours; an
// agent is not its own.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "cells.hpp"
#include "independent.hpp"

namespace swarm {

// One neighbour, relative to the agent.
template <std::size_t D>
struct Neighbour {
  Vec<D> to;     // the way there, the shortest in a periodic space
  float square;  // its squared length
  Vec<D> heading;
  std::uint32_t at;  // in grid order
};

// Working memory for the buckets a thread goes through.
template <std::size_t D>
class Surroundings {
 public:
  // Neighbours found by the last search, valid until the next.
  class Found {
   public:
    explicit Found(const Surroundings& s) : s_(s) {}
    std::size_t size() const { return s_.found_; }
    bool empty() const { return size() == 0; }
    Neighbour<D> operator[](std::size_t k) const { return s_.neighbour(static_cast<std::size_t>(s_.chosen_[k])); }

    struct Iterator {
      const Found& found;
      std::size_t k;
      Neighbour<D> operator*() const { return found[k]; }
      Iterator& operator++() { return ++k, *this; }
      bool operator!=(const Iterator& other) const { return k != other.k; }
    };
    Iterator begin() const { return {*this, 0}; }
    Iterator end() const { return {*this, size()}; }

   private:
    const Surroundings& s_;
  };

  // Chooses the bucket whose agents are searched for next.
  void enter(const Cells<D>& cells, std::size_t bucket) { gather(cells, bucket, 1); }

  // The neighbours of the agent at that index of the chosen bucket.
  Found within(const Cells<D>& cells, std::uint32_t at, float radius);
  Found nearest(const Cells<D>& cells, std::uint32_t at, std::size_t k);

  std::uint64_t neighbours = 0, candidates = 0;  // so far

 private:
  void gather(const Cells<D>& cells, std::size_t bucket, std::size_t rings);
  void copy(const Cells<D>& cells, Range run);
  void measure(const Cells<D>& cells, std::uint32_t at);
  template <bool kPeriodic>
  void measure_all(const Vec<D>& self, float box);
  void choose_within(float limit);
  void choose_others();
  void keep_nearest(const Cells<D>& cells, std::size_t k);
  Neighbour<D> neighbour(std::size_t k) const;

  std::size_t bucket_ = 0, rings_ = 0;
  std::size_t count_ = 0;  // agents around
  std::array<std::vector<float>, D> position_, heading_, to_;
  std::vector<float> square_;
  std::vector<std::uint32_t> place_;  // in grid order
  std::vector<std::int32_t> chosen_;
  std::size_t own_ = 0, self_ = 0;  // where the bucket entered, and the agent, lie among those around
  std::size_t found_ = 0;
};

template <std::size_t D>
void Surroundings<D>::gather(const Cells<D>& cells, std::size_t bucket, std::size_t rings) {
  bucket_ = bucket;
  rings_ = rings;
  count_ = 0;
  const Range own = cells.bucket(bucket);
  cells.around(bucket, rings, [&](Range run) {
    if (run.begin <= own.begin && own.begin < run.end) own_ = count_ + (own.begin - run.begin);
    copy(cells, run);
  });
}

template <std::size_t D>
void Surroundings<D>::copy(const Cells<D>& cells, Range run) {
  const std::size_t length = run.end - run.begin;
  if (place_.size() < count_ + length) {
    const std::size_t size = 2 * (count_ + length);
    for (auto* columns : {&position_, &heading_, &to_}) {
      for (auto& column : *columns) column.resize(size);
    }
    square_.resize(size);
    place_.resize(size);
    chosen_.resize(size);
  }
  for (std::size_t axis = 0; axis < D; ++axis) {
    std::copy_n(cells.columns().position[axis].data() + run.begin, length, position_[axis].data() + count_);
    std::copy_n(cells.columns().heading[axis].data() + run.begin, length, heading_[axis].data() + count_);
  }
  for (std::size_t k = 0; k < length; ++k) place_[count_ + k] = static_cast<std::uint32_t>(run.begin + k);
  count_ += length;
}

// Fills the displacements to all surrounding agents and their squared lengths; the agent itself is infinitely far away.
template <std::size_t D>
void Surroundings<D>::measure(const Cells<D>& cells, std::uint32_t at) {
  Vec<D> self;
  for (std::size_t axis = 0; axis < D; ++axis) self[axis] = cells.columns().position[axis][at];
  if (cells.space().periodic()) {
    measure_all<true>(self, cells.space().box);
  } else {
    measure_all<false>(self, 0);
  }
  self_ = own_ + (at - cells.bucket(bucket_).begin);
  square_[self_] = std::numeric_limits<float>::infinity();
  candidates += count_;
}

template <std::size_t D>
template <bool kPeriodic>
void Surroundings<D>::measure_all(const Vec<D>& self, float box) {
  const float half = box / 2;
  float* square = square_.data();
  for (std::size_t axis = 0; axis < D; ++axis) {
    const float* x = position_[axis].data();
    float* to = to_[axis].data();
    const float own = self[axis];
    const std::size_t count = count_;
    if (axis == 0) {
      WINGBEAT_SWARM_INDEPENDENT
      for (std::size_t k = 0; k < count; ++k) {
        to[k] = shortest<kPeriodic>(x[k] - own, box, half);
        square[k] = to[k] * to[k];
      }
    } else {
      WINGBEAT_SWARM_INDEPENDENT
      for (std::size_t k = 0; k < count; ++k) {
        to[k] = shortest<kPeriodic>(x[k] - own, box, half);
        square[k] += to[k] * to[k];
      }
    }
  }
}

template <std::size_t D>
typename Surroundings<D>::Found Surroundings<D>::within(const Cells<D>& cells, std::uint32_t at, float radius) {
  measure(cells, at);
  choose_within(radius * radius);
  neighbours += found_;
  return Found(*this);
}

template <std::size_t D>
void Surroundings<D>::choose_within(float limit) {
  const float* square = square_.data();
  std::int32_t* chosen = chosen_.data();
  std::size_t found = 0;
  for (std::size_t k = 0; k < count_; ++k) {
    chosen[found] = static_cast<std::int32_t>(k);
    found += square[k] <= limit;
  }
  found_ = found;
}

template <std::size_t D>
typename Surroundings<D>::Found Surroundings<D>::nearest(const Cells<D>& cells, std::uint32_t at, std::size_t k) {
  for (;;) {
    measure(cells, at);
    // The buckets contain every agent up to the covered distance, which is usually enough.
    const double covered = std::max(cells.covered(rings_), 0.0);
    choose_within(static_cast<float>(covered * covered));
    if (found_ >= k) break;
    if (cells.covers_all(rings_)) {
      choose_others();
      break;
    }
    // The next agent of this bucket will probably need as many.
    gather(cells, bucket_, 2 * rings_);
  }
  keep_nearest(cells, k);
  neighbours += found_;
  return Found(*this);
}

// All surrounding agents except the agent itself.
template <std::size_t D>
void Surroundings<D>::choose_others() {
  found_ = 0;
  for (std::size_t k = 0; k < count_; ++k) {
    chosen_[found_] = static_cast<std::int32_t>(k);
    found_ += k != self_;
  }
}

// Of the chosen ones, in order.
template <std::size_t D>
void Surroundings<D>::keep_nearest(const Cells<D>& cells, std::size_t k) {
  const auto is_before = [&](std::int32_t a, std::int32_t b) {
    const auto i = static_cast<std::size_t>(a), j = static_cast<std::size_t>(b);
    if (square_[i] != square_[j]) return square_[i] < square_[j];
    return cells.order()[place_[i]] < cells.order()[place_[j]];
  };
  const auto begin = chosen_.begin(), end = begin + static_cast<std::ptrdiff_t>(found_);
  found_ = std::min(k, found_);
  std::partial_sort(begin, begin + static_cast<std::ptrdiff_t>(found_), end, is_before);
}

template <std::size_t D>
Neighbour<D> Surroundings<D>::neighbour(std::size_t k) const {
  Neighbour<D> n;
  for (std::size_t axis = 0; axis < D; ++axis) {
    n.to[axis] = to_[axis][k];
    n.heading[axis] = heading_[axis][k];
  }
  n.square = square_[k];
  n.at = place_[k];
  return n;
}

}  // namespace swarm
