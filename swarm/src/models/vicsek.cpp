// Vicsek, Czirok, Ben-Jacob, Cohen, Shochet: Novel type of phase transition in a system of self-driven particles.
// Phys. Rev. Lett. 75, 1226 (1995). Each agent takes the mean heading of all agents within the radius, itself included,
// with noise; in the same step it moves along its former heading.
// Vector noise: Gregoire, Chate, Phys. Rev. Lett. 92, 025702 (2004).
#include <array>
#include <cmath>
#include <numbers>

#include "rules_kernel.hpp"

namespace swarm {
namespace {

enum : std::uint8_t { kNoise, kNoiseKind, kRadius, kSpeed };
constexpr auto kReal = ParameterType::real;
constexpr double kTurn = 2 * std::numbers::pi;

constexpr std::array<ParameterInfo, 4> kParameters{{
    {Parameter{kNoise}, "noise", "noise", kReal, "rad", 1, 0, kTurn,
     "eta: headings err uniformly in -eta/2 to eta/2; with noise_kind 1 the strength of the random vector."},
    {Parameter{kNoiseKind}, "noise_kind", "noise", ParameterType::integer, "", 0, 0, 1,
     "0: an angle is added to the mean heading; 1: a random vector to each neighbour's."},
    {Parameter{kRadius}, "radius", "flocking", kReal, "length", 1, 0.01, 1000,
     "Distance up to which headings are averaged."},
    {Parameter{kSpeed}, "speed", "motion", kReal, "length/step", 0.03, 1e-6, 1000, "Distance moved in a step."},
}};
static_assert(in_order(kParameters));

// The paper's densest case, and this project's reference: 4 agents per unit area.
double usual_box(std::uint32_t agents) { return std::sqrt(std::max(agents, 1u) / 4.0); }

class Vicsek {
 public:
  static constexpr std::size_t kDimensions = 2;
  static constexpr Wanted kWanted = Wanted::headings;

  explicit Vicsek(const Parameters& p)
      : noise_(p[Parameter{kNoise}]),
        is_vectorial_(p[Parameter{kNoiseKind}] != 0),
        radius_(static_cast<float>(p[Parameter{kRadius}])),
        speed_(p[Parameter{kSpeed}]) {}

  double speed() const { return speed_; }
  float radius() const { return radius_; }
  float close() const { return 0; }

  Motion<2> move(const Self<2>& self, const Sums<2>& neighbours, const Draw& draw) const {
    Sum<2> sum = wide(self.heading) + wide(neighbours.headings);
    const double u = double{draw.uniform()[0]} - 0.5;
    if (is_vectorial_) {
      sum += turned({{1, 0}}, kTurn * u) * (noise_ * (neighbours.count + 1.0));
    }
    const Sum<2> mean = direction(sum, Sum<2>{{1, 0}});
    const Sum<2> heading = is_vectorial_ ? mean : turned(mean, noise_ * u);
    return {narrow(heading * speed_), self.velocity};
  }

 private:
  static Sum<2> turned(const Sum<2>& heading, double angle) {
    const double c = std::cos(angle), s = std::sin(angle);
    return {{heading[0] * c - heading[1] * s, heading[0] * s + heading[1] * c}};
  }

  double noise_;
  bool is_vectorial_;
  float radius_;
  double speed_;
};

}  // namespace

const ModelEntry kVicsek = {
    .info =
        {
            .name = "vicsek",
            .help = "Mean heading within a radius, and noise (Vicsek et al. 1995).",
            .dimensions = 2,
            .boundary = Boundary::periodic,
            .has_bodies = false,
            .agents = 100,
            .velocity_unit = "length/step",
            .parameters = kParameters,
            .triggers = {},
            .commands = kCommonCommands2d,
            .box = usual_box,
        },
    .make = make_kernel<Vicsek>,
};

}  // namespace swarm
