#include "swarm_bench.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <numeric>
#include <thread>

#include "failure.hpp"
#include "quantiles.hpp"
#include "swarm_stream.hpp"
#include "terminal.hpp"

namespace wingbeat::cli {

namespace {

void require(const swarm::Outcome& outcome) {
  if (!outcome) throw Failure(kFailed, outcome.text);
}

// All rounds of one kind together.
struct Total {
  std::uint64_t steps = 0, neighbours = 0, ns = 0;
  std::uint64_t sort_ns = 0, neighbours_ns = 0, rules_ns = 0;
  Quantiles each_ns, each_publish_ns;

  void add(const swarm::StepStats& stats, std::uint64_t step_ns, std::uint64_t publishing_ns) {
    ++steps;
    ns += step_ns + publishing_ns;
    each_ns.add(step_ns + publishing_ns);
    each_publish_ns.add(publishing_ns);
    neighbours += stats.neighbours;
    sort_ns += stats.sort_ns;
    neighbours_ns += stats.neighbours_ns;
    rules_ns += stats.rules_ns;
  }
  double steps_per_second() const { return ns > 0 ? static_cast<double>(steps) / static_cast<double>(ns) * 1e9 : 0; }
  double publish_share() const {
    return static_cast<double>(each_publish_ns.at(0.5)) /
           static_cast<double>(std::max<std::uint64_t>(each_ns.at(0.5), 1));
  }
};

// Within the swarm's private buffers.
void step_alone(swarm::Swarm& flock, std::uint64_t steps, Total& total) {
  require(flock.start());
  for (std::uint64_t s = 0; s < steps && !interrupted(); ++s) {
    const std::uint64_t begin = wb_now_ns();
    require(flock.step());
    total.add(flock.stats(), wb_now_ns() - begin, 0);
  }
}

void step_published(swarm::Swarm& flock, SwarmStream& stream, std::uint64_t steps, Total& total) {
  stream.publish_start();
  for (std::uint64_t s = 0; s < steps && !interrupted(); ++s) {
    const StepCost cost = stream.publish_step();
    total.add(flock.stats(), cost.step_ns, cost.publish_ns);
  }
}

SwarmStreamOptions stream_options() {
  SwarmStreamOptions options;
  options.name = fmt::format("swarm-bench-{}", getpid());
  options.rate_text = "flat out";
  return options;
}

// Waits for every frame and reads all positions, in a thread of its own.
class LiveReader {
 public:
  explicit LiveReader(const std::string& stream) : reader_(open(stream)), thread_([this] { read(); }) {}
  ~LiveReader() {
    done_ = true;
    thread_.join();
  }

 private:
  static Reader open(const std::string& stream) {
    ReaderOptions options;
    options.leases = 1;
    options.label = "wingbeat swarm --bench";
    return Reader::open(stream, options).value();
  }

  void read() {
    Field<float> position("position");
    while (!done_) {
      const wingbeat::Frame frame = reader_.wait(std::chrono::milliseconds(10));
      if (!frame) continue;
      const auto numbers = frame.span(position);
      sum_ = std::accumulate(numbers.begin(), numbers.end(), 0.0f);
    }
  }

