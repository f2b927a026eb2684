#include "sums.hpp"

#include <algorithm>

// Vectors whose size is not known at compile time cannot be members.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sums.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#ifndef WINGBEAT_SWARM_SUMS_TASK
#define WINGBEAT_SWARM_SUMS_TASK
namespace swarm {

// The sums of a group, for loops that do not use cells.
template <std::size_t D>
struct SumsTask {
  static constexpr std::size_t kMostRuns = D == 2 ? 2 * 3 : 2 * 9;  // rows, each cut by the border at most

  std::array<const float*, D> position, heading;  // of all agents
  Range own;
  std::array<Range, kMostRuns> runs;
  std::size_t run_count = 0;
  bool wraps = false;  // whether the shortest way may cross the border
  float box = 0, limit = 0, close_limit = 0;
  std::int32_t* count = nullptr;
  std::array<float*, D> ways{}, headings{}, close_ways{};
};

}  // namespace swarm
#endif

HWY_BEFORE_NAMESPACE();
namespace swarm {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::CappedTag<float, GroupSums<2>::kMost>;
using Counts = hn::RebindToSigned<Floats>;
using F = hn::Vec<Floats>;
using I = hn::Vec<Counts>;

// The sums of as many agents as there are lanes.
template <std::size_t D, bool kWays, bool kWraps>
class Lanes {
 public:
  HWY_INLINE Lanes(const SumsTask<D>& task, std::size_t first) : task_(task), first_(first) {
    for (std::size_t axis = 0; axis < D; ++axis) {
      self_[axis] = hn::LoadU(d_, task.position[axis] + first);
      ways_[axis] = headings_[axis] = close_ways_[axis] = hn::Zero(d_);
    }
    count_ = hn::Zero(i_);
  }

  HWY_INLINE void add_all() {
    for (std::size_t r = 0; r < task_.run_count; ++r) add_run(task_.runs[r]);
  }

  HWY_INLINE void store() const {
    const std::size_t at = first_ - task_.own.begin;
    hn::StoreU(count_, i_, task_.count + at);
    for (std::size_t axis = 0; axis < D; ++axis) {
      hn::StoreU(headings_[axis], d_, task_.headings[axis] + at);
      if (!kWays) continue;
      hn::StoreU(ways_[axis], d_, task_.ways[axis] + at);
      hn::StoreU(close_ways_[axis], d_, task_.close_ways[axis] + at);
    }
  }

 private:
  HWY_INLINE void add_run(Range run) {
    const std::size_t own = std::clamp(task_.own.begin, run.begin, run.end);
    const std::size_t own_end = std::clamp(task_.own.end, run.begin, run.end);
    for (std::size_t j = run.begin; j < own; ++j) add<false>(j);
    for (std::size_t j = own; j < own_end; ++j) add<true>(j);
    for (std::size_t j = own_end; j < run.end; ++j) add<false>(j);
  }

  // A candidate that may be one of the lanes itself is recognised by its index.
  template <bool kMayBeSelf>
  HWY_INLINE void add(std::size_t j) {
    F to[D];
    for (std::size_t axis = 0; axis < D; ++axis) {
      to[axis] = shortest(hn::Sub(hn::Set(d_, task_.position[axis][j]), self_[axis]));
    }
    F square = hn::Mul(to[0], to[0]);
    for (std::size_t axis = 1; axis < D; ++axis) square = hn::Add(square, hn::Mul(to[axis], to[axis]));
    auto is_within = hn::Le(square, hn::Set(d_, task_.limit));
    if constexpr (kMayBeSelf) {
      const auto place = hn::Set(i_, static_cast<std::int32_t>(j) - static_cast<std::int32_t>(first_));
      is_within = hn::And(is_within, hn::RebindMask(d_, hn::Ne(hn::Iota(i_, 0), place)));
    }
    count_ = hn::IfThenElse(hn::RebindMask(i_, is_within), hn::Add(count_, hn::Set(i_, 1)), count_);
    // Headings are finite, so 0 times a heading is 0; the product is exact, whether it is fused with the addition or
    // not.
    const F weight = hn::IfThenElseZero(is_within, hn::Set(d_, 1.0f));
    for (std::size_t axis = 0; axis < D; ++axis) {
      headings_[axis] = hn::MulAdd(weight, hn::Set(d_, task_.heading[axis][j]), headings_[axis]);
    }
    if constexpr (kWays) {
      const auto is_close = hn::And(is_within, hn::Lt(square, hn::Set(d_, task_.close_limit)));
      for (std::size_t axis = 0; axis < D; ++axis) {
        add_if(is_within, ways_[axis], to[axis]);
        add_if(is_close, close_ways_[axis], to[axis]);
      }
    }
  }

