#include "flock_forces.hpp"

#include <algorithm>
#include <cmath>

#include "independent.hpp"
#include "lanes.hpp"

namespace swarm {
namespace {

constexpr float kMaxCloseness = 1e12f;
// Keeps the inverse of a squared distance finite.
constexpr float kLeastSquare = 1e-30f;

constexpr std::size_t padded(std::size_t n) { return (n + kLanes - 1) / kLanes * kLanes; }

// sin^2(pi u) for |u| <= 1/2: sin(pi u) is u times a polynomial in u^2, interpolated at the Chebyshev nodes of
// [0, 1/4], whose own error is 7e-9.
inline float sine_squared(float u) {
  const float v = u * u;
  float s = 0.077655912f;
  s = s * v - 0.59829041f;
  s = s * v + 2.5500774f;
  s = s * v - 5.1677101f;
  s = (s * v + 3.1415926f) * u;
  return s * s;
}

inline float inverse_width(float from, float to) { return to > from ? 1.0f / (to - from) : 0.0f; }

float sum(const std::vector<float>& values, std::size_t count) {
  float lane[kLanes] = {};
  for (std::size_t b = 0; b < count; b += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) lane[l] += values[b + l];
  }
  return (lane[0] + lane[2]) + (lane[1] + lane[3]);
}

// The heading of a velocity; none (zero) for an agent at rest or with a velocity that is not finite.
Vector heading(const float* v) {
  const double x = v[0], y = v[1], z = v[2];
  const double length = std::sqrt(x * x + y * y + z * z);
  if (!(length > 0) || !std::isfinite(length)) return {0, 0, 0};
  return {static_cast<float>(x / length), static_cast<float>(y / length), static_cast<float>(z / length)};
}

// By value: references, as in std::min, keep loops from being vectorised.
inline float smaller(float a, float b) { return a < b ? a : b; }
inline float larger(float a, float b) { return a > b ? a : b; }

inline float outside(Extent e, float x) { return larger(larger(e.low - x, x - e.high), 0.0f); }

Extent extent(const std::vector<float>& values, Range range) {
  Extent e{values[range.begin], values[range.begin]};
  for (std::uint32_t at = range.begin; at < range.end; ++at)
    e = {smaller(e.low, values[at]), larger(e.high, values[at])};
  return e;
}

}  // namespace

void FlockForces::Columns::resize(std::size_t n) {
  for (auto* column : {&x, &y, &z, &hx, &hy, &hz}) column->resize(n);
}

void FlockForces::Columns::copy(std::size_t to, const Columns& from, std::size_t at) {
  x[to] = from.x[at];
  y[to] = from.y[at];
  z[to] = from.z[at];
  hx[to] = from.hx[at];
  hy[to] = from.hy[at];
  hz[to] = from.hz[at];
}

void FlockForces::Columns::put(std::size_t to, Vector position, Vector heading) {
  x[to] = position.x;
  y[to] = position.y;
  z[to] = position.z;
  hx[to] = heading.x;
  hy[to] = heading.y;
  hz[to] = heading.z;
}

void FlockForces::gather(std::span<const std::uint32_t> order, const View& state, const Space& space) {
  agents_.resize(order.size() + kLanes);  // rows are read in whole lanes, past their end
  for (std::size_t at = 0; at < order.size(); ++at) {
    const float* p = &state.position[std::size_t{3} * order[at]];
    const Vector position{space.fold(p[0]), space.fold(p[1]), space.fold(p[2])};
    agents_.put(at, position, heading(&state.velocity[std::size_t{3} * order[at]]));
  }
}

void FlockForces::prepare(const Workers& workers, float space_edge) {
  desks_.resize(workers.threads());
  for (Desk& desk : desks_) {
    desk.space_edge = space_edge;
    desk.neighbours = desk.candidates = 0;
  }
}

std::uint64_t FlockForces::neighbours() const {
  std::uint64_t sum = 0;
  for (const Desk& desk : desks_) sum += desk.neighbours;
  return sum;
}

std::uint64_t FlockForces::candidates() const {
  std::uint64_t sum = 0;
  for (const Desk& desk : desks_) sum += desk.candidates;
  return sum;
}

// The agents of the cell lie in a box; only agents within the radius of the box can be their neighbours. Rounding is
// monotone, so in float, too, the distance to the box never exceeds that to an agent in it.
void FlockForces::Desk::collect(const Columns& agents, Range cell, const std::array<Range, 9>& around, float radius) {
  const Box box{extent(agents.x, cell), extent(agents.y, cell), extent(agents.z, cell)};
  std::size_t most = 0;
  for (const Range& row : around) most += row.end - row.begin;
  reserve(most);
  std::size_t count = 0;
  for (const Range& row : around) count += collect_row(agents, row, box, radius * radius, count);
  for (std::size_t k = 0; k < count; ++k) nearby_.copy(k, agents, static_cast<std::size_t>(chosen_[k]));
  nearby_count_ = count;
}

void FlockForces::Desk::collect(const Columns& agents, const Cells<3>& cells, std::size_t bucket) {
  std::size_t most = 0, count = 0;
  cells.around(bucket, 1, [&](Range run) { most += run.end - run.begin; });
  reserve(most);
  cells.around(bucket, 1, [&](Range run) {
    for (std::uint32_t at = run.begin; at < run.end; ++at) nearby_.copy(count++, agents, at);
  });
  nearby_count_ = count;
}

