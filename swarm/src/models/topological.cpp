// Topological interaction: Ballerini et al., Interaction ruling animal collective behavior depends on topological
// rather than metric distance. PNAS 105, 1232 (2008). Starlings interact with their 6 or 7 nearest neighbours at any
// distance. The paper measures the range and gives no equation of motion; the rule here is the simplest one with
// alignment, cohesion and separation.
#include <array>
#include <cmath>
#include <numbers>

#include "rules_kernel.hpp"

namespace swarm {
namespace {

enum : std::uint8_t { kNeighbours, kAlignment, kCohesion, kSeparation, kDistance, kNoise, kSpeed };
constexpr auto kReal = ParameterType::real;

constexpr std::array<ParameterInfo, 7> kParameters{{
    {Parameter{kNeighbours}, "neighbours", "flocking", ParameterType::integer, "", 7, 0, 64,
     "How many nearest neighbours an agent minds."},
    {Parameter{kAlignment}, "alignment", "flocking", kReal, "", 0.5, 0, 10, "Weight of their mean heading."},
    {Parameter{kCohesion}, "cohesion", "flocking", kReal, "1/length", 0.05, 0, 10,
     "Weight of the way to their mean position."},
    {Parameter{kSeparation}, "separation", "flocking", kReal, "", 0.5, 0, 10,
     "Weight of turning away from those closer than the separation distance."},
    {Parameter{kDistance}, "separation_distance", "flocking", kReal, "length", 1, 0, 1000,
     "Distance below which agents keep apart."},
    {Parameter{kNoise}, "noise", "noise", kReal, "", 0.1, 0, 10, "Length of the random vector added to the heading."},
    {Parameter{kSpeed}, "speed", "motion", kReal, "length/step", 0.1, 1e-6, 1000, "Distance moved in a step."},
}};
static_assert(in_order(kParameters));

constexpr double kStartDensity = 0.2;  // agents per unit volume

// Periodic, because in open space groups without interaction drift apart without limit.
double usual_box(std::uint32_t agents) { return std::cbrt(std::max(agents, 1u) / kStartDensity); }

class Topological {
 public:
  static constexpr std::size_t kDimensions = 3;

  explicit Topological(const Parameters& p)
      : nearest_(static_cast<std::size_t>(p[Parameter{kNeighbours}])),
        alignment_(p[Parameter{kAlignment}]),
        cohesion_(p[Parameter{kCohesion}]),
        separation_(p[Parameter{kSeparation}]),
        distance_(p[Parameter{kDistance}]),
        noise_(p[Parameter{kNoise}]),
        speed_(p[Parameter{kSpeed}]) {}

  double speed() const { return speed_; }
  std::size_t nearest() const { return nearest_; }

  Motion<3> move(const Self<3>& self, const Found<3>& neighbours, const Draw& draw) const {
    Sum<3> headings, ways, apart;
    for (const auto other : neighbours) {
      const double distance = std::sqrt(double{other.square});
      headings += wide(other.heading);
      ways += wide(other.to);
      if (distance > 0 && distance < distance_) apart -= wide(other.to) * (1 / distance);
    }
    const double each = 1.0 / static_cast<double>(std::max<std::size_t>(neighbours.size(), 1));
    const Sum<3> turned = wide(self.heading) + headings * (each * alignment_) + ways * (each * cohesion_) +
                          apart * (each * separation_) + random_unit(draw) * noise_;
    const Vec<3> velocity = narrow(direction(turned, wide(self.heading)) * speed_);
    return {velocity, velocity};
  }

 private:
  static Sum<3> random_unit(const Draw& draw) {
    const auto u = draw.uniform();
    const double turn = 2 * std::numbers::pi * double{u[0]}, z = 2 * double{u[1]} - 1, r = std::sqrt(1 - z * z);
    return {{r * std::cos(turn), r * std::sin(turn), z}};
  }

  std::size_t nearest_;
  double alignment_, cohesion_, separation_, distance_, noise_, speed_;
};

}  // namespace

const ModelEntry kTopological = {
    .info =
        {
            .name = "topological",
            .help = "The k nearest neighbours, however far (Ballerini et al. 2008).",
            .dimensions = 3,
            .boundary = Boundary::periodic,
            .has_bodies = false,
            .agents = 1000,
            .velocity_unit = "length/step",
            .parameters = kParameters,
            .triggers = {},
            .commands = kCommonCommands3d,
            .box = usual_box,
        },
    .make = make_kernel<Topological>,
};

}  // namespace swarm