  Reader reader_;
  std::atomic<bool> done_ = false;
  std::atomic<float> sum_ = 0;  // so that the reading is not left out
  std::thread thread_;
};

// The stream and its reader, which live as long as the rounds go on.
struct Publication {
  Publication(swarm::Swarm& flock, const swarm::Options& options) : stream(flock, options, stream_options()) {}
  SwarmStream stream;
  LiveReader reader{stream_options().name};
};

PhaseCost cost_of(const Total& total, std::uint32_t agents) {
  const double agent_steps = static_cast<double>(agents) * static_cast<double>(total.steps);
  const auto each = [agent_steps](std::uint64_t ns) {
    return agent_steps > 0 ? static_cast<double>(ns) / agent_steps : 0;
  };
  const std::uint64_t known = total.sort_ns + total.neighbours_ns + total.rules_ns;
  return {each(total.sort_ns), each(total.neighbours_ns), each(total.rules_ns),
          each(total.ns - std::min(total.ns, known))};
}

constexpr std::size_t kCopiedBytes = std::size_t{64} << 20;
constexpr int kCopyRounds = 4;

void copy_all(unsigned threads, std::vector<std::vector<char>>& from, std::vector<std::vector<char>>& to) {
  std::vector<std::thread> copying;
  for (unsigned t = 0; t < threads; ++t)
    copying.emplace_back([&, t] { std::memcpy(to[t].data(), from[t].data(), to[t].size()); });
  for (std::thread& thread : copying) thread.join();
}

double measure_copies(unsigned threads) {
  const std::size_t bytes = kCopiedBytes / threads;
  std::vector<std::vector<char>> from(threads, std::vector<char>(bytes, 1)), to(threads, std::vector<char>(bytes));
  double best = 0;
  for (int round = 0; round < kCopyRounds; ++round) {
    const std::uint64_t begin = wb_now_ns();
    copy_all(threads, from, to);
    const auto moved = static_cast<double>(2 * bytes * threads);
    best = std::max(best, moved / static_cast<double>(wb_now_ns() - begin) * 1e9);
  }
  return best;
}

// Bytes read and written in a second by the given number of threads that copy memory at the same time, each more than
// a cache holds. Measured once for each number of threads; takes a few tenths of a second.
double copy_bytes_per_second(unsigned threads) {
  static std::map<unsigned, double> known;
  const auto found = known.find(threads);
  return found != known.end() ? found->second : known[threads] = measure_copies(threads);
}

// Position and velocity of the frame before are read, those of the next written.
double bytes_of_step(const swarm::Swarm& flock) {
  return 4.0 * static_cast<double>(flock.dimensions() * flock.agents() * sizeof(float));
}

double rounded(double value, double steps) { return std::round(value * steps) / steps; }

std::string count_text(double value) {
  return value >= 1e9 ? fmt::format("{:.2f} G", value / 1e9) : fmt::format("{:.2f} M", value / 1e6);
}

}  // namespace

SwarmSpeed measure_speed(swarm::Swarm& flock, const swarm::Options& options, const SwarmBenchPlan& plan) {
  Total alone, published, warming;
  std::optional<Publication> publication;
  if (plan.publish) publication.emplace(flock, options);
  step_alone(flock, 1, warming);
  const auto is_over = [&] {
    return static_cast<double>(alone.ns + published.ns) >= plan.seconds * 1e9 || interrupted();
  };
  do {
    const std::uint64_t before = alone.steps;
    // A round of long steps is cut short, but for the first of them.
    const double left = plan.seconds - static_cast<double>(alone.ns + published.ns) / 1e9;
    const double fit = left * warming.steps_per_second();
    const auto steps = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::max(fit, 0.0)), 1, plan.steps);
    step_alone(flock, steps, alone);
    if (publication) step_published(flock, publication->stream, steps, published);
    if (alone.steps == before) break;
  } while (!is_over());
  SwarmSpeed speed{
      std::string(flock.model().name), flock.agents(), flock.threads(), 0, alone.steps_per_second(), {}, 0, {}};
  speed.cost = cost_of(alone, flock.agents());
  const double agent_steps = static_cast<double>(flock.agents()) * static_cast<double>(alone.steps);
  if (agent_steps > 0) speed.neighbours = static_cast<double>(alone.neighbours) / agent_steps;
  speed.bandwidth_share = bytes_of_step(flock) * speed.steps_per_second / copy_bytes_per_second(flock.threads());
  if (publication) speed.published = {published.steps_per_second(), published.publish_share()};
  return speed;
}

Json speed_json(const SwarmSpeed& speed) {
  const double agent_steps = speed.agent_steps_per_second();
  Json json = {{"model", speed.model},
               {"n", speed.agents},
               {"threads", speed.threads},
               {"agent_steps_per_s", std::round(agent_steps)},
               {"neighbours", rounded(speed.neighbours, 100)},
               {"neighbours_per_s", std::round(agent_steps * speed.neighbours)},
               {"steps_per_s", rounded(speed.steps_per_second, 1000)},
               {"sort_ns", rounded(speed.cost.sort, 100)},
               {"neighbours_ns", rounded(speed.cost.neighbours, 100)},
               {"rules_ns", rounded(speed.cost.rules, 100)},
               {"rest_ns", rounded(speed.cost.rest, 100)},
               {"bandwidth_share", rounded(speed.bandwidth_share, 10000)}};
  if (speed.published) {
    json["published_steps_per_s"] = rounded(speed.published->steps_per_second, 1000);
    json["publish_share"] = rounded(speed.published->publish_share, 1e6);
  }
  return json;
}

std::string speed_head(bool publish) {
  return fmt::format("{:12} {:>8} {:>7} {:>13} {:>10} {:>12} {:>9}   {:<31} {:>9}{}", "model", "agents", "threads",
                     "agent-steps/s", "neighbours", "neighbours/s", "steps/s", "ns: sort + find + rules + rest",
                     "bandwidth", publish ? "   published, of it publishing" : "");
}

std::string speed_text(const SwarmSpeed& speed) {
  const double agent_steps = speed.agent_steps_per_second();
  std::string text = fmt::format("{:12} {:8} {:7} {:>13} {:10.1f} {:>12} {:9.1f}   {:<31} {:8.2f}%", speed.model,
                                 speed.agents, speed.threads, count_text(agent_steps), speed.neighbours,
                                 count_text(agent_steps * speed.neighbours), speed.steps_per_second,
                                 fmt::format("{:.1f} + {:.1f} + {:.1f} + {:.1f}", speed.cost.sort,
                                             speed.cost.neighbours, speed.cost.rules, speed.cost.rest),
                                 100 * speed.bandwidth_share);
  if (speed.published) {
    text += fmt::format("  {:6.1f} steps/s, {:.3f}%", speed.published->steps_per_second,
                        100 * speed.published->publish_share);
  }
  return text;
}

}  // namespace wingbeat::cli
