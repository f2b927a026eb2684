// The shared bytes of an array, as spec/array.md states them: first the header of
// InterProcessCommunication.jl's WrappedArray, then the elements, then the lock. The lock comes last so that
// the other package, which does not know of it, finds the elements where it expects them.
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

// The object begins with this header. It has no field for its own length: `dimensions` says how many elements
// of `shape` there are, and the bytes of the others belong to the elements of the array.
struct ArrayHeader {
  std::uint32_t magic;  // stored last: 0 means that the creator is not done
  std::uint16_t type;   // numbers of the other package, not those of wb_type
  std::uint16_t dimensions;
  std::int64_t offset;  // of the first number
  std::int64_t shape[kMaxDimensions];
};
static_assert(sizeof(ArrayHeader) == 80);

// The lock, after the elements. The words that change lie in a cache line of their own, apart from those that
// are only read.
struct LockBlock {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t reserved;
  std::uint64_t identity;       // names the parties' lock files; new for every creation
  std::uint64_t directory;      // hash of the runtime directory they lie in
  char backend[kBackendBytes];  // backends do not see each other's locks
  std::uint8_t pad0[kLineBytes - 48];
  std::uint64_t holder;  // see sync/array_lock.hpp
  std::uint32_t bell;    // sleepers sleep on this word; it changes when a lock is freed that a party waits for
  std::uint8_t pad1[kLineBytes - 12];
};
static_assert(sizeof(LockBlock) == 2 * kLineBytes);
static_assert(offsetof(LockBlock, holder) == kLineBytes);

inline constexpr std::uint32_t kLockVersion = 1;

// The element types that arrays have and fields do not.
enum ComplexType : std::uint32_t { kC64 = kF64 + 1, kC128 };

std::uint64_t array_element_size(std::uint32_t type);  // 0 for an unknown type
const char* array_element_name(std::uint32_t type);    // "?" for an unknown type

// The type and shape of an array, and the offsets of the parts of its object.
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

// Computes the layout of an array that is to be created, or the reason why there cannot be such an array.
Fault lay_out(std::uint32_t type, std::uint32_t dimensions, const std::uint64_t* shape, ArrayLayout& out);

// Computes the layout from a header that was copied out of shared memory. Accepts only headers that
// array_header() can make.
Fault lay_out(const ArrayHeader& header, ArrayLayout& out);

ArrayHeader array_header(const ArrayLayout& layout);

// The size of the header of an array with so many dimensions: a multiple of 64, so that the first element is
// aligned.
std::uint64_t array_header_bytes(std::uint32_t dimensions);

std::string describe(const ArrayLayout& layout);  // "f32 (3, 100)"

// Whether a shared memory object may have this name: / and 1 to 200 characters without another /. Names that
// begin with /wb- are reserved for streams.
Fault check_array_name(std::string_view name);

}  // namespace wingbeat::layout