void FlockForces::Desk::reserve(std::size_t nearby) {
  if (distance_.size() >= padded(nearby + 1)) return;
  const std::size_t size = 2 * padded(nearby + 1);
  distance_.resize(size);
  chosen_.resize(size);
  nearby_.resize(size);
  force_.resize(size);
}

std::size_t FlockForces::Desk::collect_row(const Columns& agents, Range row, const Box& box, float limit,
                                           std::size_t at) {
  const std::size_t length = row.end - row.begin;
  const float* x = agents.x.data() + row.begin;
  const float* y = agents.y.data() + row.begin;
  const float* z = agents.z.data() + row.begin;
  float* d2 = distance_.data();
  WINGBEAT_SWARM_INDEPENDENT
  for (std::size_t k = 0; k < padded(length); ++k) {
    d2[k] = distance_squared(outside(box.x, x[k]), outside(box.y, y[k]), outside(box.z, z[k]));
  }
  std::int32_t* chosen = chosen_.data() + at;
  std::size_t count = 0;
  for (std::size_t k = 0; k < length; ++k) {
    chosen[count] = static_cast<std::int32_t>(row.begin + k);
    count += d2[k] < limit;
  }
  return count;
}

Vector FlockForces::Desk::force_on(const Columns& agents, std::uint32_t at, const ZoneModel& model) {
  const Vector self{agents.x[at], agents.y[at], agents.z[at]};
  return space_edge > 0 ? sum_on<true>(self, model) : sum_on<false>(self, model);
}

template <bool kPeriodic>
Vector FlockForces::Desk::sum_on(Vector self, const ZoneModel& model) {
  const std::size_t count = find_neighbours<kPeriodic>(self, model.radius * model.radius);
  candidates += nearby_count_;
  neighbours += count;
  evaluate<kPeriodic>(self, count, model);
  return {sum(force_.x, count), sum(force_.y, count), sum(force_.z, count)};
}

template <bool kPeriodic>
std::size_t FlockForces::Desk::find_neighbours(Vector self, float limit) {
  const float edge = space_edge, half = space_edge / 2;
  const float* x = nearby_.x.data();
  const float* y = nearby_.y.data();
  const float* z = nearby_.z.data();
  float* d2 = distance_.data();
  const std::size_t length = nearby_count_, whole = padded(length);
  WINGBEAT_SWARM_INDEPENDENT
  for (std::size_t k = 0; k < whole; ++k) {
    d2[k] =
        distance_squared(shortest<kPeriodic>(x[k] - self.x, edge, half), shortest<kPeriodic>(y[k] - self.y, edge, half),
                         shortest<kPeriodic>(z[k] - self.z, edge, half));
  }
  std::int32_t* chosen = chosen_.data();
  std::size_t count = 0;
  for (std::size_t k = 0; k < length; ++k) {
    chosen[count] = static_cast<std::int32_t>(k);
    count += static_cast<std::size_t>(d2[k] < limit) & static_cast<std::size_t>(d2[k] > 0);
  }
  return count;
}

// Fills the force of each neighbour on the agent into force_, up to a whole number of lanes.
template <bool kPeriodic>
void FlockForces::Desk::evaluate(Vector self, std::size_t found, const ZoneModel& model) {
  // The remaining lanes get a neighbour that exerts no force: no axis, no heading.
  nearby_.put(nearby_count_, self, {0, 0, 0});
  const std::size_t count = padded(found);
  std::fill(&chosen_[found], chosen_.data() + count, static_cast<std::int32_t>(nearby_count_));

  const float edge = space_edge, half = space_edge / 2;
  const float low = model.low, high = model.high;
  const float separation = model.separation, alignment = model.alignment, cohesion = model.cohesion;
  const float squared = model.radius * model.radius, inverse_squared = 1.0f / squared;
  const float per_align = inverse_width(low, high), per_cohere = inverse_width(high, 1.0f);
  const std::int32_t* chosen = chosen_.data();
  const float *nx = nearby_.x.data(), *ny = nearby_.y.data(), *nz = nearby_.z.data();
  const float *hx = nearby_.hx.data(), *hy = nearby_.hy.data(), *hz = nearby_.hz.data();
  float *fx = force_.x.data(), *fy = force_.y.data(), *fz = force_.z.data();
  WINGBEAT_SWARM_INDEPENDENT
  for (std::size_t j = 0; j < count; ++j) {
    const std::int32_t k = chosen[j];
    const float x = shortest<kPeriodic>(nx[k] - self.x, edge, half);
    const float y = shortest<kPeriodic>(ny[k] - self.y, edge, half);
    const float z = shortest<kPeriodic>(nz[k] - self.z, edge, half);
    const float d2 = larger(distance_squared(x, y, z), kLeastSquare);
    const float q = d2 * inverse_squared;
    const float inverse = 1.0f / std::sqrt(d2);
    const float t_align = (q - low) * per_align, t_cohere = (q - high) * per_cohere;
    const float wave = sine_squared((q < high ? t_align : t_cohere) - 0.5f);  // cos^2(pi t)
    const float apart = (1.0f - smaller(low * squared * (inverse * inverse), kMaxCloseness)) * separation;
    const float together = wave * cohesion, turn = (1.0f - wave) * alignment;
    const float towards = q < high ? 0.0f : together, turned = q < high ? turn : 0.0f;
    const float axial = (q < low ? apart : towards) * inverse;
    const float along = q < low ? 0.0f : turned;
    fx[j] = x * axial + hx[k] * along;
    fy[j] = y * axial + hy[k] * along;
    fz[j] = z * axial + hz[k] * along;
  }
}

}  // namespace swarm
