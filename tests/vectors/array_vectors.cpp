#include <cstddef>
#include <cstring>

#include "layout/array.hpp"
#include "vectors.hpp"

namespace vectors {
namespace {

using namespace wingbeat;

// The real parts 1, 2, 3 ..., the imaginary ones their negatives.
template <class T>
void put_complex(std::uint8_t* place, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const T parts[2] = {static_cast<T>(i + 1), -static_cast<T>(i + 1)};
    std::memcpy(place + i * sizeof parts, parts, sizeof parts);
  }
}

void put(std::uint32_t type, std::uint8_t* place, std::uint64_t count) {
  if (type == layout::kC64) return put_complex<float>(place, count);
  if (type == layout::kC128) return put_complex<double>(place, count);
  with_number_of(type, [&](auto number) {
    for (std::uint64_t i = 0; i < count; ++i) {
      number = static_cast<decltype(number)>(i + 1);
      std::memcpy(place + i * sizeof number, &number, sizeof number);
    }
  });
}

void put_lock(std::uint8_t* place) {
  layout::LockBlock block{};
  block.magic = layout::kLockMagic;
  block.version = layout::kLockVersion;
  block.identity = 0x1122334455667788;
  block.directory = 0x99aabbccddeeff00;
  std::memcpy(block.backend, "linux", 5);
  std::memcpy(place, &block, sizeof block);
}

ArrayVector make(const std::string& name, std::uint32_t type, const std::vector<std::uint64_t>& shape, bool has_lock) {
  layout::ArrayLayout layout;
  layout::lay_out(type, static_cast<std::uint32_t>(shape.size()), shape.data(), layout);
  std::string bytes(has_lock ? layout.total_bytes() : layout.end_of_data(), '\0');
  auto* place = reinterpret_cast<std::uint8_t*>(bytes.data());
  const layout::ArrayHeader header = layout::array_header(layout);
  std::memcpy(place, &header, offsetof(layout::ArrayHeader, shape) + shape.size() * sizeof header.shape[0]);
  put(type, place + layout.offset, layout.bytes / layout::array_element_size(type));
  if (has_lock) put_lock(place + layout.lock_offset);
  const Json expected = {{"type", layout::array_element_name(type)}, {"shape", shape}, {"lock", has_lock}};
  return {name, bytes, expected};
}

}  // namespace

std::vector<ArrayVector> array_vectors() {
  std::vector<ArrayVector> all;
  for (std::uint32_t type = layout::kI8; type <= layout::kC128; ++type)
    all.push_back(make(layout::array_element_name(type), type, {3, 2}, true));
  std::vector<std::uint64_t> shape;
  for (std::uint32_t dimensions = 1; dimensions <= layout::kMaxDimensions; ++dimensions) {
    shape.push_back(dimensions == 1 ? 3 : dimensions % 2 + 1);
    all.push_back(make("dimensions_" + std::to_string(dimensions), layout::kF32, shape, true));
  }
  all.push_back(make("without_lock", layout::kF64, {3}, false));
  return all;
}

std::vector<File> files_of(const ArrayVector& vector) {
  return {{"arrays/" + vector.name + ".array", vector.content},
          {"arrays/" + vector.name + ".json", vector.expected.dump() + "\n"}};
}

}  // namespace vectors
