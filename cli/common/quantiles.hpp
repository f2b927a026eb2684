// Quantiles of any number of durations in fixed memory.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace wingbeat::cli {

// Counts values in buckets that are at most 1/32 of the value wide: exact below 64, within 3 % above. Adding allocates
// nothing.
class Quantiles {
 public:
  void add(std::uint64_t value) {
    ++counts_[bucket_of(value)];
    ++total_;
  }
  std::uint64_t count() const { return total_; }

  // The value that a share `q` (0 to 1) of all values does not exceed, 0 if there are none.
  std::uint64_t at(double q) const {
    if (total_ == 0) return 0;
    const auto rank = static_cast<std::uint64_t>(q * static_cast<double>(total_ - 1));
    std::uint64_t below = 0;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
      below += counts_[bucket];
      if (below > rank) return lowest_of(bucket);
    }
    return lowest_of(counts_.size() - 1);
  }

 private:
  static constexpr unsigned kBits = 5;  // 32 buckets for each power of two
  static constexpr std::size_t kPerPower = std::size_t{1} << kBits;

  static std::size_t bucket_of(std::uint64_t value) {
    if (value < 2 * kPerPower) return static_cast<std::size_t>(value);
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - kBits - 1;
    return shift * kPerPower + static_cast<std::size_t>(value >> shift);
  }
  static std::uint64_t lowest_of(std::size_t bucket) {
    if (bucket < 2 * kPerPower) return bucket;
    const std::size_t shift = bucket / kPerPower - 1;
    return std::uint64_t{bucket - shift * kPerPower} << shift;
  }

  std::array<std::uint64_t, (64 - kBits + 1)* kPerPower> counts_ = {};
  std::uint64_t total_ = 0;
};

}  // namespace wingbeat::cli