  // As swarm::shortest does it.
  HWY_INLINE F shortest(F way) const {
    if constexpr (!kWraps) return way;
    const F box = hn::Set(d_, task_.box), half = hn::Set(d_, task_.box / 2);
    const F back = hn::IfThenElseZero(hn::Gt(way, half), box);
    const F forth = hn::IfThenElseZero(hn::Lt(way, hn::Neg(half)), box);
    return hn::Add(hn::Sub(way, back), forth);
  }

  template <class Mask>
  static HWY_INLINE void add_if(Mask mask, F& sum, F what) {
    sum = hn::IfThenElse(mask, hn::Add(sum, what), sum);
  }

  const SumsTask<D>& task_;
  std::size_t first_;
  Floats d_;
  Counts i_;
  F self_[D], ways_[D], headings_[D], close_ways_[D];
  I count_;
};

template <std::size_t D, bool kWays, bool kWraps>
HWY_INLINE void sum_group(const SumsTask<D>& task) {
  const std::size_t lanes = hn::Lanes(Floats());
  for (std::size_t first = task.own.begin; first < task.own.end; first += lanes) {
    Lanes<D, kWays, kWraps> lanes_from(task, first);
    lanes_from.add_all();
    lanes_from.store();
  }
}

template <std::size_t D, bool kWays>
HWY_INLINE void sum_group(const SumsTask<D>& task) {
  task.wraps ? sum_group<D, kWays, true>(task) : sum_group<D, kWays, false>(task);
}

HWY_ATTR void sum_2d(const SumsTask<2>& task, Wanted wanted) {
  wanted == Wanted::headings ? sum_group<2, false>(task) : sum_group<2, true>(task);
}

HWY_ATTR void sum_3d(const SumsTask<3>& task, Wanted wanted) {
  wanted == Wanted::headings ? sum_group<3, false>(task) : sum_group<3, true>(task);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace swarm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace swarm {

HWY_EXPORT(sum_2d);
HWY_EXPORT(sum_3d);

template <std::size_t D>
void GroupSums<D>::compute(const Cells<D>& cells, const typename Cells<D>::Group& group, const Radii& radii) {
  SumsTask<D> task;
  task.own = group.agents;
  task.limit = radii.within * radii.within;
  task.close_limit = radii.close * radii.close;
  task.box = cells.space().box;
  task.wraps = cells.ways_may_wrap(group);
  task.count = count_.data();
  for (std::size_t axis = 0; axis < D; ++axis) {
    task.position[axis] = cells.columns().position[axis].data();
    task.heading[axis] = cells.columns().heading[axis].data();
    task.ways[axis] = ways_[axis].data();
    task.headings[axis] = headings_[axis].data();
    task.close_ways[axis] = close_ways_[axis].data();
  }
  std::size_t around = 0;
  cells.around(group, [&](Range run) {
    if (run.begin == run.end) return;
    task.runs[task.run_count++] = run;
    around += run.end - run.begin;
  });
  if constexpr (D == 2) {
    HWY_DYNAMIC_DISPATCH(sum_2d)(task, wanted_);
  } else {
    HWY_DYNAMIC_DISPATCH(sum_3d)(task, wanted_);
  }
  const std::size_t agents = group.agents.end - group.agents.begin;
  candidates += around * agents;
  for (std::size_t k = 0; k < agents; ++k) neighbours += static_cast<std::uint32_t>(count_[k]);
}

template <std::size_t D>
Sums<D> GroupSums<D>::operator[](std::size_t k) const {
  Sums<D> sums;
  sums.count = static_cast<std::uint32_t>(count_[k]);
  for (std::size_t axis = 0; axis < D; ++axis) {
    sums.ways[axis] = ways_[axis][k];
    sums.headings[axis] = headings_[axis][k];
    sums.close_ways[axis] = close_ways_[axis][k];
  }
  return sums;
}

template class GroupSums<2>;
template class GroupSums<3>;

}  // namespace swarm
#endif
