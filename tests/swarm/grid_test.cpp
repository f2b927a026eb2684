#include "grid.hpp"

#include <set>

#include "flock_forces.hpp"
#include "support.hpp"

namespace swarm::test {
namespace {

using Pairs = std::set<std::pair<std::uint32_t, std::uint32_t>>;

bool near(std::span<const float> p, std::size_t i, std::size_t j, float radius) {
  return distance_squared(p[3 * j] - p[3 * i], p[3 * j + 1] - p[3 * i + 1], p[3 * j + 2] - p[3 * i + 2]) <
         radius * radius;
}

Pairs brute_force(std::span<const float> p, float radius) {
  Pairs pairs;
  for (std::uint32_t i = 0; i < p.size() / 3; ++i) {
    for (std::uint32_t j = 0; j < p.size() / 3; ++j) {
      if (i != j && near(p, i, j, radius)) pairs.insert({i, j});
    }
  }
  return pairs;
}

struct GridResult {
  Pairs pairs;
  std::size_t cells = 0, repeated = 0;
};

GridResult by_grid(std::span<const float> p, float radius) {
  Grid grid;
  grid.build(p, radius);
  GridResult result;
  grid.for_each_cell([&](Range cell, const std::array<Range, 9>& around) {
    ++result.cells;
    for (std::uint32_t a = cell.begin; a < cell.end; ++a) {
      std::set<std::uint32_t> seen;
      for (const Range& row : around) {
        for (std::uint32_t b = row.begin; b < row.end; ++b) {
          const std::uint32_t i = grid.order()[a], j = grid.order()[b];
          result.repeated += !seen.insert(j).second;
          if (i != j && near(p, i, j, radius)) result.pairs.insert({i, j});
        }
      }
    }
  });
  return result;
}

struct Visit {
  std::set<std::uint32_t>& visited;

  void expect(std::uint32_t) const {}
  void to(std::uint32_t agent, Vector) const { visited.insert(agent); }
};

// The candidates of the grid hold all neighbours, none twice; and the force kernel finds as many.
void expect_equal_to_brute_force(std::span<const float> p, float radius) {
  const Pairs wanted = brute_force(p, radius);
  const GridResult found = by_grid(p, radius);
  EXPECT_EQ(found.pairs, wanted);
  EXPECT_EQ(found.repeated, 0u);
  EXPECT_LE(found.cells, p.size() / 3);

  std::size_t apart = 0;
  for (const auto& [i, j] : wanted) {
    apart += distance_squared(p[3 * j] - p[3 * i], p[3 * j + 1] - p[3 * i + 1], p[3 * j + 2] - p[3 * i + 2]) > 0;
  }
  Grid grid;
  grid.build(p, radius);
  FlockForces forces;
  const std::vector<float> at_rest(p.size(), 0.0f);
  forces.gather(grid, {p, at_rest});
  std::set<std::uint32_t> visited;
  Workers alone(1);
  Phases untimed(nullptr, 1);
  forces.for_each(grid, {radius, 0.4f, 0.76f, 1, 1, 1}, alone, untimed, Visit{visited});
  EXPECT_EQ(forces.neighbours(), apart);
  EXPECT_EQ(visited.size(), p.size() / 3);
}

TEST(Grid, sparse_and_dense_flocks_have_the_neighbours_of_brute_force) {
  for (unsigned seed = 0; seed < 5; ++seed) expect_equal_to_brute_force(uniform(400, -300, 300, seed), 100);
  expect_equal_to_brute_force(uniform(300, -5000, 5000, 1), 100);
  expect_equal_to_brute_force(uniform(300, -30, 30, 2), 100);
  expect_equal_to_brute_force(uniform(300, 0, 100, 3), 10);
}

TEST(Grid, clusters_far_apart_have_the_neighbours_of_brute_force) {
  auto p = uniform(300, -150, 150, 4);
  for (std::size_t i = 0; i < p.size(); ++i) p[i] += i % 9 < 3 ? 1e6f : i % 9 < 6 ? -3e7f : 0.0f;
  expect_equal_to_brute_force(p, 100);
}

TEST(Grid, points_on_cell_borders_have_the_neighbours_of_brute_force) {
  std::vector<float> p;
  for (int x = -3; x <= 3; ++x) {
    for (int y = -3; y <= 3; ++y) {
      for (int z = -3; z <= 3; ++z) {
        for (const int c : {x, y, z}) p.push_back(static_cast<float>(50 * c));
      }
    }
  }
  expect_equal_to_brute_force(p, 100);
  expect_equal_to_brute_force(p, 50);
  expect_equal_to_brute_force(p, std::nextafter(50.0f, 51.0f));
}

TEST(Grid, pairs_just_within_the_radius_are_found_wherever_they_lie) {
  for (const float origin : {0.0f, 99.99999f, -100.0f, 12345.6f, 1e6f, -1e6f}) {
    for (int axis = 0; axis < 3; ++axis) {
      std::vector<float> p(6, origin);
      p[3 + static_cast<std::size_t>(axis)] = origin + std::nextafter(100.0f, 0.0f);
      expect_equal_to_brute_force(p, 100);
    }
  }
}

TEST(Grid, coincident_points_have_the_neighbours_of_brute_force) {
  auto p = uniform(60, -80, 80, 5);
  const auto once = p;
  p.insert(p.end(), once.begin(), once.end());
  p.insert(p.end(), once.begin(), once.end());
  expect_equal_to_brute_force(p, 100);
  expect_equal_to_brute_force(std::vector<float>(3 * 50, 7.5f), 100);
}

TEST(Grid, huge_extents_need_no_more_cells_than_agents) {
  auto p = uniform(200, -100, 100, 6);
  const float most = std::numeric_limits<float>::max();
  for (std::size_t i = 0; i < 30; ++i) p[i] = i % 2 ? most : -most;
  for (std::size_t i = 30; i < 60; ++i) p[i] *= 1e12f;
  expect_equal_to_brute_force(p, 100);
}

TEST(Grid, no_one_or_two_agents_are_ordinary) {
  expect_equal_to_brute_force({}, 100);
  expect_equal_to_brute_force(std::vector<float>{1, 2, 3}, 100);
  expect_equal_to_brute_force(std::vector<float>{0, 0, 0, 60, 60, 0}, 100);
  expect_equal_to_brute_force(std::vector<float>{0, 0, 0, 0, 0, 100}, 100);
}

TEST(Grid, agents_that_are_not_finite_are_left_out) {
  auto p = uniform(50, -100, 100, 7);
  p[3 * 10] = std::numeric_limits<float>::quiet_NaN();
  p[3 * 20 + 1] = std::numeric_limits<float>::infinity();
  Grid grid;
  grid.build(p, 100);
  EXPECT_EQ(grid.order().size(), 48u);
  EXPECT_EQ(std::vector<std::uint32_t>(grid.left_out().begin(), grid.left_out().end()),
            (std::vector<std::uint32_t>{10, 20}));
}

TEST(Grid, agents_of_a_cell_stay_in_identity_order) {
  Grid grid;
  grid.build(uniform(2000, -200, 200, 8), 100);
  std::size_t most = 0;
  grid.for_each_cell([&](Range cell, const std::array<Range, 9>&) {
    most = std::max<std::size_t>(most, cell.end - cell.begin);
    for (std::uint32_t k = cell.begin + 1; k < cell.end; ++k) EXPECT_LT(grid.order()[k - 1], grid.order()[k]);
  });
  EXPECT_GT(most, 1u);
  EXPECT_EQ(grid.largest_cell(), most);
}

}  // namespace
}  // namespace swarm::test
