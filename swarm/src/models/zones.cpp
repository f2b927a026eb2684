// The model of the original project: separation, alignment and cohesion in zones of distance, a pull to the centre,
// attractors, repulsors and wind. The pairs' part is flock_forces.hpp.
#include <algorithm>
#include <array>
#include <cmath>

#include "flock_forces.hpp"
#include "grid.hpp"
#include "kernel.hpp"
#include "noise.hpp"
#include "sources.hpp"

namespace swarm {
namespace {

using enum Parameter;
constexpr auto kReal = ParameterType::real;
constexpr auto kBoolean = ParameterType::boolean;

constexpr std::array<ParameterInfo, kParameterCount> kParameters{{
    {separation, "separation", "flocking", kReal, "", 0.001, 1e-5, 0.1, "Strength that pushes close agents apart."},
    {alignment, "alignment", "flocking", kReal, "", 0.001, 1e-5, 0.1,
     "Strength that turns agents along the headings of others."},
    {cohesion, "cohesion", "flocking", kReal, "", 0.001, 1e-5, 0.1, "Strength that draws distant neighbours together."},
    {neighbourhood, "neighbourhood", "flocking", kReal, "length", 100, 10, 500,
     "Distance up to which agents notice each other."},
    {low_threshold, "low_threshold", "flocking", kReal, "", 0.4, 0, 1,
     "Squared relative distance below which neighbours separate."},
    {high_threshold, "high_threshold", "flocking", kReal, "", 0.76, 0, 1,
     "Squared relative distance from which neighbours cohere; between the thresholds they align."},
    {centre_strength, "centre_strength", "centre", kReal, "", 0.001, 0, 0.01,
     "Pull back towards the centre, per length beyond the radius."},
    {centre_radius, "centre_radius", "centre", kReal, "length", 100, 10, 10000,
     "Distance from the centre beyond which the pull acts."},
    {centre_x, "centre_x", "centre", kReal, "length", 0, -10000, 10000, "Centre of the pull, x."},
    {centre_y, "centre_y", "centre", kReal, "length", 0, -10000, 10000, "Centre of the pull, y."},
    {centre_z, "centre_z", "centre", kReal, "length", 100, -10000, 10000, "Centre of the pull, z."},
    {attractor_strength, "attractor_strength", "attractors", kReal, "", 10, 0, 1000,
     "Pull of each attractor: strength / distance."},
    {attractor_minimum, "attractor_minimum", "attractors", kReal, "length", 10, 0, 1000,
     "Distance up to which an attractor does nothing."},
    {automatic, "automatic", "attractors", kBoolean, "", 0, 0, 1,
     "Adds an attractor and a repulsor every 3 to 20 seconds."},
    {repulsor_strength, "repulsor_strength", "repulsors", kReal, "", 10, 0, 1000,
     "Push of each repulsor: strength / distance."},
    {repulsor_minimum, "repulsor_minimum", "repulsors", kReal, "length", 10, 0, 1000,
     "Distance up to which a repulsor does nothing."},
    {wind_amount, "wind_amount", "wind", kReal, "", 0, 0, 1, "Largest force of the wind along each axis."},
    {wind_scale, "wind_scale", "wind", kReal, "1/length", 0.001, 0, 0.001, "How fast the wind changes with position."},
}};

static_assert(in_order(kParameters), "the table follows the enumeration");

constexpr std::array<TriggerInfo, 4> kTriggers{{
    {"add_attractor", "Adds an attractor at a random place for 10 seconds."},
    {"clear_attractors", "Removes all attractors."},
    {"add_repulsor", "Adds a repulsor at a random place for 10 seconds."},
    {"clear_repulsors", "Removes all repulsors."},
}};

constexpr std::array<std::string_view, 4> kSourceArguments{"x", "y", "z", "seconds"};

constexpr std::array<CommandInfo, 6> kCommands{{
    {"attract", kSourceArguments, "Adds an attractor at x y z for that many seconds."},
    {"repel", kSourceArguments, "Adds a repulsor at x y z for that many seconds."},
    kCommonCommands3d[0],
    kCommonCommands3d[1],
    kCommonCommands3d[2],
    kCommonCommands3d[3],
}};

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

void move(const Space& space, const Frame& next, std::uint32_t agent, Vector position, Vector velocity) {
  const Vector moved = position + velocity;
  Vec<3> p{{moved.x, moved.y, moved.z}}, v{{velocity.x, velocity.y, velocity.z}};
  space.settle(p, v);
  put_vec(next.velocity, agent, v);
  put_vec(next.position, agent, p);
}

ZoneModel zones(const Parameters& p) {
  const auto value = [&p](Parameter which) { return static_cast<float>(p[which]); };
  return {value(Parameter::neighbourhood), value(Parameter::low_threshold), value(Parameter::high_threshold),
          value(Parameter::separation),    value(Parameter::alignment),     value(Parameter::cohesion)};
}

class ZonesKernel final : public Kernel {
 public:
  explicit ZonesKernel(const Setup& setup)
      : setup_(setup), mass_(setup.agents), max_speed_(setup.agents), phases_(setup.clock, setup.workers->threads()) {
    for (std::uint32_t i = 0; i < setup_.agents; ++i) {
      const auto u = setup_.random.uniform(Purpose::body, i);
      mass_[i] = kLeastMass + kMassSpread * u[0];
      max_speed_[i] = kLeastMaxSpeed + kMaxSpeedSpread * u[1];
    }
  }

