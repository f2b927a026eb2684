// A shared array: one memory object with exactly the given name, which any process of its user creates,
// attaches to and removes. The handle behind wb_array.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "../layout/array.hpp"
#include "../platform/platform.hpp"
#include "array_lock.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::stream {

// What an attaching process requires. Zeros accept anything.
struct WantedArray {
  std::uint32_t type = 0;
  std::uint32_t dimensions = 0;
  const std::uint64_t* shape = nullptr;
};

class Array {
 public:
  static int create(const std::string& name, const layout::ArrayLayout& layout, std::unique_ptr<Array>& out);
  static int attach(const std::string& name, const WantedArray& wanted, std::int64_t timeout_ns,
                    std::unique_ptr<Array>& out);
  static int remove(const std::string& name);
  ~Array();
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  std::uint8_t* data() const { return mapping_.data() + layout_.offset; }
  const layout::ArrayLayout& layout() const { return layout_; }
  ArrayLock& lock() { return lock_; }
  bool has_lock() const { return lock_.exists(); }
  std::uint32_t fork_generation() const { return fork_generation_; }

 private:
  Array(const std::string& name, const layout::ArrayLayout& layout, platform::Mapping mapping,
        layout::LockBlock* lock_block);

  layout::ArrayLayout layout_;
  platform::Mapping mapping_;
  ArrayLock lock_;
  std::uint32_t fork_generation_;
};

// Removes arrays whose creators died before they were complete, and the lock files of dead parties. Complete
// arrays are left alone.
void collect_arrays(const std::string& directory, wb_collect_report& report);

}  // namespace wingbeat::stream
