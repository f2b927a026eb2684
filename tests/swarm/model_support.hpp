// What the tests of the models share: states of any dimension, the models' rules written down plainly in double over
// all pairs, and what a group is measured by.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "random.hpp"
#include "support.hpp"

namespace swarm::test {

using Settings = std::vector<std::pair<std::string, double>>;

// A frame of a model without bodies.
struct State {
  State(std::size_t agents, std::size_t d) : position(d * agents, 0.0f), velocity(d * agents, 0.0f), dimensions(d) {}

  std::size_t agents() const { return position.size() / dimensions; }
  View view() const { return {position, velocity}; }
  Frame frame() {
    Frame f;
    f.position = position;
    f.velocity = velocity;
    return f;
  }

  std::vector<float> position, velocity;
  std::size_t dimensions;
};

inline V3 at(std::span<const float> numbers, std::size_t i, std::size_t dimensions) {
  if (dimensions == 3) return at(numbers, i);
  return {numbers[2 * i], numbers[2 * i + 1], 0};
}

inline double dot(V3 a, V3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

// Positions uniform in [from, to), headings to all sides with that speed.
inline State scattered_state(std::size_t agents, std::size_t dimensions, float from, float to, double speed,
                             unsigned seed) {
  State s(agents, dimensions);
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> place(from, to);
  std::normal_distribution<double> side;
  for (float& x : s.position) x = place(engine);
  for (std::size_t i = 0; i < agents; ++i) {
    const double x = side(engine), y = side(engine), z = dimensions == 3 ? side(engine) : 0;
    const V3 v = V3{x, y, z}.unit() * speed;
    for (std::size_t axis = 0; axis < dimensions; ++axis)
      s.velocity[dimensions * i + axis] = static_cast<float>(axis == 0 ? v.x : axis == 1 ? v.y : v.z);
  }
  return s;
}

inline void set_all(Swarm& swarm, const Settings& settings) {
  for (const auto& [name, value] : settings) expect_ok(swarm.set(name, value));
}

inline double value_of(const Swarm& swarm, const char* name) {
  return swarm.parameters()[swarm.parameters().find(name).value()];
}

// One agent's step by the rules, before it meets the border.
struct Move {
  V3 velocity, displacement;
};

// All pairs of a state in a swarm's space.
struct World {
  const Swarm& swarm;
  const State& state;

  V3 position(std::size_t i) const { return at(state.position, i, state.dimensions); }
  V3 velocity(std::size_t i) const { return at(state.velocity, i, state.dimensions); }
  V3 heading(std::size_t i) const { return velocity(i).unit(); }
  double parameter(const char* name) const { return value_of(swarm, name); }

  double shortest(double d) const {
    return swarm.boundary() == Boundary::periodic ? d - swarm.box() * std::round(d / swarm.box()) : d;
  }
  V3 way(std::size_t i, std::size_t j) const {
    const V3 d = position(j) - position(i);
    return {shortest(d.x), shortest(d.y), shortest(d.z)};
  }
  std::vector<std::size_t> within(std::size_t i, double radius) const {
    std::vector<std::size_t> found;
    for (std::size_t j = 0; j < state.agents(); ++j) {
      if (j != i && way(i, j).length() <= radius) found.push_back(j);
    }
    return found;
  }
  std::vector<std::size_t> nearest(std::size_t i, std::size_t k) const {
    std::vector<std::size_t> others = within(i, HUGE_VAL);
    std::ranges::stable_sort(others, {}, [&](std::size_t j) { return way(i, j).length(); });
    others.resize(std::min(k, others.size()));
    return others;
  }

  // Within the radius of the centre's pull, without sources and wind.
  Move zones(std::size_t i, const Zones& zones) const {
    V3 force;
    for (std::size_t j = 0; j < state.agents(); ++j) {
      if (j != i) force = force + zones.force({}, way(i, j), velocity(j));
    }
    V3 v = velocity(i) + force * (1.0 / swarm.masses()[i]);
    if (v.length() > swarm.max_speeds()[i]) v = v.unit() * swarm.max_speeds()[i];
    return {v, v};
  }

  Move vicsek(std::size_t i, std::uint64_t seed, std::uint64_t step) const {
    V3 sum = heading(i);
    const auto neighbours = within(i, parameter("radius"));
    for (const std::size_t j : neighbours) sum = sum + heading(j);
    const double noise = parameter("noise"), turn = 2 * std::acos(-1.0);
    const double u = Random(seed).uniform(Purpose::motion, (step << 32) | i)[0] - 0.5;
    double error = noise * u;
    if (parameter("noise_kind") == 1) {
      sum = sum + V3{std::cos(turn * u), std::sin(turn * u), 0} * (noise * static_cast<double>(neighbours.size() + 1));
      error = 0;
    }
    const double angle = std::atan2(sum.y, sum.x) + error;
    return {V3{std::cos(angle), std::sin(angle), 0} * parameter("speed"), velocity(i)};
  }

  Move reynolds(std::size_t i) const {
    V3 cohere, separate, match;
    const auto neighbours = within(i, parameter("radius"));
    for (const std::size_t j : neighbours) {
      cohere = cohere + way(i, j);
      if (way(i, j).length() < parameter("separation")) separate = separate - way(i, j);
      match = match + heading(j);
    }
    const double n = std::max<double>(static_cast<double>(neighbours.size()), 1);
    const V3 turned = heading(i) + cohere * (parameter("cohere") / n) + separate * (parameter("separate") / n) +
                      match * (parameter("match") / n);
    const V3 v = turned.unit() * parameter("speed");
    return {v, v};
  }

  // Without error: sigma has to be 0.
  Move couzin(std::size_t i) const {
    const double r = parameter("repulsion_radius"), o = r + parameter("delta_ro"), a = o + parameter("delta_ra");
    const double degree = std::acos(-1.0) / 180, blind = parameter("blind_angle") / 2 * degree;
    V3 away, wish;
    for (const std::size_t j : within(i, a)) {
      const V3 u = way(i, j).unit();
      const double d = way(i, j).length();
      const bool is_seen = std::acos(std::clamp(-dot(heading(i), u), -1.0, 1.0)) >= blind;
      if (d < r) away = away - u;
      if (d >= r && is_seen) wish = wish + (d < o ? heading(j) : u);
    }
    if (away.length() > 0) wish = away;
    const V3 to = wish.length() > 0 ? wish.unit() : heading(i);
    const double angle = std::acos(std::clamp(dot(heading(i), to), -1.0, 1.0));
    const double most = parameter("turning_rate") * degree * parameter("tau");
    const double t = angle > most ? most / angle : 1;
    const V3 turned = angle > 1e-6 ? heading(i) * std::sin((1 - t) * angle) + to * std::sin(t * angle) : to;
    const V3 v = turned.unit() * parameter("speed");
    return {v, v * parameter("tau")};
  }

  // Without noise.
  Move topological(std::size_t i) const {
    V3 headings, ways, apart;
    const auto neighbours = nearest(i, static_cast<std::size_t>(parameter("neighbours")));
    for (const std::size_t j : neighbours) {
      headings = headings + heading(j);
      ways = ways + way(i, j);
      if (way(i, j).length() < parameter("separation_distance")) apart = apart - way(i, j).unit();
    }
    const double n = std::max<double>(static_cast<double>(neighbours.size()), 1);
    const V3 turned = heading(i) + headings * (parameter("alignment") / n) + ways * (parameter("cohesion") / n) +
                      apart * (parameter("separation") / n);
    const V3 v = turned.unit() * parameter("speed");
    return {v, v};
  }
};

// Along one axis.
inline void meet_border(const Swarm& swarm, double& x, double& v) {
  if (swarm.boundary() == Boundary::periodic) x -= swarm.box() * std::floor(x / swarm.box());
  if (swarm.boundary() != Boundary::walled) return;
  if (x < 0) x = -x, v = std::abs(v);
  if (x > swarm.box()) x = 2 * swarm.box() - x, v = -std::abs(v);
}

// What a group is measured by, as in Tunstrom et al. 2013.
inline double polarisation(const View& state, std::size_t d) {
  V3 sum;
  const std::size_t agents = state.velocity.size() / d;
  for (std::size_t i = 0; i < agents; ++i) sum = sum + at(state.velocity, i, d).unit();
  return sum.length() / static_cast<double>(agents);
}

// About the centroid: in open space.
inline double rotation(const View& state, std::size_t d) {
  V3 centre, sum;
  const std::size_t agents = state.position.size() / d;
  for (std::size_t i = 0; i < agents; ++i)
    centre = centre + at(state.position, i, d) * (1.0 / static_cast<double>(agents));
  for (std::size_t i = 0; i < agents; ++i) {
    const V3 u = at(state.velocity, i, d).unit(), r = (at(state.position, i, d) - centre).unit();
    sum = sum + V3{u.y * r.z - u.z * r.y, u.z * r.x - u.x * r.z, u.x * r.y - u.y * r.x};
  }
  return sum.length() / static_cast<double>(agents);
}

inline void run(Swarm& swarm, int steps) {
  for (int k = 0; k < steps; ++k) {
    if (const Outcome done = swarm.step(); !done) FAIL() << done.text;
  }
}

// All positions, then all velocities.
inline std::vector<float> state_after(const Options& options, int steps) {
  Swarm swarm(options);
  if (options.model == "zones") expect_ok(swarm.set("automatic", 1));
  expect_ok(swarm.start());
  run(swarm, steps);
  std::vector<float> numbers(swarm.state().position.begin(), swarm.state().position.end());
  numbers.insert(numbers.end(), swarm.state().velocity.begin(), swarm.state().velocity.end());
  return numbers;
}

}  // namespace swarm::test
