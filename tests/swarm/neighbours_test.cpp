// The neighbours that every model but zones is given, against all pairs in the same float arithmetic.
#include <algorithm>
#include <set>

#include "model_support.hpp"
#include "sums.hpp"
#include "surroundings.hpp"

namespace swarm::test {
namespace {

using Pairs = std::set<std::pair<std::uint32_t, std::uint32_t>>;

float way(const Space& space, float from, float to) {
  const float d = space.fold(to) - space.fold(from);
  return space.periodic() ? shortest<true>(d, space.box, space.box / 2) : d;
}

template <std::size_t D>
float square(const Space& space, const State& s, std::size_t i, std::size_t j) {
  float sum = 0;
  for (std::size_t axis = 0; axis < D; ++axis) {
    const float d = way(space, s.position[D * i + axis], s.position[D * j + axis]);
    sum = axis == 0 ? d * d : sum + d * d;
  }
  return sum;
}

template <std::size_t D>
Pairs all_pairs_within(const Space& space, const State& s, float radius) {
  Pairs pairs;
  for (std::uint32_t i = 0; i < s.agents(); ++i) {
    for (std::uint32_t j = 0; j < s.agents(); ++j) {
      if (i != j && square<D>(space, s, i, j) <= radius * radius) pairs.insert({i, j});
    }
  }
  return pairs;
}

template <std::size_t D>
Pairs all_pairs_nearest(const Space& space, const State& s, std::size_t k) {
  Pairs pairs;
  for (std::uint32_t i = 0; i < s.agents(); ++i) {
    std::vector<std::pair<float, std::uint32_t>> others;
    for (std::uint32_t j = 0; j < s.agents(); ++j) {
      if (i != j) others.emplace_back(square<D>(space, s, i, j), j);
    }
    std::ranges::sort(others);
    others.resize(std::min(k, others.size()));
    for (const auto& [d, j] : others) pairs.insert({i, j});
  }
  return pairs;
}

// Calls visit(cells, surroundings, at) for each agent.
template <std::size_t D, class Visit>
void for_each_agent(const Space& space, const State& s, double reach, Visit&& visit) {
  Cells<D> cells;
  Workers alone(1);
  cells.build(s.view(), space, reach, alone);
  Surroundings<D> around;
  for (std::size_t b = 0; b < cells.buckets(); ++b) {
    const Range bucket = cells.bucket(b);
    if (bucket.begin < bucket.end) around.enter(cells, b);
    for (std::uint32_t at = bucket.begin; at < bucket.end; ++at) visit(cells, around, at);
  }
}

// What find(surroundings, cells, at) finds for each agent: no neighbour twice.
template <std::size_t D, class Find>
Pairs found_pairs(const Space& space, const State& s, double reach, Find&& find) {
  Pairs pairs;
  std::size_t agents = 0;
  for_each_agent<D>(space, s, reach, [&](const auto& cells, auto& around, std::uint32_t at) {
    ++agents;
    for (const auto other : find(around, cells, at)) {
      EXPECT_TRUE(pairs.insert({cells.order()[at], cells.order()[other.at]}).second) << "found twice";
    }
  });
  EXPECT_EQ(agents, s.agents());
  return pairs;
}

// Sums over the neighbours of the agents, in identity order.
template <std::size_t D>
std::vector<Sums<D>> sums_within(const Space& space, const State& s, float radius) {
  std::vector<Sums<D>> sums(s.agents());
  for_each_agent<D>(space, s, double{radius}, [&](const auto& cells, auto& around, std::uint32_t at) {
    Sums<D>& of = sums[cells.order()[at]];
    for (const auto other : around.within(cells, at, radius)) {
      ++of.count;
      of.ways += other.to;
      of.headings += other.heading;
      if (other.square < radius * radius / 4) of.close_ways += other.to;
    }
  });
  return sums;
}

template <std::size_t D>
std::vector<Sums<D>> group_sums(const Space& space, const State& s, float radius, std::size_t finest, Wanted wanted) {
  Cells<D> cells;
  Workers alone(1);
  cells.build(s.view(), space, double{radius}, alone, finest);
  GroupSums<D> around(wanted);
  std::vector<Sums<D>> sums(s.agents());
  for (std::size_t r = 0; r < cells.rows(); ++r) {
    const auto row = cells.row(r);
    cells.for_each_group(row, GroupSums<D>::kMost, [&](const auto& group) {
      around.compute(cells, group, {radius, radius / 2});
      const Range agents = group.agents;
      for (std::uint32_t at = agents.begin; at < agents.end; ++at) sums[cells.order()[at]] = around[at - agents.begin];
    });
  }
  return sums;
}

// Sums are over the same neighbours, however fine the cells are.
template <std::size_t D>
void expect_sums(const Space& space, const State& s, float radius) {
  const auto want = sums_within<D>(space, s, radius);
  for (const std::size_t finest : {1u, 4u}) {
    const auto got = group_sums<D>(space, s, radius, finest, Wanted::ways_and_headings);
    const auto headings = group_sums<D>(space, s, radius, finest, Wanted::headings);
    for (std::size_t i = 0; i < s.agents(); ++i) {
      ASSERT_EQ(got[i].count, want[i].count) << D << "D, box " << space.box << ", radius " << radius << ", " << finest;
      ASSERT_EQ(headings[i].count, want[i].count);
      for (std::size_t axis = 0; axis < D; ++axis) {
        const float scale = 1e-5f * static_cast<float>(want[i].count + 1);
        EXPECT_NEAR(got[i].ways[axis], want[i].ways[axis], scale * radius);
        EXPECT_NEAR(got[i].close_ways[axis], want[i].close_ways[axis], scale * radius);
        EXPECT_NEAR(got[i].headings[axis], want[i].headings[axis], scale);
        EXPECT_EQ(headings[i].headings[axis], got[i].headings[axis]);
        EXPECT_EQ(headings[i].ways[axis], 0);
      }
    }
  }
}

template <std::size_t D>
void expect_neighbours(const Space& space, const State& s, float radius) {
  const auto within = [radius](auto& around, const auto& cells, std::uint32_t at) {
    return around.within(cells, at, radius);
  };
  EXPECT_EQ((found_pairs<D>(space, s, double{radius}, within)), (all_pairs_within<D>(space, s, radius)))
      << D << "D, box " << space.box << ", radius " << radius;
  expect_sums<D>(space, s, radius);
  for (const std::size_t k : {std::size_t{0}, std::size_t{1}, std::size_t{7}}) {
    const auto nearest = [k](auto& around, const auto& cells, std::uint32_t at) {
      return around.nearest(cells, at, k);
    };
    EXPECT_EQ((found_pairs<D>(space, s, double{radius}, nearest)), (all_pairs_nearest<D>(space, s, k)))
        << D << "D, box " << space.box << ", cells for " << radius << ", k " << k;
  }
}

TEST(Neighbours, of_any_space_are_those_of_all_pairs_also_with_fewer_than_three_cells) {
  for (const Boundary boundary : {Boundary::open, Boundary::periodic, Boundary::walled}) {
    const bool is_open = boundary == Boundary::open;
    for (const float box : {1.0f, 10.0f, 777.7f}) {
      // From more than the box to a hundredth of it: no, one, two, three and many cells.
      for (const float part : {1.3f, 0.9f, 0.51f, 0.5f, 0.34f, 0.33f, 0.2f, 0.07f, 0.01f}) {
        const Space space{boundary, is_open ? 0 : box};
        expect_neighbours<2>(space, scattered_state(220, 2, is_open ? -box / 2 : 0, box, 1, 3), part * box);
        expect_neighbours<3>(space, scattered_state(220, 3, is_open ? -box / 2 : 0, box, 1, 3), part * box);
      }
    }
  }
}

TEST(Neighbours, on_borders_of_cells_and_of_the_box_are_those_of_all_pairs) {
  for (const Boundary boundary : {Boundary::open, Boundary::periodic, Boundary::walled}) {
    State s(7 * 7 * 3, 2);
    const float steps[] = {0, 1, 2, 4, 6, 9, std::nextafter(10.0f, 0.0f)};
    std::size_t at = 0;
    for (int repeat = 0; repeat < 3; ++repeat) {
      for (const float x : steps) {
        for (const float y : steps) s.position[at++] = x, s.position[at++] = y;
      }
    }
    for (const float radius : {1.0f, 2.0f, 5.0f, std::nextafter(2.0f, 0.0f), std::nextafter(2.0f, 3.0f)})
      expect_neighbours<2>({boundary, boundary == Boundary::open ? 0.0f : 10.0f}, s, radius);
  }
}

TEST(Neighbours, in_a_box_of_a_million_radii_are_those_of_all_pairs) {
  State s = scattered_state(200, 2, 0, 1e6f, 1, 4);
  // Pairs across the seam, about a radius apart.
  for (std::size_t k = 0; k < 100; k += 4) {
    s.position[k] = static_cast<float>(k) / 200;
    s.position[k + 2] = 1e6f - 0.5f - static_cast<float>(k % 7) / 16;
    s.position[k + 3] = s.position[k + 1];
  }
  expect_neighbours<2>({Boundary::periodic, 1e6f}, s, 1);
}

TEST(Neighbours, of_groups_far_apart_are_those_of_all_pairs) {
  State s = scattered_state(200, 3, -5, 5, 1, 5);
  for (std::size_t k = 0; k < s.position.size(); ++k) s.position[k] += k % 9 < 3 ? 1e6f : k % 9 < 6 ? -3e7f : 0.0f;
  s.position[0] = std::numeric_limits<float>::max();
  s.position[4] = -std::numeric_limits<float>::max();
  expect_neighbours<3>({}, s, 2);
}

TEST(Neighbours, coincident_agents_are_neighbours_and_nobody_is_its_own) {
  const State s(40, 2);
  EXPECT_EQ(all_pairs_within<2>({}, s, 1).size(), 40u * 39u);
  expect_neighbours<2>({}, s, 1);
  expect_neighbours<2>({Boundary::periodic, 3}, s, 1);
}

TEST(Neighbours, of_no_one_or_two_agents_are_ordinary) {
  for (const std::size_t agents : {0u, 1u, 2u}) {
    expect_neighbours<2>({Boundary::periodic, 3}, scattered_state(agents, 2, 0, 3, 1, 6), 1);
    expect_neighbours<3>({}, scattered_state(agents, 3, 0, 3, 1, 6), 1);
  }
}

TEST(Neighbours, agents_that_are_not_finite_are_left_out) {
  State s = scattered_state(30, 2, 0, 3, 1, 7);
  s.position[2 * 4] = std::numeric_limits<float>::quiet_NaN();
  s.velocity[2 * 9 + 1] = std::numeric_limits<float>::infinity();
  Cells<2> cells;
  Workers alone(1);
  cells.build(s.view(), {Boundary::periodic, 3}, 1, alone);
  EXPECT_EQ(cells.order().size(), 28u);
  EXPECT_EQ(std::vector<std::uint32_t>(cells.left_out().begin(), cells.left_out().end()),
            (std::vector<std::uint32_t>{4, 9}));
}

TEST(Space, folds_every_coordinate_into_the_box) {
  const Space space{Boundary::periodic, 3};
  for (const float x : {0.0f, 2.9f, 3.0f, -1e-9f, -0.5f, 1e9f, -1e9f, 1e30f}) {
    EXPECT_GE(space.fold(x), 0) << x;
    EXPECT_LT(space.fold(x), 3) << x;
  }
  EXPECT_EQ(space.fold(-0.5f), 2.5f);
  EXPECT_EQ(space.fold(7.0f), 1.0f);
}

TEST(Space, walls_mirror_and_keep_agents_within) {
  const Space space{Boundary::walled, 10};
  Vec<2> position{{-1, 12}}, velocity{{-3, 2}};
  space.settle(position, velocity);
  EXPECT_EQ(position.c, (std::array{1.0f, 8.0f}));
  EXPECT_EQ(velocity.c, (std::array{3.0f, -2.0f}));
  position = {{-1e6f, 1e6f}};
  space.settle(position, velocity);
  for (const float x : position.c) EXPECT_TRUE(x >= 0 && x <= 10) << x;
}

}  // namespace
}  // namespace swarm::test
