// Reads example-minimal's stream by the library as it is installed, and steers it: what a packed addon has to work with.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <wingbeat/wingbeat.hpp>

using namespace std::chrono_literals;

int main() {
  auto reader = wingbeat::Reader::open("ring").value();
  reader.attach(20s).value();
  auto frame = reader.wait(20s);
  if (!frame) return std::printf("no frame: %s\n", frame.error().what()), 1;
  const auto position = frame.array<float>("position");
  if (position.rows() != 500 || position.columns() != 3) return std::printf("%zu agents\n", position.rows()), 1;
  for (const float x : position.flat())
    if (!std::isfinite(x) || x < 0 || x > 600) return std::printf("a coordinate is %g\n", static_cast<double>(x)), 1;
  frame.release();
  const auto receipt = reader.set("speed", -2.0).wait(20s);
  if (!receipt || !receipt.value().applied()) return std::printf("the speed was not set\n"), 1;
  std::printf("500 agents; speed %g\n", reader.parameter<double>("speed").value());
}
