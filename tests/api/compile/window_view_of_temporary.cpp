// A view must not outlive its window.
#include <wingbeat/wingbeat.hpp>

std::size_t numbers(wingbeat::Reader& reader) {
#ifdef MISTAKE
  return wingbeat::Window::open(reader, {"position"}, 60).value().get<float>("position").numbers.size();
#else
  const auto window = wingbeat::Window::open(reader, {"position"}, 60).value();
  return window.get<float>("position").numbers.size();
#endif
}
