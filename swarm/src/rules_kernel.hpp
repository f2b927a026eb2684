// Makes a kernel of rules for one agent: space, neighbours, threads, random numbers and frames are handled here.
//
// Rules are a class that is made anew for each step:
//   static constexpr std::size_t kDimensions;
//   Rules(const Parameters&);          reads the values of this step
//   double speed() const;              agents start with it
//   float radius() const;              neighbours are those within it; or instead
//   std::size_t nearest() const;       neighbours are so many nearest
//   Motion<D> move(const Self<D>&, const Found<D>& neighbours, const Draw&) const;
// Rules that need only sums over all neighbours within the radius are faster with
//   static constexpr Wanted kWanted;   what is summed
//   float close() const;               displacements within this distance are summed separately; 0: they are not
//   Motion<D> move(const Self<D>&, const Sums<D>& neighbours, const Draw&) const;
// and, if agents start in a ball instead of all over the box:
//   static double start_radius(std::uint32_t agents);
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <vector>

#include "kernel.hpp"
#include "phases.hpp"
#include "sums.hpp"
#include "surroundings.hpp"

namespace swarm {

template <std::size_t D>
using Found = typename Surroundings<D>::Found;

// The agent that the rules move.
template <std::size_t D>
struct Self {
  Vec<D> velocity;
  Vec<D> heading;  // unit, or 0 at rest
};

// Its next position and velocity, before the border is applied.
template <std::size_t D>
struct Motion {
  Vec<D> velocity;      // in the next frame
  Vec<D> displacement;  // from the last position to the next
};

// The random numbers of one agent in one step.
struct Draw {
  const Random& random;
  std::uint64_t step;
  std::uint32_t agent;

  // Four numbers, uniform in [0, 1), different in each round.
  std::array<float, 4> uniform(std::uint32_t round = 0) const {
    return random.uniform(Purpose::motion, (step << 32) | agent, round);
  }
};

template <class Rules>
class RulesKernel final : public Kernel {
  static constexpr std::size_t D = Rules::kDimensions;

 public:
  explicit RulesKernel(const Setup& setup)
      : setup_(setup),
        phases_(setup.clock, setup.workers->threads()),
        around_(setup.workers->threads(), Around(make_around())) {}

  void start(const Parameters& parameters, const Frame& first) override {
    const Rules rules(parameters);
    for (std::uint32_t i = 0; i < setup_.agents; ++i) {
      put_vec(first.position, i, start_position(i));
      put_vec(first.velocity, i, narrow(start_heading(i) * rules.speed()));
    }
    reach_ = 0;
  }

  StepStats advance(const Moment& moment, const View& previous, const Frame& next) override {
    const Rules rules(moment.parameters);
    phases_.begin();
    cells_.build(previous, setup_.space, reach(rules, previous), *setup_.workers, kSums ? kFinest : 1);
    phases_.sorted();
    for (auto& a : around_) a.neighbours = a.candidates = 0;
    farthest_.assign(kIsNearest ? cells_.order().size() : 0, 0.0f);
    setup_.workers->run(kSums ? cells_.rows() : cells_.buckets(),
                        [&](std::size_t from, std::size_t to, unsigned worker) {
                          const Step step{rules, moment};
                          for (std::size_t k = from; k < to; ++k) {
                            Stopwatch watch = phases_.watch(k, worker);
                            move_all(step, k, around_[worker], watch);
                          }
                        });
    cells_.write(next, *setup_.workers);
    for (const std::uint32_t agent : cells_.left_out()) {
      put_vec(next.position, agent, vec_at<D>(previous.position, agent));
      put_vec(next.velocity, agent, vec_at<D>(previous.velocity, agent));
    }
    learn_reach();
    return stats();
  }

 private:
  // Measured: larger cells hold too many agents; with smaller cells too many agents have to search more than one ring.
  static constexpr double kReachOfMean = 1.3;
  // Measured: 2 and 8 are slower.
  static constexpr std::size_t kFinest = 4;
  static constexpr bool kIsNearest = requires(const Rules& r) { r.nearest(); };
  static constexpr bool kSums = requires { Rules::kWanted; };
  static constexpr bool kStartsInBall = requires { Rules::start_radius(1u); };
  using Around = std::conditional_t<kSums, GroupSums<D>, Surroundings<D>>;

  static Around make_around() {
    if constexpr (kSums) {
      return GroupSums<D>(Rules::kWanted);
    } else {
      return {};
    }
  }

  struct Step {
    const Rules& rules;
    const Moment& moment;
  };

  // One thread computes a whole row or bucket, and the order of an agent's neighbours depends on the state only.
  void move_all(const Step& step, std::size_t row, Around& around, Stopwatch& watch) requires kSums {
    const auto within = cells_.row(row);
    cells_.for_each_group(within, Around::kMost, [&](const auto& group) {
      around.compute(cells_, group, {step.rules.radius(), step.rules.close()});
      watch.found_neighbours();
      for (std::uint32_t at = group.agents.begin; at < group.agents.end; ++at)
        move(step, at, around[at - group.agents.begin]);
      watch.applied_rules();
    });
  }

