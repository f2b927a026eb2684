// SharedArray<T>: a mutable array in shared memory that several processes write, and its lock.
#pragma once

#include <algorithm>
#include <chrono>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "wingbeat/cpp/reader.hpp"
#include "wingbeat/cpp/result.hpp"
#include "wingbeat/cpp/span.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat {
namespace detail {

// Arrays hold complex numbers too.
template <class T>
constexpr int array_type_of() {
  if (std::is_same_v<T, std::complex<float>>) return WB_C64;
  if (std::is_same_v<T, std::complex<double>>) return WB_C128;
  return type_of<T>();
}

}  // namespace detail

// The lock of a SharedArray while it is held: given back when this ends.
class ArrayLock {
 public:
  ArrayLock(ArrayLock&& other) noexcept
      : array_(std::exchange(other.array_, nullptr)), abandoned_(other.abandoned_), owns_(other.owns_) {}
  ArrayLock& operator=(ArrayLock&& other) noexcept {
    unlock();
    array_ = std::exchange(other.array_, nullptr);
    abandoned_ = other.abandoned_;
    owns_ = other.owns_;
    return *this;
  }
  ArrayLock(const ArrayLock&) = delete;
  ArrayLock& operator=(const ArrayLock&) = delete;
  ~ArrayLock() { unlock(); }

  // False if somebody else held it until the time limit.
  explicit operator bool() const noexcept { return owns_ && array_ != nullptr; }

  // The last holder died with the lock: the numbers may be half written. Told once, to who gets it next; put them in order.
  bool was_abandoned() const noexcept { return abandoned_; }

  void unlock() noexcept {
    if (owns_ && array_ != nullptr) static_cast<void>(wb_array_unlock(array_));
    array_ = nullptr;
  }

 private:
  template <class T>
  friend class SharedArray;
  ArrayLock(wb_array* array, int code) : array_(array), abandoned_(code == WB_ABANDONED), owns_(code != WB_LOCKED) {}

  wb_array* array_;
  bool abandoned_;
  bool owns_;
};

// T: float, double, an integer of 8 to 64 bits, std::complex<float> or std::complex<double>. The array outlives the process until
// remove(); spans are valid, and locks to be given back, as long as the SharedArray they are from.
//
//     auto wind = wingbeat::SharedArray<float>::create("/wind", {3, 64, 64}).value();
//     if (auto lock = wind.lock(100ms).value()) {
//       if (lock.was_abandoned()) std::fill(wind.span().begin(), wind.span().end(), 0.0f);
//       wind.span()[0] = 1;
//     }
template <class T>
class SharedArray {
  static constexpr int kType = detail::array_type_of<T>();
  static_assert(kType != 0, "a shared array holds float, double, integers of 8 to 64 bits (not bool) or std::complex");

 public:
  // An array of zeros. shape: fastest dimension first, as Julia shows it. WB_ERR_EXISTS, WB_ERR_NAME, WB_ERR_NO_MEMORY.
  static Result<SharedArray> create(const std::string& name, const std::vector<std::uint64_t>& shape) {
    wb_array* raw = nullptr;
    const int code = wb_array_create(name.c_str(), kType, static_cast<std::uint32_t>(shape.size()), shape.data(), &raw);
    return made(code, raw);
  }

  // Waits until the array is there and complete: else WB_NOT_READY. An empty shape: whatever it has. WB_ERR_TYPE.
  static Result<SharedArray> attach(const std::string& name, const std::vector<std::uint64_t>& shape = {},
                                    std::chrono::nanoseconds timeout = std::chrono::nanoseconds(0)) {
    wb_array* raw = nullptr;
    const int code = wb_array_attach(name.c_str(), kType, static_cast<std::uint32_t>(shape.size()), shape.data(),
                                     timeout.count(), &raw);
    return made(code, raw);
  }

  // Frees the name; who is attached keeps the memory. WB_NOT_READY if there is no such array.
  static Result<void> remove(const std::string& name) { return Result<void>::from(wb_array_remove(name.c_str())); }

  // All numbers in a row, column-major.
  Span<T> span() const& noexcept {
    return {static_cast<T*>(wb_array_data(raw())), static_cast<std::size_t>(info_.size_bytes) / sizeof(T)};
  }
  Span<T> span() const&& = delete;
  std::vector<std::uint64_t> shape() const { return {info_.shape, info_.shape + info_.dimensions}; }
  bool has_lock() const noexcept { return info_.has_lock != 0; }

  // Empty if somebody else held the lock until the limit. The error of wb_array_lock otherwise, also WB_INTERRUPTED.
  Result<ArrayLock> lock(std::chrono::nanoseconds timeout = kForever) & {
    const int code = wb_array_lock(raw(), timeout.count());
    if (code != WB_OK && code != WB_ABANDONED && code != WB_LOCKED) return Error::last(code);
    return ArrayLock(raw(), code);
  }

  wb_array* raw() const noexcept { return array_.get(); }

 private:
  struct Close {
    void operator()(wb_array* array) const noexcept { wb_array_close(array); }
  };

  explicit SharedArray(wb_array* array) : array_(array) { detail::require(wb_array_get_info(array, &info_)); }

  static Result<SharedArray> made(int code, wb_array* raw) {
    if (code != WB_OK) return Error::last(code);
    return SharedArray(raw);
  }

  std::unique_ptr<wb_array, Close> array_;
  wb_array_info info_{};
};

}  // namespace wingbeat