  void start(const Parameters& parameters, const Frame& first) override;
  StepStats advance(const Moment& moment, const View& previous, const Frame& next) override;
  void finish(std::uint64_t step, const Frame& frame) override;
  Outcome trigger(std::string_view name, std::uint64_t step) override;
  Outcome command(std::string_view name, std::span<const double> arguments, std::uint64_t step) override;
  Bodies bodies() const override { return {mass_, max_speed_, attractors_.alive(), repulsors_.alive()}; }

 private:
  std::uint64_t expiry(std::uint64_t step, double seconds) const;
  void add_automatic(const Moment& moment);
  template <class AnyGrid>
  void advance_in(const AnyGrid& grid, const ZoneModel& model, const Moment& moment, const View& previous,
                  const Frame& next);

  // Moves an agent under the forces of the flock and those on its body.
  struct Mover {
    const ZonesKernel& kernel;
    const BodyForces& body;
    const View& previous;
    const Frame& next;

    // Its numbers may lie anywhere in the frames, so they are prefetched while the neighbours are found.
    WINGBEAT_SWARM_ASKS void expect(std::uint32_t agent) const {
      const std::size_t first = std::size_t{3} * agent;
      expect_read(&previous.position[first]);
      expect_read(&previous.velocity[first]);
      expect_write(&next.position[first]);
      expect_write(&next.velocity[first]);
      expect_read(&kernel.mass_[agent]);
      expect_read(&kernel.max_speed_[agent]);
    }

    void to(std::uint32_t agent, Vector flock) const {
      const Vector position = at(previous.position, agent);
      const Vector force = flock + body.on(position);
      const Vector velocity =
          clamp_speed(at(previous.velocity, agent) + force * (1.0 / kernel.mass_[agent]), kernel.max_speed_[agent]);
      move(kernel.setup_.space, next, agent, position, velocity);
    }
  };

  Setup setup_;
  std::vector<float> mass_, max_speed_;
  SourceList attractors_{"attractor", Purpose::attractor};
  SourceList repulsors_{"repulsor", Purpose::repulsor};
  AutomaticMode automatic_;

