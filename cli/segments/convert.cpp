#include "convert.hpp"

#include <algorithm>

#include "verbs.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::segments {

namespace {

template <class From, class To>
std::vector<std::byte> convert(const void* numbers, std::size_t count) {
  const From* from = static_cast<const From*>(numbers);
  std::vector<std::byte> bytes(count * sizeof(To));
  std::transform(from, from + count, reinterpret_cast<To*>(bytes.data()), [](From x) { return static_cast<To>(x); });
  return bytes;
}

using Convert = std::vector<std::byte> (*)(const void*, std::size_t);

template <class To>
Convert convert_from(int type) {
  switch (type) {
    case WB_I8:
      return convert<std::int8_t, To>;
    case WB_I16:
      return convert<std::int16_t, To>;
    case WB_I32:
      return convert<std::int32_t, To>;
    case WB_I64:
      return convert<std::int64_t, To>;
    case WB_U8:
      return convert<std::uint8_t, To>;
    case WB_U16:
      return convert<std::uint16_t, To>;
    case WB_U32:
      return convert<std::uint32_t, To>;
    case WB_U64:
      return convert<std::uint64_t, To>;
    case WB_F32:
      return convert<float, To>;
    default:
      return convert<double, To>;
  }
}

}  // namespace

std::vector<std::byte> converted(const void* numbers, std::size_t count, int from, int to) {
  if (to != WB_F32 && to != WB_F64) throw cli::Failure(cli::kUsage, "numbers are converted to f32 or f64 only");
  return (to == WB_F32 ? convert_from<float>(from) : convert_from<double>(from))(numbers, count);
}

}  // namespace wingbeat::segments
