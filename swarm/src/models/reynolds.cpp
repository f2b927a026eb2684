// Reynolds' boids (Flocks, herds, and schools, 1987) as the comparison of frameworks for agent-based models defines
// them (JuliaDynamics/ABMFrameworksComparison, Flocking/DECLARATION.md): cohesion, separation and matching are means
// over all within the radius. There agents move one after the other; here all agents move at once, from the same frame.
#include <array>
#include <cmath>

#include "rules_kernel.hpp"

namespace swarm {
namespace {

enum : std::uint8_t { kRadius, kSeparation, kCohere, kSeparate, kMatch, kSpeed };
constexpr auto kReal = ParameterType::real;

constexpr std::array<ParameterInfo, 6> kParameters{{
    {Parameter{kRadius}, "radius", "flocking", kReal, "length", 5, 0.01, 1000,
     "Distance up to which agents notice each other."},
    {Parameter{kSeparation}, "separation", "flocking", kReal, "length", 1, 0, 1000,
     "Distance below which agents keep apart."},
    {Parameter{kCohere}, "cohere", "flocking", kReal, "1/length", 0.03, 0, 10,
     "Weight of the way to the neighbours' mean position."},
    {Parameter{kSeparate}, "separate", "flocking", kReal, "1/length", 0.015, 0, 10,
     "Weight of the ways from those too close, summed and divided by all neighbours."},
    {Parameter{kMatch}, "match", "flocking", kReal, "", 0.05, 0, 10, "Weight of the neighbours' mean heading."},
    {Parameter{kSpeed}, "speed", "motion", kReal, "length/step", 1, 1e-6, 1000, "Distance moved in a step."},
}};
static_assert(in_order(kParameters));

// The density of the comparison's small case: 200 agents in a square of edge 100.
double usual_box(std::uint32_t agents) { return std::sqrt(50.0 * std::max(agents, 1u)); }

class Reynolds {
 public:
  static constexpr std::size_t kDimensions = 2;
  static constexpr Wanted kWanted = Wanted::ways_and_headings;

  explicit Reynolds(const Parameters& p)
      : radius_(static_cast<float>(p[Parameter{kRadius}])),
        close_(static_cast<float>(p[Parameter{kSeparation}])),
        cohere_(p[Parameter{kCohere}]),
        separate_(p[Parameter{kSeparate}]),
        match_(p[Parameter{kMatch}]),
        speed_(p[Parameter{kSpeed}]) {}

  double speed() const { return speed_; }
  float radius() const { return radius_; }
  float close() const { return close_; }

  Motion<2> move(const Self<2>& self, const Sums<2>& neighbours, const Draw&) const {
    const double each = 1.0 / std::max(neighbours.count, 1u);
    const Sum<2> turned = wide(self.heading) + wide(neighbours.ways) * (each * cohere_) -
                          wide(neighbours.close_ways) * (each * separate_) +
                          wide(neighbours.headings) * (each * match_);
    const Vec<2> velocity = narrow(direction(turned, wide(self.heading)) * speed_);
    return {velocity, velocity};
  }

 private:
  float radius_, close_;
  double cohere_, separate_, match_, speed_;
};

}  // namespace

const ModelEntry kReynolds = {
    .info =
        {
            .name = "reynolds",
            .help = "Boids: cohesion, separation, matching (Reynolds 1987).",
            .dimensions = 2,
            .boundary = Boundary::periodic,
            .has_bodies = false,
            .agents = 200,
            .velocity_unit = "length/step",
            .parameters = kParameters,
            .triggers = {},
            .commands = kCommonCommands2d,
            .box = usual_box,
        },
    .make = make_kernel<Reynolds>,
};

}  // namespace swarm
