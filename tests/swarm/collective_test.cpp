// What groups do, against exact values and against values measured by an independent simulation (mean over five seeds).
#include "model_support.hpp"

namespace swarm::test {
namespace {

struct Mean {
  double polarisation = 0, square = 0, rotation = 0;
};

Mean mean_over(Swarm& swarm, int before, int steps) {
  Mean mean;
  expect_ok(swarm.start());
  run(swarm, before);
  for (int k = 0; k < steps; ++k) {
    run(swarm, 1);
    const double p = polarisation(swarm.state(), swarm.dimensions());
    mean.polarisation += p / steps;
    mean.square += p * p / steps;
    mean.rotation += rotation(swarm.state(), swarm.dimensions()) / steps;
  }
  return mean;
}

// Everybody sees everybody, so headings are independent draws around a common one: exact.
TEST(Vicsek, all_to_all_has_the_exact_mean_square_polarisation) {
  constexpr double kAgents = 40;
  for (const double eta : {1.0, 2.0, 3.0, 4.0, 5.0}) {
    Swarm swarm({.agents = 40, .model = "vicsek", .box = 1});
    expect_ok(swarm.set("noise", eta));
    const double s = std::sin(eta / 2) / (eta / 2);
    // 4000 steps are independent; the standard deviation of one is below 0.1.
    EXPECT_NEAR(mean_over(swarm, 10, 4000).square, s * s + (1 - s * s) / kAgents, 0.006) << "eta " << eta;
  }
}

TEST(Vicsek, polarisation_falls_with_noise_as_measured) {
  struct Row {
    double eta, polarisation, tolerance;
  };
  // The seeds' standard deviation was up to 0.007 in 20000 steps; these are 8000.
  for (const Row& row : {Row{1, .953, .01}, Row{2, .821, .02}, Row{3, .621, .04}, Row{5, .132, .02}}) {
    Swarm swarm({.agents = 100, .model = "vicsek", .box = 5});
    expect_ok(swarm.set("noise", row.eta));
    EXPECT_NEAR(mean_over(swarm, 2000, 8000).polarisation, row.polarisation, row.tolerance) << "eta " << row.eta;
  }
}

TEST(Couzin, a_group_swarms_mills_or_flies_in_parallel_as_its_zone_of_orientation_widens) {
  struct Row {
    double delta_ro, delta_ra, polarisation, tolerance, rotation, rotation_tolerance;
  };
  for (const Row& row : {Row{0, 14, .18, .1, .22, .12}, Row{2, 10, .16, .15, .75, .12}, Row{4, 10, 1, .02, .01, .05}}) {
    Swarm swarm({.agents = 100, .model = "couzin"});
    set_all(swarm, {{"delta_ro", row.delta_ro}, {"delta_ra", row.delta_ra}});
    const Mean mean = mean_over(swarm, 4500, 500);
    EXPECT_NEAR(mean.polarisation, row.polarisation, row.tolerance) << "delta_ro " << row.delta_ro;
    EXPECT_NEAR(mean.rotation, row.rotation, row.rotation_tolerance) << "delta_ro " << row.delta_ro;
  }
}

TEST(Couzin, an_agent_alone_errs_with_sigma_and_turns_no_faster_than_it_can) {
  Swarm swarm({.agents = 1, .model = "couzin"});
  expect_ok(swarm.set("sigma", 0.2));
  for (const double rate : {3600.0, 40.0}) {
    expect_ok(swarm.set("turning_rate", rate));
    expect_ok(swarm.start());
    double squares = 0, most = 0;
    for (int k = 0; k < 20000; ++k) {
      const V3 before = at(swarm.state().velocity, 0).unit();
      run(swarm, 1);
      const double angle = (at(swarm.state().velocity, 0).unit() - before).length();
      squares += angle * angle / 20000;
      most = std::max(most, angle);
    }
    if (rate == 3600.0) {
      EXPECT_NEAR(std::sqrt(squares), 0.2, 0.01);
    } else {
      EXPECT_NEAR(most, 4 * std::acos(-1.0) / 180, 1e-4);
    }
  }
}

TEST(Couzin, a_group_starts_connected) {
  Swarm swarm({.agents = 100, .model = "couzin"});
  expect_ok(swarm.start());
  const View state = swarm.state();
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_LE(at(state.position, i).length(), 5.0001);
    EXPECT_NEAR(at(state.velocity, i).length(), 3, 1e-5);
  }
}

TEST(Reynolds, a_flock_aligns_itself) {
  Swarm swarm({.agents = 400, .model = "reynolds", .box = 150});
  expect_ok(swarm.set("radius", 15));
  expect_ok(swarm.start());
  const double before = polarisation(swarm.state(), 2);
  run(swarm, 1500);
  EXPECT_GT(polarisation(swarm.state(), 2), before + 0.9);
  for (std::size_t i = 0; i < 400; ++i) EXPECT_NEAR(at(swarm.state().velocity, i, 2).length(), 1, 1e-5);
}

TEST(Topological, a_flock_aligns_itself) {
  Swarm swarm({.agents = 500, .model = "topological"});
  expect_ok(swarm.start());
  run(swarm, 500);
  EXPECT_GT(polarisation(swarm.state(), 3), 0.9);
  EXPECT_EQ(swarm.stats().neighbours, 500u * 7u);
}

}  // namespace
}  // namespace swarm::test
