// Dispatches from an element type known at run time to the C++ type.
#pragma once

#include <cstdint>

#include "wingbeat/wingbeat.h"

namespace ofxWingbeat::detail {

// Calls f with a zero of the C++ type of the wb_type. Does not call f if the number is not an element type.
template <class F>
void with_element(int type, F&& f) {
  switch (type) {
    case WB_I8:
      return f(std::int8_t{});
    case WB_I16:
      return f(std::int16_t{});
    case WB_I32:
      return f(std::int32_t{});
    case WB_I64:
      return f(std::int64_t{});
    case WB_U8:
      return f(std::uint8_t{});
    case WB_U16:
      return f(std::uint16_t{});
    case WB_U32:
      return f(std::uint32_t{});
    case WB_U64:
      return f(std::uint64_t{});
    case WB_F32:
      return f(float{});
    case WB_F64:
      return f(double{});
    default:
      return;
  }
}

}  // namespace ofxWingbeat::detail
