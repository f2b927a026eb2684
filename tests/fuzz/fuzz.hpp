// Helpers of all fuzz targets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace fuzz {

// Takes numbers from the input; returns zeros after its end.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  bool is_empty() const { return at_ >= size_; }
  std::uint8_t byte() { return at_ < size_ ? data_[at_++] : 0; }
  template <class T>
  T number() {
    T value{};
    const std::size_t there = size_ - at_ < sizeof value ? size_ - at_ : sizeof value;
    if (there > 0) std::memcpy(&value, data_ + at_, there);
    at_ += there;
    return value;
  }
  std::uint64_t below(std::uint64_t limit) { return number<std::uint32_t>() % limit; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

}  // namespace fuzz
