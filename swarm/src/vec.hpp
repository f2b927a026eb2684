// A point or a direction in D dimensions.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace swarm {

template <std::size_t D, class Real = float>
struct Vec {
  std::array<Real, D> c{};

  Real& operator[](std::size_t axis) { return c[axis]; }
  Real operator[](std::size_t axis) const { return c[axis]; }
  Vec& operator+=(const Vec& b) {
    for (std::size_t a = 0; a < D; ++a) c[a] += b[a];
    return *this;
  }
  Vec& operator-=(const Vec& b) {
    for (std::size_t a = 0; a < D; ++a) c[a] -= b[a];
    return *this;
  }
  Vec& operator*=(Real s) {
    for (std::size_t a = 0; a < D; ++a) c[a] *= s;
    return *this;
  }
  friend Vec operator+(Vec a, const Vec& b) { return a += b; }
  friend Vec operator-(Vec a, const Vec& b) { return a -= b; }
  friend Vec operator*(Vec a, Real s) { return a *= s; }
};

// Rules compute in double; they read and write float.
template <std::size_t D>
using Sum = Vec<D, double>;

template <std::size_t D, class Real>
Real dot(const Vec<D, Real>& a, const Vec<D, Real>& b) {
  Real sum = 0;
  for (std::size_t axis = 0; axis < D; ++axis) sum += a[axis] * b[axis];
  return sum;
}

template <std::size_t D>
double length(const Sum<D>& a) {
  return std::sqrt(dot(a, a));
}

template <std::size_t D>
Sum<D> wide(const Vec<D>& a) {
  Sum<D> b;
  for (std::size_t axis = 0; axis < D; ++axis) b[axis] = double{a[axis]};
  return b;
}

template <std::size_t D>
Vec<D> narrow(const Sum<D>& a) {
  Vec<D> b;
  for (std::size_t axis = 0; axis < D; ++axis) b[axis] = static_cast<float>(a[axis]);
  return b;
}

// The direction of a, or `otherwise` if a has none.
template <std::size_t D>
Sum<D> direction(const Sum<D>& a, const Sum<D>& otherwise = {}) {
  const double long_is = length(a);
  return long_is > 0 && std::isfinite(long_is) ? a * (1 / long_is) : otherwise;
}

// Agents' numbers lie together.
template <std::size_t D>
Vec<D> vec_at(std::span<const float> numbers, std::size_t agent) {
  Vec<D> v;
  for (std::size_t axis = 0; axis < D; ++axis) v[axis] = numbers[D * agent + axis];
  return v;
}

template <std::size_t D>
void put_vec(std::span<float> numbers, std::size_t agent, const Vec<D>& v) {
  for (std::size_t axis = 0; axis < D; ++axis) numbers[D * agent + axis] = v[axis];
}

}  // namespace swarm
