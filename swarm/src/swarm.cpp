#include "swarm/swarm.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>
#include <string>

#include "noise.hpp"
#include "swarm_state.hpp"

namespace swarm {
namespace {

// Measured: with these a flock of 100 to 100,000 neither collapses nor disperses; see swarm/README.md.
constexpr double kStartBoxScale = 60.0, kCentreRadiusScale = 32.5;
constexpr float kLeastMass = 2.0f, kMassSpread = 1.5f;
constexpr float kLeastMaxSpeed = 5.0f, kMaxSpeedSpread = 2.0f;
constexpr Vector kStartCentre{0, 0, 100};

Vector operator+(Vector a, Vector b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
Vector operator-(Vector a, Vector b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
Vector operator*(Vector a, double s) {
  return {static_cast<float>(a.x * s), static_cast<float>(a.y * s), static_cast<float>(a.z * s)};
}

// In double: the square of any float is finite there.
double length(Vector a) { return std::sqrt(double{a.x} * a.x + double{a.y} * a.y + double{a.z} * a.z); }

Vector at(std::span<const float> triples, std::size_t agent) {
  return {triples[3 * agent], triples[3 * agent + 1], triples[3 * agent + 2]};
}

void put(std::span<float> triples, std::size_t agent, Vector v) {
  triples[3 * agent] = v.x;
  triples[3 * agent + 1] = v.y;
  triples[3 * agent + 2] = v.z;
}

// The forces on one agent that do not come from the flock.
class BodyForces {
 public:
  BodyForces(const Parameters& p, std::span<const Source> attractors, std::span<const Source> repulsors)
      : attractors_(attractors),
        repulsors_(repulsors),
        centre_{static_cast<float>(p[Parameter::centre_x]), static_cast<float>(p[Parameter::centre_y]),
                static_cast<float>(p[Parameter::centre_z])},
        centre_strength_(p[Parameter::centre_strength]),
        centre_radius_(p[Parameter::centre_radius]),
        pull_(p[Parameter::attractor_strength]),
        pull_minimum_(p[Parameter::attractor_minimum]),
        push_(p[Parameter::repulsor_strength]),
        push_minimum_(p[Parameter::repulsor_minimum]),
        wind_(p[Parameter::wind_amount]),
        wind_scale_(p[Parameter::wind_scale]) {}

  Vector on(Vector position) const {
    Vector force = centre_pull(position);
    for (const Source& s : attractors_) force = force + towards(s, position, pull_, pull_minimum_);
    for (const Source& s : repulsors_) force = force + towards(s, position, -push_, push_minimum_);
    if (wind_ > 0) force = force + wind(position);
    return force;
  }

 private:
  Vector centre_pull(Vector position) const {
    const Vector to = centre_ - position;
    const double distance = length(to);
    if (!(distance > centre_radius_)) return {0, 0, 0};
    return to * (centre_strength_ * (distance - centre_radius_) / distance);
  }

  static Vector towards(const Source& source, Vector position, double strength, double minimum) {
    const Vector to = Vector{source.x, source.y, source.z} - position;
    const double distance = length(to);
    if (!(distance > minimum)) return {0, 0, 0};
    return to * (strength / (distance * distance));
  }

  Vector wind(Vector p) const {
    return Vector{signed_noise(p.x * wind_scale_), signed_noise(p.y * wind_scale_), signed_noise(p.z * wind_scale_)} *
           wind_;
  }

  std::span<const Source> attractors_, repulsors_;
  Vector centre_;
  double centre_strength_, centre_radius_, pull_, pull_minimum_, push_, push_minimum_, wind_, wind_scale_;
};

Vector clamp_speed(Vector velocity, float max_speed) {
  const double speed = length(velocity);
  return speed > max_speed ? velocity * (max_speed / speed) : velocity;
}

ZoneModel zones(const Parameters& p) {
  const auto value = [&p](Parameter which) { return static_cast<float>(p[which]); };
  return {value(Parameter::neighbourhood), value(Parameter::low_threshold), value(Parameter::high_threshold),
          value(Parameter::separation),    value(Parameter::alignment),     value(Parameter::cohesion)};
}

Outcome check_span(const char* name, std::size_t have, std::size_t want, bool required) {
  if (have == want || (have == 0 && !required)) return Outcome::done();
  return Outcome::refused("the span '" + std::string(name) + "' has " + std::to_string(have) + " elements and needs " +
                          std::to_string(want));
}

bool overlap(std::span<const float> a, std::span<const float> b) {
  const std::less<const float*> before;
  return before(a.data(), b.data() + b.size()) && before(b.data(), a.data() + a.size());
}

}  // namespace

double start_box_for(std::uint32_t agents) {
  return kStartBoxScale * std::cbrt(static_cast<double>(std::max(agents, 1u)));
}

double centre_radius_for(std::uint32_t agents) {
  const auto& info = parameter_table()[static_cast<std::size_t>(Parameter::centre_radius)];
  return std::clamp(kCentreRadiusScale * std::cbrt(static_cast<double>(agents)), info.fallback, info.maximum);
}

Swarm::State::State(const Options& o) : options(o), random(o.seed), mass(o.agents), max_speed(o.agents) {
  if (options.start_box == 0) options.start_box = start_box_for(options.agents);
  for (std::uint32_t i = 0; i < options.agents; ++i) {
    const auto u = random.uniform(Purpose::body, i);
    mass[i] = kLeastMass + kMassSpread * u[0];
    max_speed[i] = kLeastMaxSpeed + kMaxSpeedSpread * u[1];
  }
}

Outcome Swarm::State::check(const Frame& f) const {
  const std::size_t n = options.agents;
  for (const Outcome& fault :
       {check_span("position", f.position.size(), 3 * n, true), check_span("velocity", f.velocity.size(), 3 * n, true),
        check_span("mass", f.mass.size(), n, false), check_span("max_speed", f.max_speed.size(), n, false),
        check_span("id", f.id.size(), n, false),
        check_span("attractor_position", f.attractor_position.size(), 3 * kSourceCapacity, false),
        check_span("attractor_remaining", f.attractor_remaining.size(), kSourceCapacity, false),
        check_span("repulsor_position", f.repulsor_position.size(), 3 * kSourceCapacity, false),
        check_span("repulsor_remaining", f.repulsor_remaining.size(), kSourceCapacity, false)}) {
    if (!fault) return fault;
  }
  return Outcome::done();
}

Outcome Swarm::State::check(const View& previous, const Frame& next) const {
  const std::size_t n = options.agents;
  if (Outcome fault = check_span("previous position", previous.position.size(), 3 * n, true); !fault) return fault;
  if (Outcome fault = check_span("previous velocity", previous.velocity.size(), 3 * n, true); !fault) return fault;
  if (overlap(previous.position, next.position) || overlap(previous.velocity, next.velocity)) {
    return Outcome::refused("the previous and the next frame overlap: a step reads one while it fills the other");
  }
  return check(next);
}

void Swarm::State::write_start(const Frame& first) const {
  const auto edge = static_cast<float>(options.start_box);
  for (std::uint32_t i = 0; i < options.agents; ++i) {
    const auto p = random.uniform(Purpose::start_position, i);
    const auto v = random.uniform(Purpose::start_velocity, i);
    put(first.position, i, kStartCentre + Vector{p[0] - 0.5f, p[1] - 0.5f, p[2] - 0.5f} * edge);
    put(first.velocity, i, {2 * v[0] - 1, 2 * v[1] - 1, 2 * v[2] - 1});
  }
}

// What every frame shows beside positions and velocities, and the agents that were placed.
void Swarm::State::finish(const Frame& f) {
  for (const Placement& p : placements) put(f.position, p.agent, p.position);
  placements.clear();
  if (!f.mass.empty()) std::ranges::copy(mass, f.mass.begin());
  if (!f.max_speed.empty()) std::ranges::copy(max_speed, f.max_speed.begin());
  for (std::size_t i = 0; i < f.id.size(); ++i) f.id[i] = static_cast<std::uint32_t>(i);
  attractors.publish(step, options.steps_per_second, f.attractor_position, f.attractor_remaining);
  repulsors.publish(step, options.steps_per_second, f.repulsor_position, f.repulsor_remaining);
}

void Swarm::State::repeat(const View& previous, const Frame& next) const {
  std::ranges::copy(previous.position, next.position.begin());
  std::ranges::copy(previous.velocity, next.velocity.begin());
}

void Swarm::State::add_automatic() {
  if (!automatic.due(parameters.flag(Parameter::automatic), step, options.steps_per_second, random)) return;
  // Where there is no room the automatic mode leaves one out.
  (void)attractors.add_random(random, expiry(kSourceSeconds));
  (void)repulsors.add_random(random, expiry(kSourceSeconds));
}

void Swarm::State::advance(const View& previous, const Frame& next) {
  add_automatic();
  const ZoneModel model = zones(parameters);
  const BodyForces body(parameters, attractors.alive(), repulsors.alive());
  grid.build(previous.position, model.radius);
  forces.gather(grid, previous);
  forces.for_each(grid, model, [&](std::uint32_t agent, Vector flock) {
    const Vector position = at(previous.position, agent);
    const Vector force = flock + body.on(position);
    const Vector velocity = clamp_speed(at(previous.velocity, agent) + force * (1.0 / mass[agent]), max_speed[agent]);
    put(next.velocity, agent, velocity);
    put(next.position, agent, position + velocity);
  });
  // An agent whose position is not finite feels nothing and stays as it is, until it is placed.
  for (const std::uint32_t agent : grid.left_out()) {
    put(next.velocity, agent, at(previous.velocity, agent));
    put(next.position, agent, at(previous.position, agent));
  }
  stats = {forces.neighbours(), forces.candidates(), grid.largest_cell()};
  ++step;
  attractors.expire(step);
  repulsors.expire(step);
}

Frame Swarm::State::own_frame(std::size_t which) {
  OwnFrame& f = own[which];
  f.position.resize(std::size_t{3} * options.agents);
  f.velocity.resize(std::size_t{3} * options.agents);
  Frame frame;
  frame.position = f.position;
  frame.velocity = f.velocity;
  return frame;
}

Outcome Swarm::check(const Options& o) {
  if (o.agents > kMaxAgents) return Outcome::refused("agents must be at most " + std::to_string(kMaxAgents));
  if (!(o.steps_per_second > 0 && o.steps_per_second <= 1e6)) {
    return Outcome::refused("steps_per_second must be above 0 and at most 1e6");
  }
  if (!(o.start_box >= 0 && o.start_box <= kReach)) {
    return Outcome::refused("start_box must be between 0 (chosen by the number of agents) and 1e6");
  }
  return Outcome::done();
}

Swarm::Swarm(const Options& options) {
  if (const Outcome fault = check(options); !fault) throw std::invalid_argument(fault.text);
  state_ = std::make_unique<State>(options);
}
Swarm::~Swarm() = default;
Swarm::Swarm(Swarm&&) noexcept = default;
Swarm& Swarm::operator=(Swarm&&) noexcept = default;

Outcome Swarm::start(const Frame& first) {
  State& s = *state_;
  if (Outcome fault = s.check(first); !fault) return fault;
  s.step = 0;
  s.paused = false;
  s.single_steps = 0;
  s.placements.clear();
  s.attractors.reset();
  s.repulsors.reset();
  s.automatic.reset();
  s.stats = {};
  s.write_start(first);
  s.finish(first);
  return Outcome::done();
}

Outcome Swarm::step(const View& previous, const Frame& next) {
  State& s = *state_;
  if (Outcome fault = s.check(previous, next); !fault) return fault;
  if (s.paused && s.single_steps == 0) {
    s.repeat(previous, next);
  } else {
    s.single_steps -= s.single_steps > 0;
    s.advance(previous, next);
  }
  s.finish(next);
  return Outcome::done();
}

Outcome Swarm::start() {
  state_->own_current = 0;
  return start(state_->own_frame(0));
}

Outcome Swarm::step() {
  State& s = *state_;
  if (s.own[s.own_current].position.size() != std::size_t{3} * s.options.agents) {
    return Outcome::refused("the swarm has no frame of its own yet: call start() first");
  }
  const std::size_t next = 1 - s.own_current;
  if (Outcome fault = step(state(), s.own_frame(next)); !fault) return fault;
  s.own_current = next;
  return Outcome::done();
}

View Swarm::state() const {
  return {state_->own[state_->own_current].position, state_->own[state_->own_current].velocity};
}
std::uint32_t Swarm::agents() const { return state_->options.agents; }
std::uint64_t Swarm::step_count() const { return state_->step; }
double Swarm::time() const { return static_cast<double>(state_->step) / state_->options.steps_per_second; }
bool Swarm::paused() const { return state_->paused; }
double Swarm::start_box() const { return state_->options.start_box; }
const Parameters& Swarm::parameters() const { return state_->parameters; }
std::span<const Source> Swarm::attractors() const { return state_->attractors.alive(); }
std::span<const Source> Swarm::repulsors() const { return state_->repulsors.alive(); }
std::span<const float> Swarm::masses() const { return state_->mass; }
std::span<const float> Swarm::max_speeds() const { return state_->max_speed; }
const StepStats& Swarm::stats() const { return state_->stats; }

}  // namespace swarm