  void move_all(const Step& step, std::size_t bucket, Around& around, Stopwatch& watch) requires(!kSums) {
    const Range agents = cells_.bucket(bucket);
    if (agents.begin == agents.end) return;
    around.enter(cells_, bucket);
    for (std::uint32_t at = agents.begin; at < agents.end; ++at) {
      const Found<D> found = find(step.rules, around, at);
      watch.found_neighbours();
      move(step, at, found);
      watch.applied_rules();
    }
  }

  // Other agents read the columns, so these must not change.
  template <class Neighbours>
  void move(const Step& step, std::uint32_t at, const Neighbours& neighbours) {
    auto& agent = cells_.agent(at);
    const Draw draw{setup_.random, step.moment.step, cells_.order()[at]};
    const Self<D> self{agent.velocity, column_at(cells_.columns().heading, at)};
    const Motion<D> motion = step.rules.move(self, neighbours, draw);
    agent = {column_at(cells_.columns().position, at) + motion.displacement, motion.velocity};
    setup_.space.settle(agent.position, agent.velocity);
  }

  Found<D> find(const Rules& rules, Around& around, std::uint32_t at) requires(!kSums) {
    if constexpr (kIsNearest) {
      const Found<D> found = around.nearest(cells_, at, rules.nearest());
      if (!found.empty()) farthest_[at] = std::sqrt(found[found.size() - 1].square);
      return found;
    } else {
      return around.within(cells_, at, rules.radius());
    }
  }

  using Column = std::array<std::vector<float>, D>;

  static Vec<D> column_at(const Column& column, std::uint32_t at) {
    Vec<D> v;
    for (std::size_t axis = 0; axis < D; ++axis) v[axis] = column[axis][at];
    return v;
  }

  // The edge of the cells. For nearest neighbours it affects only the speed of the search, and the last step gives the
  // best guess.
  double reach(const Rules& rules, const View& previous) const {
    if constexpr (kIsNearest) {
      return reach_ > 0 ? reach_ : spread(previous) * std::pow(static_cast<double>(rules.nearest() + 1), 1.0 / D);
    } else {
      return rules.radius();
    }
  }

  // The mean distance of agents that fill their bounding box evenly; 1 if there is no box.
  double spread(const View& previous) const {
    double volume = 1;
    const std::size_t agents = previous.position.size() / D;
    for (std::size_t axis = 0; axis < D; ++axis) {
      double low = INFINITY, high = -INFINITY;
      for (std::size_t i = 0; i < agents; ++i) {
        const double x = double{previous.position[D * i + axis]};
        if (std::isfinite(x)) low = std::min(low, x), high = std::max(high, x);
      }
      volume *= high - low;
    }
    const double edge = std::pow(volume / static_cast<double>(std::max<std::size_t>(agents, 1)), 1.0 / D);
    return edge > 0 && std::isfinite(edge) ? edge : 1.0;
  }

  void learn_reach() {
    if constexpr (!kIsNearest) return;
    double sum = 0;
    for (const float distance : farthest_) sum += double{distance};
    const double mean = sum / static_cast<double>(std::max<std::size_t>(farthest_.size(), 1));
    reach_ = mean > 0 && std::isfinite(mean) ? kReachOfMean * mean : 0;
  }

  StepStats stats() const {
    StepStats stats;
    for (const auto& a : around_) stats.neighbours += a.neighbours, stats.candidates += a.candidates;
    phases_.finish(stats);
    stats.largest_cell = cells_.largest_bucket();
    return stats;
  }

  Vec<D> start_position(std::uint32_t agent) const {
    const Space& space = setup_.space;
    const double middle = space.open() ? 0.0 : double{space.box} / 2;
    Vec<D> position;
    if constexpr (kStartsInBall) {
      static_assert(D == 3, "a ball has three dimensions");
      const double radius = Rules::start_radius(setup_.agents);
      const auto u = setup_.random.in_ball(Purpose::start_position, agent,
                                           static_cast<float>(space.open() ? radius : std::min(radius, middle)));
      for (std::size_t axis = 0; axis < D; ++axis) position[axis] = static_cast<float>(middle + double{u[axis]});
    } else {
      const double edge = space.open() ? setup_.start_box : double{space.box};
      const auto u = setup_.random.uniform(Purpose::start_position, agent);
      for (std::size_t axis = 0; axis < D; ++axis)
        position[axis] = space.fold(static_cast<float>(middle + edge * (double{u[axis]} - 0.5)));
    }
    return position;
  }

  Sum<D> start_heading(std::uint32_t agent) const {
    const auto u = setup_.random.uniform(Purpose::start_velocity, agent);
    const double turn = 2 * std::numbers::pi * double{u[0]};
    if constexpr (D == 2) {
      return {{std::cos(turn), std::sin(turn)}};
    } else {
      const double z = 2 * double{u[1]} - 1, r = std::sqrt(1 - z * z);
      return {{r * std::cos(turn), r * std::sin(turn), z}};
    }
  }

  Setup setup_;
  Phases phases_;
  Cells<D> cells_;
  std::vector<Around> around_;   // one for each worker
  std::vector<float> farthest_;  // of nearest neighbours: the last one's distance
  double reach_ = 0;
};

template <class Rules>
std::unique_ptr<Kernel> make_kernel(const Setup& setup) {
  return std::make_unique<RulesKernel<Rules>>(setup);
}

}  // namespace swarm
