// A mapped file in the batch's folder (tmpfs): the memory of peers that have no shared memory of their own.
#pragma once

#include <cstdint>

#include "peer.hpp"

namespace wingbeat::bench {

class SharedFile {
 public:
  // The sender makes the file with `bytes` zeros; receivers wait until it exists.
  static SharedFile make(const Setup& setup, std::uint64_t bytes);
  static SharedFile open(const Setup& setup, std::uint64_t bytes);

  SharedFile(SharedFile&& other) noexcept : memory_(other.memory_), bytes_(other.bytes_) { other.memory_ = nullptr; }
  SharedFile& operator=(SharedFile&&) = delete;
  ~SharedFile();

  std::byte* data() const { return memory_; }

 private:
  SharedFile(int file, std::uint64_t bytes);
  std::byte* memory_ = nullptr;
  std::uint64_t bytes_ = 0;
};

}  // namespace wingbeat::bench
