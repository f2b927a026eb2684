#include "flock_forces.hpp"

#include <algorithm>
#include <cmath>

// Tells the compiler that a loop's arrays are different ones, so that it needs no test for overlap.
#if defined(__clang__)
#define WINGBEAT_SWARM_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define WINGBEAT_SWARM_INDEPENDENT _Pragma("GCC ivdep")
#else
#define WINGBEAT_SWARM_INDEPENDENT
#endif

namespace swarm {
namespace {

// Sums run in this many lanes, whatever the machine's vectors are, so that their order is fixed.
constexpr std::size_t kLanes = 8;
constexpr float kMaxCloseness = 1e12f;

constexpr std::size_t padded(std::size_t n) { return (n + kLanes - 1) / kLanes * kLanes; }

// sin^2(pi u) for |u| <= 1/2, from the Taylor series of sin(pi u) to u^11.
inline float sine_squared(float u) {
    const float v = u * u;
    float s = -0.00737043f;
    s = s * v + 0.08214589f;
    s = s * v - 0.59926453f;
    s = s * v + 2.55016404f;
    s = s * v - 5.16771278f;
    s = (s * v + 3.14159265f) * u;
    return s * s;
}

inline float inverse_width(float from, float to) { return to > from ? 1.0f / (to - from) : 0.0f; }

float sum(const std::vector<float>& values, std::size_t count) {
    float lane[kLanes] = {};
    for (std::size_t b = 0; b < count; b += kLanes) {
        for (std::size_t l = 0; l < kLanes; ++l) lane[l] += values[b + l];
    }
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
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
    for (std::uint32_t at = range.begin; at < range.end; ++at) e = {smaller(e.low, values[at]), larger(e.high, values[at])};
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

void FlockForces::gather(const Grid& grid, const View& state) {
    const auto order = grid.order();
    agents_.resize(order.size());
    for (std::size_t at = 0; at < order.size(); ++at) {
        const float* p = &state.position[std::size_t{3} * order[at]];
        agents_.put(at, {p[0], p[1], p[2]}, heading(&state.velocity[std::size_t{3} * order[at]]));
    }
}

// The agents of the cell lie in a box; those within the radius of it are all that can be their neighbours. Rounding is
// monotone, so in float, too, the distance to the box never exceeds that to an agent in it.
void FlockForces::collect(Range cell, const std::array<Range, 9>& around, float radius) {
    const Box box{extent(agents_.x, cell), extent(agents_.y, cell), extent(agents_.z, cell)};
    std::size_t most = 0;
    for (const Range& row : around) most += row.end - row.begin;
    reserve(most);
    std::size_t count = 0;
    for (const Range& row : around) count += collect_row(row, box, radius * radius, count);
    for (std::size_t k = 0; k < count; ++k) nearby_.copy(k, agents_, chosen_[k]);
    nearby_count_ = count;
}

void FlockForces::reserve(std::size_t nearby) {
    if (distance_.size() >= padded(nearby)) return;
    const std::size_t size = 2 * padded(nearby);
    distance_.resize(size);
    chosen_.resize(size);
    nearby_.resize(size);
    pair_.resize(size);
}

std::size_t FlockForces::collect_row(Range row, const Box& box, float limit, std::size_t at) {
    const std::size_t length = row.end - row.begin;
    const float* x = agents_.x.data() + row.begin;
    const float* y = agents_.y.data() + row.begin;
    const float* z = agents_.z.data() + row.begin;
    float* d2 = distance_.data();
    WINGBEAT_SWARM_INDEPENDENT
    for (std::size_t k = 0; k < length; ++k) {
        d2[k] = distance_squared(outside(box.x, x[k]), outside(box.y, y[k]), outside(box.z, z[k]));
    }
    std::uint32_t* chosen = chosen_.data() + at;
    std::size_t count = 0;
    for (std::size_t k = 0; k < length; ++k) {
        chosen[count] = row.begin + static_cast<std::uint32_t>(k);
        count += d2[k] < limit;
    }
    return count;
}

Vector FlockForces::force_on(std::uint32_t at, const ZoneModel& model) {
    const Vector self{agents_.x[at], agents_.y[at], agents_.z[at]};
    const std::size_t count = find_neighbours(self, model.radius * model.radius);
    candidates_ += nearby_count_;
    neighbours_ += count;
    pack_neighbours(self, count);
    evaluate(padded(count), model);
    return {sum(pair_.x, count), sum(pair_.y, count), sum(pair_.z, count)};
}

std::size_t FlockForces::find_neighbours(Vector self, float limit) {
    const float* x = nearby_.x.data();
    const float* y = nearby_.y.data();
    const float* z = nearby_.z.data();
    float* d2 = distance_.data();
    const std::size_t length = nearby_count_;
    WINGBEAT_SWARM_INDEPENDENT
    for (std::size_t k = 0; k < length; ++k) d2[k] = distance_squared(x[k] - self.x, y[k] - self.y, z[k] - self.z);
    std::uint32_t* chosen = chosen_.data();
    std::size_t count = 0;
    for (std::size_t k = 0; k < length; ++k) {
        chosen[count] = static_cast<std::uint32_t>(k);
        count += static_cast<std::size_t>(d2[k] < limit) & static_cast<std::size_t>(d2[k] > 0);
    }
    return count;
}

void FlockForces::pack_neighbours(Vector self, std::size_t count) {
    for (std::size_t j = 0; j < count; ++j) pair_.copy(j, nearby_, chosen_[j]);
    // The last lanes are filled with pairs that feel nothing: no axis, no heading.
    for (std::size_t j = count; j < padded(count); ++j) pair_.put(j, self, {0, 0, 0});
    float* x = pair_.x.data();
    float* y = pair_.y.data();
    float* z = pair_.z.data();
    WINGBEAT_SWARM_INDEPENDENT
    for (std::size_t j = 0; j < padded(count); ++j) {
        x[j] -= self.x;
        y[j] -= self.y;
        z[j] -= self.z;
    }
}

// Replaces the relative positions of pair_ by the forces.
void FlockForces::evaluate(std::size_t count, const ZoneModel& model) {
    const float low = model.low, high = model.high;
    const float separation = model.separation, alignment = model.alignment, cohesion = model.cohesion;
    const float squared = model.radius * model.radius, inverse_squared = 1.0f / squared;
    const float per_align = inverse_width(low, high), per_cohere = inverse_width(high, 1.0f);
    float* x = pair_.x.data();
    float* y = pair_.y.data();
    float* z = pair_.z.data();
    const float* hx = pair_.hx.data();
    const float* hy = pair_.hy.data();
    const float* hz = pair_.hz.data();
    WINGBEAT_SWARM_INDEPENDENT
    for (std::size_t j = 0; j < count; ++j) {
        const float d2 = larger(distance_squared(x[j], y[j], z[j]), 1e-37f);
        const float q = d2 * inverse_squared;
        const float inverse = 1.0f / std::sqrt(d2);
        const float t_align = (q - low) * per_align, t_cohere = (q - high) * per_cohere;
        const float wave = sine_squared((q < high ? t_align : t_cohere) - 0.5f);  // cos^2(pi t)
        const float apart = (1.0f - smaller(low * squared * (inverse * inverse), kMaxCloseness)) * separation;
        const float together = wave * cohesion, turn = (1.0f - wave) * alignment;
        const float towards = q < high ? 0.0f : together, turned = q < high ? turn : 0.0f;
        const float axial = (q < low ? apart : towards) * inverse;
        const float along = q < low ? 0.0f : turned;
        x[j] = x[j] * axial + hx[j] * along;
        y[j] = y[j] * axial + hy[j] * along;
        z[j] = z[j] * axial + hz[j] * along;
    }
}

}  // namespace swarm
