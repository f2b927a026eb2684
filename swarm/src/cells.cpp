#include "cells.hpp"

#include <cmath>

namespace swarm {
namespace {

// Covers the rounding of the distance test (relative error below 2^-22) with room to spare.
constexpr double kEdgeMargin = 1.00001;
// In a periodic space the difference of two coordinates is rounded before the box is taken off: by 2^-25 of the box.
constexpr double kBoxMargin = 0x1p-21;
// From this many cells on two different floats are further apart than a cell's edge.
constexpr double kFarCell = 0x1p30;

// About two buckets for each agent.
std::size_t largest_side(std::size_t agents, std::size_t dimensions) {
  const double buckets = 2.0 * static_cast<double>(agents) + 1;
  return std::max<std::size_t>(
      4, static_cast<std::size_t>(std::ceil(std::pow(buckets, 1.0 / static_cast<double>(dimensions)))));
}

template <std::size_t D>
bool is_finite(const Vec<D>& v) {
  for (std::size_t axis = 0; axis < D; ++axis) {
    if (!std::isfinite(v[axis])) return false;
  }
  return true;
}

}  // namespace

template <std::size_t D>
void Cells<D>::build(const View& state, const Space& space, double reach, Workers& workers) {
  space_ = space;
  list(state);
  choose_cells(listed_.size(), reach);
  workers.run(listed_.size(), [&](std::size_t from, std::size_t to, unsigned) {
    for (std::size_t k = from; k < to; ++k) {
      bucket_[k] = static_cast<std::uint32_t>(bucket_of(vec_at<D>(state.position, listed_[k])));
    }
  });
  sort();
  for (auto* columns : {&columns_.position, &columns_.heading}) {
    for (auto& column : *columns) column.resize(order_.size());
  }
  workers.run(order_.size(), [&](std::size_t from, std::size_t to, unsigned) { gather(state, from, to); });
}

template <std::size_t D>
void Cells<D>::list(const View& state) {
  const std::size_t agents = state.position.size() / D;
  listed_.clear();
  left_out_.clear();
  for (std::size_t i = 0; i < agents; ++i) {
    const bool is_usable = is_finite(vec_at<D>(state.position, i)) && is_finite(vec_at<D>(state.velocity, i));
    (is_usable ? listed_ : left_out_).push_back(static_cast<std::uint32_t>(i));
  }
  bucket_.resize(listed_.size());
}

template <std::size_t D>
void Cells<D>::choose_cells(std::size_t agents, double reach) {
  const std::size_t most = largest_side(agents, D);
  if (space_.periodic()) {
    const double box = space_.box;
    const double fit = std::max(1.0, std::floor(box / (reach * kEdgeMargin + box * kBoxMargin)));
    side_ = fit <= static_cast<double>(most) ? static_cast<std::size_t>(fit) : most;
    cells_per_axis_ = static_cast<double>(side_) * std::floor(fit / static_cast<double>(side_));
    edge_ = box / cells_per_axis_;
  } else {
    side_ = most;
    edge_ = reach * kEdgeMargin;
  }
  cells_per_length_ = 1 / edge_;
  const auto side = static_cast<std::uint32_t>(side_);
  far_multiple_ = (static_cast<std::uint32_t>(kFarCell) / side + 1) * side;
}

template <std::size_t D>
std::size_t Cells<D>::residue(float x) const {
  if (space_.periodic()) {
    const double cell = std::min(static_cast<double>(space_.fold(x)) * cells_per_length_, cells_per_axis_ - 1);
    const auto whole = static_cast<std::uint32_t>(cell);
    return whole < side_ ? whole : whole % static_cast<std::uint32_t>(side_);
  }
  // Positive once the multiple of the side is added, so truncation rounds down.
  const double cell = std::clamp(static_cast<double>(x) * cells_per_length_, -kFarCell, kFarCell) + far_multiple_;
  return static_cast<std::uint32_t>(cell) % static_cast<std::uint32_t>(side_);
}

template <std::size_t D>
std::size_t Cells<D>::bucket_of(const Vec<D>& position) const {
  std::size_t bucket = 0;
  for (std::size_t axis = D; axis-- > 0;) bucket = bucket * side_ + residue(position[axis]);
  return bucket;
}

// Counting sort, stable: a bucket's agents stay in identity order.
template <std::size_t D>
void Cells<D>::sort() {
  std::size_t buckets = 1;
  for (std::size_t axis = 0; axis < D; ++axis) buckets *= side_;
  begin_.assign(buckets + 2, 0);
  for (const std::uint32_t b : bucket_) ++begin_[b + 2];
  for (std::size_t b = 2; b < begin_.size(); ++b) begin_[b] += begin_[b - 1];
  order_.resize(listed_.size());
  // Filling moves each begin to the next bucket's.
  for (std::size_t k = 0; k < listed_.size(); ++k) order_[begin_[bucket_[k] + 1]++] = listed_[k];
  begin_.pop_back();
}

template <std::size_t D>
void Cells<D>::gather(const View& state, std::size_t from, std::size_t to) {
  for (std::size_t at = from; at < to; ++at) {
    const Vec<D> position = vec_at<D>(state.position, order_[at]);
    const Vec<D> heading = narrow(direction(wide(vec_at<D>(state.velocity, order_[at]))));
    for (std::size_t axis = 0; axis < D; ++axis) {
      columns_.position[axis][at] = space_.fold(position[axis]);
      columns_.heading[axis][at] = heading[axis];
    }
  }
}

template <std::size_t D>
std::uint32_t Cells<D>::largest_bucket() const {
  std::uint32_t largest = 0;
  for (std::size_t b = 0; b < buckets(); ++b) largest = std::max(largest, begin_[b + 1] - begin_[b]);
  return largest;
}

template <std::size_t D>
double Cells<D>::covered(std::size_t rings) const {
  const double rounding = space_.periodic() ? space_.box * kBoxMargin : 0.0;
  return static_cast<double>(rings) * edge_ / kEdgeMargin - rounding;
}

template class Cells<2>;
template class Cells<3>;

}  // namespace swarm
