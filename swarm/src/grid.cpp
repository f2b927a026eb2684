#include "grid.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace swarm {
namespace {

// Covers the rounding of the distance test (relative error below 2^-22) with room to spare.
constexpr double kEdgeMargin = 1.00001;
// Cell coordinates are in [0, 2 * kFarCell]; three of them, padded, fit a 64-bit key.
constexpr std::int32_t kFarCell = 1 << 20;
constexpr unsigned kDigitBits = 11;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;

std::int32_t cell_coordinate(float x, double cells_per_length) {
  const double shifted = static_cast<double>(x) * cells_per_length + kFarCell;
  // Not negative after the clamp, so truncation rounds down.
  return static_cast<std::int32_t>(std::clamp(shifted, 0.0, 2.0 * kFarCell));
}

bool finite(const float* p) { return std::isfinite(p[0]) && std::isfinite(p[1]) && std::isfinite(p[2]); }

}  // namespace

void Grid::build(std::span<const float> position, float radius) {
  locate(position, 1.0 / (radius * kEdgeMargin));
  sort(make_keys());
  list_cells();
}

std::uint32_t Grid::largest_cell() const {
  std::uint32_t largest = 0;
  for (std::size_t c = 0; c + 1 < cells_.size(); ++c) {
    largest = std::max(largest, cells_[c + 1].begin - cells_[c].begin);
  }
  return largest;
}

void Grid::locate(std::span<const float> position, double cells_per_length) {
  const std::size_t agents = position.size() / 3;
  coordinates_.clear();
  entries_.clear();
  left_out_.clear();
  for (std::size_t i = 0; i < agents; ++i) {
    const float* p = &position[3 * i];
    const auto agent = static_cast<std::uint32_t>(i);
    if (!finite(p)) {
      left_out_.push_back(agent);
      continue;
    }
    coordinates_.push_back({cell_coordinate(p[0], cells_per_length), cell_coordinate(p[1], cells_per_length),
                            cell_coordinate(p[2], cells_per_length)});
    entries_.push_back({0, agent});
  }
}

// Numbers the cells of the bounding box, with one empty layer around it so that no neighbour wraps into another row.
std::uint64_t Grid::make_keys() {
  constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();
  Coordinates low{kMost, kMost, kMost}, high{0, 0, 0};
  for (const Coordinates& c : coordinates_) {
    low = {std::min(low.x, c.x), std::min(low.y, c.y), std::min(low.z, c.z)};
    high = {std::max(high.x, c.x), std::max(high.y, c.y), std::max(high.z, c.z)};
  }
  if (coordinates_.empty()) low = high;
  row_ = static_cast<std::uint64_t>(high.x - low.x) + 3;
  layer_ = row_ * (static_cast<std::uint64_t>(high.y - low.y) + 3);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Coordinates& c = coordinates_[i];
    entries_[i].key = static_cast<std::uint64_t>(c.z - low.z + 1) * layer_ +
                      static_cast<std::uint64_t>(c.y - low.y + 1) * row_ + static_cast<std::uint64_t>(c.x - low.x + 1);
  }
  return layer_ * (static_cast<std::uint64_t>(high.z - low.z) + 3);
}

// Counting sort, digit by digit: stable, so equal keys stay in identity order. An ordinary flock needs two passes.
void Grid::sort(std::uint64_t largest_key) {
  scratch_.resize(entries_.size());
  for (unsigned shift = 0; shift < 64 && (largest_key >> shift) != 0; shift += kDigitBits) {
    histogram_.assign(kDigits + 1, 0);
    for (const Entry& e : entries_) ++histogram_[((e.key >> shift) & (kDigits - 1)) + 1];
    for (std::size_t d = 0; d < kDigits; ++d) histogram_[d + 1] += histogram_[d];
    for (const Entry& e : entries_) scratch_[histogram_[(e.key >> shift) & (kDigits - 1)]++] = e;
    entries_.swap(scratch_);
  }
}

void Grid::list_cells() {
  const std::size_t count = entries_.size();
  order_.resize(count);
  cells_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    order_[i] = entries_[i].agent;
    if (i == 0 || entries_[i].key != entries_[i - 1].key) {
      cells_.push_back({entries_[i].key, static_cast<std::uint32_t>(i)});
    }
  }
  cells_.push_back({std::numeric_limits<std::uint64_t>::max(), static_cast<std::uint32_t>(count)});
}

}  // namespace swarm
