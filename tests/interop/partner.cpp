// The C++ side of wrapped_array.jl. It answers each line of its standard input by one line.
//
//     make NAME TYPE DIM...      makes an array of the numbers 1, 2, 3 and so on; imaginary parts are their negatives
//     look NAME [MILLISECONDS]   attaches: type, shape, "lock" or "no-lock", "counted" if the numbers are as made
//     lock NAME                  takes the lock without waiting, and releases it
//
// If a call fails, the answer is "error" and the message.
#include <complex>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "wingbeat/wingbeat.hpp"

namespace {

using wingbeat::SharedArray;

template <class T>
T number(std::size_t i) {
  if constexpr (std::is_arithmetic_v<T>)
    return static_cast<T>(i + 1);
  else {
    const auto real = static_cast<typename T::value_type>(i + 1);
    return {real, -real};
  }
}

std::string error() { return std::string("error ") + wb_error_message(); }

// Calls f with a zero of the type.
template <class F>
std::string with_type(const std::string& type, F f) {
  std::string said = "error no type " + type;
  const auto consider = [&](auto... zeros) {
    ((type == wb_type_name(wingbeat::detail::array_type_of<decltype(zeros)>()) ? void(said = f(zeros)) : void()), ...);
  };
  consider(std::int8_t{}, std::int16_t{}, std::int32_t{}, std::int64_t{}, std::uint8_t{}, std::uint16_t{},
           std::uint32_t{}, std::uint64_t{}, float{}, double{}, std::complex<float>{}, std::complex<double>{});
  return said;
}

template <class T>
std::string make(const std::string& name, const std::vector<std::uint64_t>& shape) {
  const auto made = SharedArray<T>::create(name, shape);
  if (!made) return error();
  const auto numbers = made.value().span();
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = number<T>(i);
  return "ok";
}

template <class T>
std::string look(const std::string& name) {
  const auto array = SharedArray<T>::attach(name).value();
  std::ostringstream said;
  for (const std::uint64_t dimension : array.shape()) said << dimension << ' ';
  bool counted = true;
  for (std::size_t i = 0; i < array.span().size(); ++i) counted = counted && array.span()[i] == number<T>(i);
  said << (array.has_lock() ? "lock" : "no-lock") << (counted ? " counted" : "");
  return said.str();
}

std::string lock(wb_array* array) {
  const int code = wb_array_lock(array, 0);
  if (code != WB_OK) return code == WB_LOCKED ? "held" : code == WB_ABANDONED ? "abandoned" : error();
  return wb_array_unlock(array) == WB_OK ? "ok" : error();
}

std::string attached(const std::string& verb, const std::string& name, std::int64_t milliseconds) {
  wb_array* array = nullptr;
  if (wb_array_attach(name.c_str(), 0, 0, nullptr, milliseconds * 1'000'000, &array) != WB_OK) return error();
  wb_array_info info;
  wb_array_get_info(array, &info);
  const std::string type = wb_type_name(static_cast<int>(info.type));
  std::string said;
  if (verb == "look") said = type + " " + with_type(type, [&](auto zero) { return look<decltype(zero)>(name); });
  if (verb == "lock") said = lock(array);
  wb_array_close(array);
  return said;
}

std::string answer(std::istringstream words) {
  std::string verb, name, type;
  words >> verb >> name;
  if (verb == "make") {
    words >> type;
    std::vector<std::uint64_t> shape;
    for (std::uint64_t dimension; words >> dimension;) shape.push_back(dimension);
    return with_type(type, [&](auto zero) { return make<decltype(zero)>(name, shape); });
  }
  std::int64_t milliseconds = 0;
  words >> milliseconds;
  return attached(verb, name, milliseconds);
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) std::cout << answer(std::istringstream(line)) << std::endl;
}
