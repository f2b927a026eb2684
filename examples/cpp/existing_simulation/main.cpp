// A simulation with an agent type and a main loop of its own. main.cpp is before.cpp plus five lines that publish it.
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>
#include <wingbeat/wingbeat.hpp>

struct Vec3 {
  float x, y, z;
};

struct Agent {
  Vec3 position;
  Vec3 velocity;
  float mass;
  bool is_leader;
};

// Agents on rings around the z axis, all moving in the same direction.
std::vector<Agent> make_agents(std::size_t count) {
  std::vector<Agent> agents;
  for (std::size_t i = 0; i < count; ++i) {
    const float angle = 0.1f * static_cast<float>(i), radius = 1.0f + 0.01f * static_cast<float>(i);
    const Vec3 position = {radius * std::cos(angle), radius * std::sin(angle), 0.0f};
    agents.push_back({position, {-position.y, position.x, 0.0f}, 2.0f, i == 0});
  }
  return agents;
}

void advance(std::vector<Agent>& agents, float dt) {
  for (Agent& agent : agents) {
    agent.velocity.x -= agent.position.x * dt;
    agent.velocity.y -= agent.position.y * dt;
    agent.position.x += agent.velocity.x * dt;
    agent.position.y += agent.velocity.y * dt;
  }
}

int main(int argc, char** argv) {
  const unsigned long steps = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 600;
  const float dt = 1.0f / 60.0f;
  float time = 0.0f;
  std::vector<Agent> agents = make_agents(500);
  auto live = wingbeat::Writer::create(wingbeat::StreamSpec("rings", 500).per_agent<float>("position", 3)).value();
  for (unsigned long step = 1; step <= steps; ++step) {
    advance(agents, dt);
    time += dt;
    auto frame = live.begin();
    frame.copy("position", &agents[0].position, sizeof(Agent), agents.size());
    frame.publish(step, time);
    std::this_thread::sleep_for(std::chrono::milliseconds(16));
  }
  std::printf("%.1f s simulated\n", static_cast<double>(time));
}
