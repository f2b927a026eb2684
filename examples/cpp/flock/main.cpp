// Publishes a flock of 1,000 agents, 60 frames a second for a minute. A reader can set its speed meanwhile.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <wingbeat/wingbeat.hpp>

int main(int argc, char** argv) {
  const int frames = argc > 1 ? std::atoi(argv[1]) : 3600;
  wingbeat::StreamSpec spec("flock", /*capacity=*/1000);
  spec.per_agent<float>("position", 3, "x y z", "m").parameter("speed", 1.0, {/*min=*/0, /*max=*/10});
  auto flock = wingbeat::Writer::create(spec).value();
  double speed = 1, t = 0;
  for (int step = 1; step <= frames; ++step) {
    auto frame = flock.begin();  // a slot of shared memory
    auto position = frame.array<float>("position");
    for (std::size_t i = 0; i < 1000; ++i)
      for (std::size_t k = 0; k < 3; ++k)
        position(i, k) = static_cast<float>(std::sin(t * double(k + 1) + 0.01 * double(i) + double(k)));
    frame.publish(frame.seq(), t += speed / 60);
    flock.requests([&](auto& request) { speed = request.value(); });  // "speed" is the only parameter
    if (step % 600 == 0) std::printf("%d frames published, speed %g\n", step, speed);
    std::this_thread::sleep_for(std::chrono::milliseconds(16));
  }
}
