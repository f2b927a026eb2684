// Couzin, Krause, James, Ruxton, Franks: Collective memory and spatial sorting in animal groups. J. theor. Biol. 218,
// 1-11 (2002). Zones of repulsion, orientation and attraction; repulsion comes first.
#include <array>
#include <cmath>
#include <numbers>

#include "rules_kernel.hpp"

namespace swarm {
namespace {

enum : std::uint8_t { kRepulsion, kOrientation, kAttraction, kBlind, kTurning, kSpeed, kSigma, kTau };
constexpr auto kReal = ParameterType::real;
constexpr double kDegree = std::numbers::pi / 180;

constexpr std::array<ParameterInfo, 8> kParameters{{
    {Parameter{kRepulsion}, "repulsion_radius", "zones", kReal, "length", 1, 0.01, 100,
     "Distance below which agents turn away from each other and mind nobody else."},
    {Parameter{kOrientation}, "delta_ro", "zones", kReal, "length", 2, 0, 100,
     "Width of the zone of orientation, which begins at the repulsion radius."},
    {Parameter{kAttraction}, "delta_ra", "zones", kReal, "length", 10, 0, 100,
     "Width of the zone of attraction, which begins where orientation ends."},
    {Parameter{kBlind}, "blind_angle", "senses", kReal, "deg", 90, 0, 360,
     "Angle behind an agent in which it neither orients itself nor is attracted."},
    {Parameter{kTurning}, "turning_rate", "motion", kReal, "deg/s", 40, 0, 3600, "The fastest an agent can turn."},
    {Parameter{kSpeed}, "speed", "motion", kReal, "length/s", 3, 1e-6, 1000, "The speed of every agent."},
    {Parameter{kSigma}, "sigma", "motion", kReal, "rad", 0.05, 0, 3.2,
     "Standard deviation of the angle by which an agent errs."},
    {Parameter{kTau}, "tau", "motion", kReal, "s", 0.1, 1e-6, 10, "The model's own time that one step takes."},
}};
static_assert(in_order(kParameters));

// Room for a group of the usual start, several times over.
double usual_box(std::uint32_t agents) { return 40 * std::cbrt(std::max(agents, 1u) / 100.0); }

Sum<3> cross(const Sum<3>& a, const Sum<3>& b) {
  return {{a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]}};
}

// A unit vector at right angles to a and to the axis of its smallest component.
Sum<3> perpendicular(const Sum<3>& a) {
  std::size_t least = 0;
  for (std::size_t axis = 1; axis < 3; ++axis) {
    if (std::abs(a[axis]) < std::abs(a[least])) least = axis;
  }
  Sum<3> unit;
  unit[least] = 1;
  return direction(cross(a, unit), unit);
}

// From one unit vector towards another, by at most that angle.
Sum<3> turn_towards(const Sum<3>& from, const Sum<3>& to, double most) {
  const Sum<3> axis = cross(from, to);
  if (std::atan2(length(axis), dot(from, to)) <= most) return to;
  const Sum<3> side = direction(to - from * dot(from, to), perpendicular(from));
  return direction(from * std::cos(most) + side * std::sin(most), from);
}

// Turned by an angle with a normal distribution, in a direction that is uniform.
Sum<3> err(const Sum<3>& heading, double sigma, const Draw& draw) {
  const auto u = draw.uniform();
  const double angle =
      sigma * std::sqrt(-2 * std::log(1 - double{u[0]})) * std::cos(2 * std::numbers::pi * double{u[1]});
  const double around = 2 * std::numbers::pi * double{u[2]};
  const Sum<3> side = perpendicular(heading);
  const Sum<3> other = side * std::cos(around) + cross(heading, side) * std::sin(around);
  return direction(heading * std::cos(angle) + other * std::sin(angle), heading);
}

class Couzin {
 public:
  static constexpr std::size_t kDimensions = 3;

  explicit Couzin(const Parameters& p)
      : repulsion_(p[Parameter{kRepulsion}]),
        orientation_(repulsion_ + p[Parameter{kOrientation}]),
        attraction_(orientation_ + p[Parameter{kAttraction}]),
        field_(std::cos((180 - p[Parameter{kBlind}] / 2) * kDegree)),
        speed_(p[Parameter{kSpeed}]),
        sigma_(p[Parameter{kSigma}]),
        tau_(p[Parameter{kTau}]),
        most_(p[Parameter{kTurning}] * kDegree * tau_) {}

  double speed() const { return speed_; }
  float radius() const { return static_cast<float>(attraction_); }
  // The density of 100 agents in a ball of radius 5, at which every agent has neighbours.
  static double start_radius(std::uint32_t agents) { return 5 * std::cbrt(std::max(agents, 1u) / 100.0); }

  Motion<3> move(const Self<3>& self, const Found<3>& neighbours, const Draw& draw) const {
    const Sum<3> heading = direction(wide(self.heading), Sum<3>{{1, 0, 0}});
    const Sum<3> wanted = err(direction(wish(heading, neighbours), heading), sigma_, draw);
    const Sum<3> velocity = turn_towards(heading, wanted, most_) * speed_;
    return {narrow(velocity), narrow(velocity * tau_)};
  }

 private:
  // Zero if no rule gives a direction.
  Sum<3> wish(const Sum<3>& heading, const Found<3>& neighbours) const {
    Sum<3> away, along, towards;
    bool is_crowded = false;
    for (const auto other : neighbours) {
      const double distance = std::sqrt(double{other.square});
      if (!(distance > 0)) continue;
      const Sum<3> way = wide(other.to) * (1 / distance);
      if (distance < repulsion_) {
        away -= way;
        is_crowded = true;
      } else if (dot(heading, way) >= field_) {
        (distance < orientation_ ? along : towards) += distance < orientation_ ? wide(other.heading) : way;
      }
    }
    return is_crowded ? away : along + towards;
  }

  double repulsion_, orientation_, attraction_, field_, speed_, sigma_, tau_, most_;
};

}  // namespace

const ModelEntry kCouzin = {
    .info =
        {
            .name = "couzin",
            .help = "Repulsion, orientation, attraction in 3D (Couzin et al. 2002).",
            .dimensions = 3,
            .boundary = Boundary::open,
            .has_bodies = false,
            .agents = 100,
            .velocity_unit = "length/s",
            .parameters = kParameters,
            .triggers = {},
            .commands = kCommonCommands3d,
            .box = usual_box,
        },
    .make = make_kernel<Couzin>,
};

}  // namespace swarm
