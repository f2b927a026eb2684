// The shared bytes of an array, as spec/array.md states them: the header that InterProcessCommunication.jl's WrappedArray has, the
// numbers, and behind them the lock.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "format.hpp"
#include "schema.hpp"

namespace wingbeat::layout {

inline constexpr std::uint32_t kArrayMagic = 0x57412d31;         // "WA-1"
inline constexpr std::uint64_t kLockMagic = 0x00004b434f4c4257;  // "WBLOCK"
inline constexpr std::uint64_t kArrayAlignment = 64;             // of the first number
inline constexpr std::uint64_t kMaxArrayBytes = kMaxFrameBytes;
inline constexpr std::uint32_t kMaxLockParties = 1024;
inline constexpr std::size_t kBackendBytes = 16;

// `dimensions` says how many of `shape` there are: the rest belongs to the numbers.
struct ArrayHeader {
  std::uint32_t magic;  // stored last
  std::uint16_t type;   // the format's own numbers: array_type() below
  std::uint16_t dimensions;
  std::int64_t offset;  // of the first number
  std::int64_t shape[kMaxDimensions];
};
static_assert(sizeof(ArrayHeader) == 80);

// Behind the numbers.
struct LockBlock {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t reserved;
  std::uint64_t identity;       // names the parties' lock files; new for every creation
  std::uint64_t directory;      // hash of the runtime directory they lie in
  char backend[kBackendBytes];  // whose locks see one another
  std::uint8_t pad0[kLineBytes - 48];
  std::uint64_t holder;  // see sync/array_lock.hpp
  std::uint32_t bell;    // changes when a lock is freed that somebody waits for: what sleepers sleep on
  std::uint8_t pad1[kLineBytes - 12];
};
static_assert(sizeof(LockBlock) == 2 * kLineBytes);
static_assert(offsetof(LockBlock, holder) == kLineBytes);

inline constexpr std::uint32_t kLockVersion = 1;

// Element types that arrays have beyond those of fields.
enum ComplexType : std::uint32_t { kC64 = kF64 + 1, kC128 };

std::uint64_t array_element_size(std::uint32_t type);  // 0 for an unknown type
const char* array_element_name(std::uint32_t type);    // "?" for an unknown type

// What an array is, and where everything lies in its object.
struct ArrayLayout {
  std::uint32_t type = 0;
  std::uint32_t dimensions = 0;
  std::uint64_t shape[kMaxDimensions] = {1, 1, 1, 1, 1, 1, 1, 1};  // fastest first
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;  // of the numbers
  std::uint64_t lock_offset = 0;

  std::uint64_t end_of_data() const { return offset + bytes; }
  std::uint64_t total_bytes() const { return lock_offset + sizeof(LockBlock); }
};

// Of an array to be made.
Fault lay_out(std::uint32_t type, std::uint32_t dimensions, const std::uint64_t* shape, ArrayLayout& out);

// Of a header copied out of shared memory.
Fault lay_out(const ArrayHeader& header, ArrayLayout& out);

ArrayHeader array_header(const ArrayLayout& layout);

// How many bytes the header of so many dimensions takes.
std::uint64_t array_header_bytes(std::uint32_t dimensions);

std::string describe(const ArrayLayout& layout);  // "f32 (3, 100)"

// Whether an object may be called so: / and 1 to 200 characters without another /. What begins with /wb- is a stream's.
Fault check_array_name(std::string_view name);

}  // namespace wingbeat::layout
