// SharedArray<T>: a mutable array in shared memory that several processes write. ArrayLock: its lock while it is held.
#pragma once

#include <chrono>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "wingbeat/cpp/result.hpp"
#include "wingbeat/cpp/values.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat {
namespace detail {

// The wb_type of a shared array's element type: those of fields, and complex numbers. 0 for another type.
template <class T>
constexpr int array_type_of() {
  if (std::is_same_v<T, std::complex<float>>) return WB_C64;
  if (std::is_same_v<T, std::complex<double>>) return WB_C128;
  return type_of<T>();
}

}  // namespace detail

// The lock of a SharedArray. It is given back at the end of the scope. It must end before its SharedArray. Move-only.
// Used by the thread that uses the SharedArray.
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

  // Whether the lock is held. False if another process held it until the time limit.
  explicit operator bool() const noexcept { return owns_ && array_ != nullptr; }

  // Whether the last holder died while it held the lock, so that the array may be half written. Reported once, to the
  // next holder, which must check and repair the array.
  bool was_abandoned() const noexcept { return abandoned_; }

  // Gives the lock back now. Makes a system call only if another handle waits. A second call does nothing.
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

// A shared array of element type T: float, double, an integer of 8 to 64 bits, std::complex<float> or
// std::complex<double>. The array belongs to the user, and exists until remove() or a reboot. A SharedArray is a
// handle of this process: spans are valid as long as it. Move-only. Used by one thread at a time; threads that share
// a lock need a SharedArray each. See wb_array.
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
  // Creates an array of zeros. name: / and 1 to 200 further characters (macOS: 30). shape: fastest dimension first, as
  // Julia shows it. WB_ERR_EXISTS if there is an array of that name; WB_ERR_NAME; WB_ERR_ARGUMENT; WB_ERR_LIMIT;
  // WB_ERR_NO_MEMORY; WB_ERR_BUSY.
  static Result<SharedArray> create(const std::string& name, const std::vector<std::uint64_t>& shape) {
    wb_array* raw = nullptr;
    const int code = wb_array_create(name.c_str(), kType, static_cast<std::uint32_t>(shape.size()), shape.data(), &raw);
    return made(code, raw);
  }

  // Attaches to an array. Waits up to `timeout` until it exists and is complete, else WB_NOT_READY. An empty shape
  // accepts any shape. WB_ERR_TYPE if the array has another element type or shape. WB_INTERRUPTED by a signal.
  static Result<SharedArray> attach(const std::string& name, const std::vector<std::uint64_t>& shape = {},
                                    std::chrono::nanoseconds timeout = std::chrono::nanoseconds(0)) {
    wb_array* raw = nullptr;
    const int code = wb_array_attach(name.c_str(), kType, static_cast<std::uint32_t>(shape.size()), shape.data(),
                                     timeout.count(), &raw);
    return made(code, raw);
  }

  // Removes the name of an array. Processes that are attached keep the memory. WB_NOT_READY if there is no such array.
  static Result<void> remove(const std::string& name) { return Result<void>::from(wb_array_remove(name.c_str())); }

  // All elements in a row, in column-major order. The first is aligned to 64 bytes. Valid as long as the SharedArray.
  // Reading and writing without the lock is possible, and may see or make values that are half written.
  Span<T> span() const& noexcept {
    return {static_cast<T*>(wb_array_data(raw())), static_cast<std::size_t>(info_.size_bytes) / sizeof(T)};
  }
  Span<T> span() const&& = delete;

  // The shape, fastest dimension first.
  std::vector<std::uint64_t> shape() const { return {info_.shape, info_.shape + info_.dimensions}; }

  // Whether the array has a lock. An array of another program may have none.
  bool has_lock() const noexcept { return info_.has_lock != 0; }

  // Takes the lock. Waits up to `timeout`. If another process held it until then, the returned ArrayLock is empty. The
  // lock is not recursive. A free lock costs one compare-and-swap. WB_ERR_STATE if this SharedArray holds the lock;
  // WB_ERR_NOT_FOUND if the array has none; WB_ERR_INCOMPATIBLE; WB_ERR_NO_ROOM; WB_INTERRUPTED by a signal.
  Result<ArrayLock> lock(std::chrono::nanoseconds timeout = kForever) & {
    const int code = wb_array_lock(raw(), timeout.count());
    if (code != WB_OK && code != WB_ABANDONED && code != WB_LOCKED) return Error::last(code);
    return ArrayLock(raw(), code);
  }

  // The handle for functions of the C interface. It belongs to this object.
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