  // Working memory of a step; nothing in it outlives the step.
  Phases phases_;
  Grid grid_;       // of open and walled space
  Cells<3> cells_;  // of a periodic one
  FlockForces forces_;
};

void ZonesKernel::start(const Parameters&, const Frame& first) {
  attractors_.reset();
  repulsors_.reset();
  automatic_.reset();
  const bool is_open = setup_.space.open();
  const auto edge = static_cast<float>(is_open ? setup_.start_box : double{setup_.space.box});
  const Vector centre = is_open ? kStartCentre : Vector{edge / 2, edge / 2, edge / 2};
  for (std::uint32_t i = 0; i < setup_.agents; ++i) {
    const auto p = setup_.random.uniform(Purpose::start_position, i);
    const auto v = setup_.random.uniform(Purpose::start_velocity, i);
    const Vector place = centre + Vector{p[0] - 0.5f, p[1] - 0.5f, p[2] - 0.5f} * edge;
    put(first.position, i, {setup_.space.fold(place.x), setup_.space.fold(place.y), setup_.space.fold(place.z)});
    put(first.velocity, i, {2 * v[0] - 1, 2 * v[1] - 1, 2 * v[2] - 1});
  }
}

StepStats ZonesKernel::advance(const Moment& moment, const View& previous, const Frame& next) {
  add_automatic(moment);
  const ZoneModel model = zones(moment.parameters);
  StepStats stats;
  phases_.begin();
  if (setup_.space.periodic()) {
    cells_.build(previous, setup_.space, double{model.radius}, *setup_.workers);
    advance_in(cells_, model, moment, previous, next);
    stats.largest_cell = cells_.largest_bucket();
  } else {
    grid_.build(previous.position, model.radius);
    advance_in(grid_, model, moment, previous, next);
    stats.largest_cell = grid_.largest_cell();
  }
  phases_.finish(stats);
  attractors_.expire(moment.step + 1);
  repulsors_.expire(moment.step + 1);
  stats.neighbours = forces_.neighbours();
  stats.candidates = forces_.candidates();
  return stats;
}

template <class AnyGrid>
void ZonesKernel::advance_in(const AnyGrid& grid, const ZoneModel& model, const Moment& moment, const View& previous,
                             const Frame& next) {
  const BodyForces body(moment.parameters, attractors_.alive(), repulsors_.alive());
  forces_.gather(grid, previous);
  phases_.sorted();
  forces_.for_each(grid, model, *setup_.workers, phases_, Mover{*this, body, previous, next});
  // An agent whose position is not finite has no forces and does not change until the command `place` moves it.
  for (const std::uint32_t agent : grid.left_out()) {
    put(next.velocity, agent, at(previous.velocity, agent));
    put(next.position, agent, at(previous.position, agent));
  }
}

void ZonesKernel::finish(std::uint64_t step, const Frame& frame) {
  if (!frame.mass.empty()) std::ranges::copy(mass_, frame.mass.begin());
  if (!frame.max_speed.empty()) std::ranges::copy(max_speed_, frame.max_speed.begin());
  attractors_.publish(step, setup_.steps_per_second, frame.attractor_position, frame.attractor_remaining);
  repulsors_.publish(step, setup_.steps_per_second, frame.repulsor_position, frame.repulsor_remaining);
}

Outcome ZonesKernel::trigger(std::string_view name, std::uint64_t step) {
  if (name == "add_attractor") return attractors_.add_random(setup_.random, expiry(step, kSourceSeconds));
  if (name == "add_repulsor") return repulsors_.add_random(setup_.random, expiry(step, kSourceSeconds));
  (name == "clear_attractors" ? attractors_ : repulsors_).clear();
  return Outcome::done();
}

Outcome ZonesKernel::command(std::string_view name, std::span<const double> arguments, std::uint64_t step) {
  for (const double c : arguments.first(3)) {
    if (std::abs(c) > kReach) return Outcome::refused("x, y and z must be between -1e6 and 1e6");
  }
  const double seconds = arguments[3];
  if (!(seconds > 0 && seconds <= kLongestSourceSeconds)) {
    return Outcome::refused("seconds must be above 0 and at most 3600");
  }
  SourceList& list = name == "attract" ? attractors_ : repulsors_;
  return list.add(static_cast<float>(arguments[0]), static_cast<float>(arguments[1]), static_cast<float>(arguments[2]),
                  expiry(step, seconds));
}

std::uint64_t ZonesKernel::expiry(std::uint64_t step, double seconds) const {
  return step + std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(seconds * setup_.steps_per_second)));
}

void ZonesKernel::add_automatic(const Moment& moment) {
  if (!automatic_.due(moment.parameters.flag(automatic), moment.step, setup_.steps_per_second, setup_.random)) return;
  // If there is no room, the automatic mode adds none.
  (void)attractors_.add_random(setup_.random, expiry(moment.step, kSourceSeconds));
  (void)repulsors_.add_random(setup_.random, expiry(moment.step, kSourceSeconds));
}

std::unique_ptr<Kernel> make_zones(const Setup& setup) { return std::make_unique<ZonesKernel>(setup); }

}  // namespace

std::span<const ParameterInfo, kParameterCount> parameter_table() { return kParameters; }
std::span<const TriggerInfo> trigger_table() { return kTriggers; }
std::span<const CommandInfo> command_table() { return kCommands; }

double start_box_for(std::uint32_t agents) {
  return kStartBoxScale * std::cbrt(static_cast<double>(std::max(agents, 1u)));
}

double centre_radius_for(std::uint32_t agents) {
  const auto& info = parameter_table()[static_cast<std::size_t>(Parameter::centre_radius)];
  return std::clamp(kCentreRadiusScale * std::cbrt(static_cast<double>(agents)), info.fallback, info.maximum);
}

const ModelEntry kZones = {
    .info =
        {
            .name = "zones",
            .help = "Separation, alignment and cohesion in zones of distance, in 3D, with attractors.",
            .dimensions = 3,
            .boundary = Boundary::open,
            .has_bodies = true,
            .agents = 10000,
            .velocity_unit = "length/step",
            .parameters = kParameters,
            .triggers = kTriggers,
            .commands = kCommands,
            .box = start_box_for,
        },
    .make = make_zones,
};

}  // namespace swarm
