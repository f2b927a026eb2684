#include "swarm_bench.hpp"

#include <fmt/format.h>

#include <cmath>

#include "interrupts.hpp"
#include "verbs.hpp"

namespace wingbeat::tool {

namespace {

void require(const swarm::Outcome& outcome) {
  if (!outcome) throw Failure(kFailed, outcome.text);
}

struct Run {
  std::uint64_t steps = 0, neighbours = 0;
  double seconds = 0;
};

Run run_for(swarm::Swarm& flock, double seconds) {
  Run run;
  const std::uint64_t begin = wb_now_ns();
  while (run.seconds < seconds && !interrupted()) {
    require(flock.step());
    ++run.steps;
    run.neighbours += flock.stats().neighbours;
    run.seconds = static_cast<double>(wb_now_ns() - begin) / 1e9;
  }
  return run;
}

}  // namespace

SwarmSpeed measure_speed(swarm::Swarm& flock, double seconds) {
  require(flock.start());
  run_for(flock, seconds / 10);
  const Run run = run_for(flock, seconds);
  SwarmSpeed speed{std::string(flock.model().name), flock.agents(), flock.threads(), 0, 0};
  const double agent_steps = static_cast<double>(flock.agents()) * static_cast<double>(run.steps);
  if (run.seconds > 0) speed.agent_steps_per_second = agent_steps / run.seconds;
  if (agent_steps > 0) speed.neighbours = static_cast<double>(run.neighbours) / agent_steps;
  return speed;
}

Json speed_json(const SwarmSpeed& speed) {
  return {{"model", speed.model},
          {"n", speed.agents},
          {"threads", speed.threads},
          {"agent_steps_per_s", std::round(speed.agent_steps_per_second)},
          {"neighbours", std::round(speed.neighbours * 100) / 100}};
}

std::string speed_text(const SwarmSpeed& speed) {
  return fmt::format("{:12} {:8} agents, {} thread{}: {:7.2f} million agent-steps/s, {:.1f} neighbours", speed.model,
                     speed.agents, speed.threads, speed.threads == 1 ? "" : "s", speed.agent_steps_per_second / 1e6,
                     speed.neighbours);
}

}  // namespace wingbeat::tool
