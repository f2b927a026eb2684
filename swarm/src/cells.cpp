#include "cells.hpp"

#include <cmath>
#include <utility>

#include "independent.hpp"
#include "prefetch.hpp"

namespace swarm {
namespace {

// Covers the rounding of the distance test (relative error below 2^-22) with room to spare.
constexpr double kEdgeMargin = 1.00001;
// In a periodic space the difference of two coordinates is rounded, by 2^-25 of the box, before the box is subtracted.
constexpr double kBoxMargin = 0x1p-21;
// With this many cells, neighbouring floats are further apart than the edge of a cell.
constexpr double kFarCell = 0x1p30;
// How many numbers the sums of a bucket may read behind the last agent.
constexpr std::size_t kLoose = 16;
// With fewer agents another thread costs more than it saves.
constexpr std::size_t kAgentsPerPart = 8192;
// The bucket for agents that are left out.
constexpr std::uint32_t kNowhere = UINT32_MAX;
// As many agents as stay in the first-level cache while they are gathered.
constexpr std::size_t kBlock = 256;

// How many agents ahead memory is prefetched.
constexpr std::uint32_t kAhead = 16;

std::size_t blocks(std::size_t agents) { return (agents + kBlock - 1) / kBlock; }

Range block(std::size_t b, std::size_t agents) {
  return {static_cast<std::uint32_t>(b * kBlock), static_cast<std::uint32_t>(std::min((b + 1) * kBlock, agents))};
}

Range part_of(std::size_t agents, std::size_t part, std::size_t parts) {
  return {static_cast<std::uint32_t>(agents * part / parts), static_cast<std::uint32_t>(agents * (part + 1) / parts)};
}

// About two buckets for each agent.
std::size_t most_buckets(std::size_t agents) { return 2 * agents + 1; }

std::size_t buckets_of(std::size_t side, std::size_t dimensions) {
  return dimensions == 2 ? side * side : side * side * side;
}

std::size_t largest_side(std::size_t agents, std::size_t dimensions) {
  const auto buckets = static_cast<double>(most_buckets(agents));
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
void Cells<D>::build(const View& state, const Space& space, double reach, Workers& workers, std::size_t finest) {
  space_ = space;
  choose_cells(state.position.size() / D, reach, finest);
  sort(state, workers);
  for (auto* columns : {&columns_.position, &columns_.heading}) {
    for (auto& column : *columns) column.resize(order_.size() + kLoose);
  }
  workers.run(blocks(order_.size()), [&](std::size_t from, std::size_t to, unsigned) {
    for (std::size_t b = from; b < to; ++b) make_columns(block(b, order_.size()));
  });
}

template <std::size_t D>
void Cells<D>::choose_cells(std::size_t agents, double reach, std::size_t finest) {
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
  fine_ = finest;
  while (fine_ > 1 && buckets_of(side_, D) * fine_ > most_buckets(agents)) fine_ /= 2;
  const auto side = static_cast<std::uint32_t>(side_x());
  far_multiple_ = (static_cast<std::uint32_t>(kFarCell) / side + 1) * side;
}

template <std::size_t D>
std::size_t Cells<D>::residue(float x, std::size_t fine) const {
  const auto side = static_cast<std::uint32_t>(side_ * fine);
  const double per_length = cells_per_length_ * static_cast<double>(fine);
  if (space_.periodic()) {
    const double last = cells_per_axis_ * static_cast<double>(fine) - 1;
    const auto cell = static_cast<std::uint32_t>(std::min(static_cast<double>(space_.fold(x)) * per_length, last));
    return cell < side ? cell : cell % side;
  }
  // Positive once the multiple of the side is added, so truncation rounds down.
  const double cell = std::clamp(static_cast<double>(x) * per_length, -kFarCell, kFarCell) + far_multiple_;
  return static_cast<std::uint32_t>(cell) % side;
}

template <std::size_t D>
std::size_t Cells<D>::bucket_of(const Vec<D>& position) const {
  std::size_t bucket = 0;
  for (std::size_t axis = D; axis-- > 1;) bucket = bucket * side_ + residue(position[axis], 1);
  return bucket * side_x() + residue(position[0], fine_);
}

// Counting sort, stable: a bucket's agents stay in identity order, however many parts are sorted at a time.
template <std::size_t D>
void Cells<D>::sort(const View& state, Workers& workers) {
  const std::size_t agents = state.position.size() / D;
  const std::size_t parts = std::clamp<std::size_t>(agents / kAgentsPerPart, 1, workers.threads());
  const std::size_t buckets = buckets_of(side_, D) * fine_;
  place_.resize(agents);
  counts_.assign(parts * buckets, 0);
  begin_.resize(buckets + 1);
  const auto of_part = [&](std::size_t part) { return std::span(counts_).subspan(part * buckets, buckets); };
  workers.run(parts, [&](std::size_t from, std::size_t to, unsigned) {
    for (std::size_t p = from; p < to; ++p) count(state, part_of(agents, p, parts), of_part(p));
  });
  order_.resize(accumulate(parts));
  agents_.resize(order_.size());
  workers.run(parts, [&](std::size_t from, std::size_t to, unsigned) {
    for (std::size_t p = from; p < to; ++p) fill(state, part_of(agents, p, parts), of_part(p));
  });
  list_left_out();
}

template <std::size_t D>
void Cells<D>::count(const View& state, Range agents, std::span<std::uint32_t> counts) {
  for (std::uint32_t i = agents.begin; i < agents.end; ++i) {
    const Vec<D> position = vec_at<D>(state.position, i);
    const bool is_usable = is_finite(position) && is_finite(vec_at<D>(state.velocity, i));
    place_[i] = is_usable ? static_cast<std::uint32_t>(bucket_of(position)) : kNowhere;
    if (is_usable) ++counts[place_[i]];
  }
}

// Replaces the counts by the first index of each part in each bucket. Returns the number of agents.
template <std::size_t D>
std::uint32_t Cells<D>::accumulate(std::size_t parts) {
  const std::size_t buckets = begin_.size() - 1;
  std::uint32_t sum = 0;
  for (std::size_t b = 0; b < buckets; ++b) {
    begin_[b] = sum;
    for (std::size_t p = 0; p < parts; ++p) sum += std::exchange(counts_[p * buckets + b], sum);
  }
  return begin_[buckets] = sum;
}

// From here on each agent has its index instead of its bucket.
template <std::size_t D>
void Cells<D>::fill(const View& state, Range agents, std::span<std::uint32_t> places) {
  for (std::uint32_t i = agents.begin; i < agents.end; ++i) {
    if (i + kAhead < agents.end && place_[i + kAhead] != kNowhere) expect_write(&agents_[places[place_[i + kAhead]]]);
    if (place_[i] == kNowhere) continue;
    const std::uint32_t place = places[place_[i]]++;
    order_[place] = i;
    agents_[place] = {vec_at<D>(state.position, i), vec_at<D>(state.velocity, i)};
    place_[i] = place;
  }
}

template <std::size_t D>
void Cells<D>::list_left_out() {
  left_out_.clear();
  if (order_.size() == place_.size()) return;
  for (std::uint32_t i = 0; i < place_.size(); ++i) {
    if (place_[i] == kNowhere) left_out_.push_back(i);
  }
}

template <std::size_t D>
void Cells<D>::make_columns(Range places) {
  for (std::size_t at = places.begin; at < places.end; ++at) {
    for (std::size_t axis = 0; axis < D; ++axis) {
      columns_.position[axis][at] = space_.fold(agents_[at].position[axis]);
      columns_.heading[axis][at] = agents_[at].velocity[axis];
    }
  }
  normalise(places);
}

// Turns velocities into headings.
template <std::size_t D>
void Cells<D>::normalise(Range places) {
  std::array<float*, D> heading;
  for (std::size_t axis = 0; axis < D; ++axis) heading[axis] = columns_.heading[axis].data();
  WINGBEAT_SWARM_INDEPENDENT
  for (std::size_t at = places.begin; at < places.end; ++at) {
    double square = 0;
    for (std::size_t axis = 0; axis < D; ++axis) square += double{heading[axis][at]} * double{heading[axis][at]};
    const double length = std::sqrt(square), scale = length > 0 ? 1 / length : 0.0;
    for (std::size_t axis = 0; axis < D; ++axis)
      heading[axis][at] = static_cast<float>(double{heading[axis][at]} * scale);
  }
}

template <std::size_t D>
void Cells<D>::write(const Frame& frame, Workers& workers) const {
  const std::size_t all = place_.size();
  workers.run(blocks(all), [&](std::size_t from, std::size_t to, unsigned) {
    for (std::size_t i = block(from, all).begin; i < block(to - 1, all).end; ++i) {
      if (i + kAhead < all && place_[i + kAhead] != kNowhere) expect_read(&agents_[place_[i + kAhead]]);
      if (place_[i] == kNowhere) continue;
      put_vec(frame.position, i, agents_[place_[i]].position);
      put_vec(frame.velocity, i, agents_[place_[i]].velocity);
    }
  });
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

template <std::size_t D>
typename Cells<D>::Row Cells<D>::row(std::size_t r) const {
  Row row{r * side_x(), {}, 1, space_.periodic() && !turns_once()};
  row.around[0] = 0;
  const std::size_t high = std::min<std::size_t>(3, side_), below = std::min<std::size_t>(1, side_ - 1);
  for (std::size_t axis = 1, own = r, stride = side_x(); axis < D; ++axis, own /= side_, stride *= side_) {
    const std::size_t at = own % side_, known = row.rows;
    row.wraps |= space_.periodic() && (at == 0 || at == side_ - 1);
    row.rows = 0;
    std::array<std::size_t, 9> before{};
    std::copy_n(row.around.begin(), known, before.begin());
    for (std::size_t h = 0; h < high; ++h) {
      for (std::size_t k = 0; k < known; ++k)
        row.around[row.rows++] = before[k] + (at + side_ - below + h) % side_ * stride;
    }
  }
  return row;
}

// Whether the cells go around the torus once, and two of them are shorter than half the box.
template <std::size_t D>
bool Cells<D>::turns_once() const {
  return side_ >= 5 && static_cast<double>(side_) == cells_per_axis_;
}

template <std::size_t D>
bool Cells<D>::ways_may_wrap(const Group& group) const {
  const bool is_at_border = group.first_column < fine_ || group.last_column + fine_ >= side_x();
  return space_.periodic() && (group.row.wraps || is_at_border);
}

template class Cells<2>;
template class Cells<3>;

}  // namespace swarm
