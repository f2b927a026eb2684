#include "swarm/swarm.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>

#include "models.hpp"
#include "swarm_state.hpp"

namespace swarm {
namespace {

Outcome check_span(const char* name, std::size_t have, std::size_t want, bool required) {
  if (have == want || (have == 0 && !required)) return Outcome::done();
  return Outcome::refused("the span '" + std::string(name) + "' has " + std::to_string(have) + " elements and needs " +
                          std::to_string(want));
}

bool overlap(std::span<const float> a, std::span<const float> b) {
  const std::less<const float*> before;
  return before(a.data(), b.data() + b.size()) && before(b.data(), a.data() + a.size());
}

Outcome check_space(const Options& o, const ModelInfo& info) {
  const Boundary boundary = o.boundary == Boundary::usual ? info.boundary : o.boundary;
  if (!(o.box >= 0 && o.box <= kReach)) {
    return Outcome::refused("box must be between 0 (chosen by the number of agents) and 1e6");
  }
  if (boundary == Boundary::open && o.box != 0) {
    return Outcome::refused("an open space has no box: give boundary periodic or walled, too");
  }
  return Outcome::done();
}

Outcome check_threads(unsigned threads) {
  if (threads < 1 || threads > kMaxThreads) {
    return Outcome::refused("threads must be between 1 and " + std::to_string(kMaxThreads));
  }
  if (threads > 1 && !Workers::are_available()) {
    return Outcome::refused("this was built without oneTBB: threads must be 1");
  }
  return Outcome::done();
}

}  // namespace

Swarm::State::State(const Options& o) : options(o), model(*find_entry(o.model)), workers(o.threads) {
  const ModelInfo& info = model.info;
  if (options.boundary == Boundary::usual) options.boundary = info.boundary;
  const double usual = info.box(options.agents);
  if (options.boundary == Boundary::open) {
    if (options.start_box == 0) options.start_box = usual;
  } else if (options.box == 0) {
    options.box = usual;
  }
  parameters = Parameters(info.parameters);
  kernel = model.make({options.agents, options.steps_per_second, options.start_box, space(), Random(options.seed),
                       &workers, options.clock});
}

Space Swarm::State::space() const { return {options.boundary, static_cast<float>(options.box)}; }

Outcome Swarm::State::check(const Frame& f) const {
  const std::size_t n = options.agents, d = model.info.dimensions, b = model.info.has_bodies ? 1 : 0;
  for (const Outcome& fault :
       {check_span("position", f.position.size(), d * n, true), check_span("velocity", f.velocity.size(), d * n, true),
        check_span("mass", f.mass.size(), b * n, false), check_span("max_speed", f.max_speed.size(), b * n, false),
        check_span("id", f.id.size(), n, false),
        check_span("attractor_position", f.attractor_position.size(), b * 3 * kSourceCapacity, false),
        check_span("attractor_remaining", f.attractor_remaining.size(), b * kSourceCapacity, false),
        check_span("repulsor_position", f.repulsor_position.size(), b * 3 * kSourceCapacity, false),
        check_span("repulsor_remaining", f.repulsor_remaining.size(), b * kSourceCapacity, false)}) {
    if (!fault) return fault;
  }
  return Outcome::done();
}

Outcome Swarm::State::check(const View& previous, const Frame& next) const {
  const std::size_t numbers = model.info.dimensions * options.agents;
  if (Outcome fault = check_span("previous position", previous.position.size(), numbers, true); !fault) return fault;
  if (Outcome fault = check_span("previous velocity", previous.velocity.size(), numbers, true); !fault) return fault;
  if (overlap(previous.position, next.position) || overlap(previous.velocity, next.velocity)) {
    return Outcome::refused("the previous and the next frame overlap: a step reads one while it fills the other");
  }
  return check(next);
}

// What every frame shows beside positions and velocities, and the agents that were placed.
void Swarm::State::finish(const Frame& f) {
  for (const Placement& p : placements) {
    std::ranges::copy_n(p.position.begin(), static_cast<std::ptrdiff_t>(model.info.dimensions),
                        &f.position[model.info.dimensions * p.agent]);
  }
  placements.clear();
  for (std::size_t i = 0; i < f.id.size(); ++i) f.id[i] = static_cast<std::uint32_t>(i);
  kernel->finish(step, f);
}

void Swarm::State::repeat(const View& previous, const Frame& next) const {
  std::ranges::copy(previous.position, next.position.begin());
  std::ranges::copy(previous.velocity, next.velocity.begin());
}

void Swarm::State::advance(const View& previous, const Frame& next) {
  stats = kernel->advance({parameters, step}, previous, next);
  ++step;
}

Frame Swarm::State::own_frame(std::size_t which) {
  OwnFrame& f = own[which];
  f.position.resize(model.info.dimensions * options.agents);
  f.velocity.resize(model.info.dimensions * options.agents);
  Frame frame;
  frame.position = f.position;
  frame.velocity = f.velocity;
  return frame;
}

Outcome Swarm::check(const Options& o) {
  if (o.agents > kMaxAgents) return Outcome::refused("agents must be at most " + std::to_string(kMaxAgents));
  if (!(o.steps_per_second > 0 && o.steps_per_second <= 1e6)) {
    return Outcome::refused("steps_per_second must be above 0 and at most 1e6");
  }
  if (!(o.start_box >= 0 && o.start_box <= kReach)) {
    return Outcome::refused("start_box must be between 0 (chosen by the number of agents) and 1e6");
  }
  const ModelEntry* entry = find_entry(o.model);
  if (entry == nullptr) return Outcome::refused("there is no model '" + o.model + "'; there are " + model_names());
  if (Outcome fault = check_space(o, entry->info); !fault) return fault;
  return check_threads(o.threads);
}

Swarm::Swarm(const Options& options) {
  if (const Outcome fault = check(options); !fault) throw std::invalid_argument(fault.text);
  state_ = std::make_unique<State>(options);
}
Swarm::~Swarm() = default;
Swarm::Swarm(Swarm&&) noexcept = default;
Swarm& Swarm::operator=(Swarm&&) noexcept = default;

Outcome Swarm::start(const Frame& first) {
  State& s = *state_;
  if (Outcome fault = s.check(first); !fault) return fault;
  s.step = 0;
  s.paused = false;
  s.single_steps = 0;
  s.placements.clear();
  s.stats = {};
  s.kernel->start(s.parameters, first);
  s.finish(first);
  return Outcome::done();
}

Outcome Swarm::step(const View& previous, const Frame& next) {
  State& s = *state_;
  if (Outcome fault = s.check(previous, next); !fault) return fault;
  if (s.paused && s.single_steps == 0) {
    s.repeat(previous, next);
  } else {
    s.single_steps -= s.single_steps > 0;
    s.advance(previous, next);
  }
  s.finish(next);
  return Outcome::done();
}

Outcome Swarm::start() {
  state_->own_current = 0;
  return start(state_->own_frame(0));
}

Outcome Swarm::step() {
  State& s = *state_;
  if (s.own[s.own_current].position.size() != s.model.info.dimensions * s.options.agents) {
    return Outcome::refused("the swarm has no frame of its own yet: call start() first");
  }
  const std::size_t next = 1 - s.own_current;
  if (Outcome fault = step(state(), s.own_frame(next)); !fault) return fault;
  s.own_current = next;
  return Outcome::done();
}

View Swarm::state() const {
  return {state_->own[state_->own_current].position, state_->own[state_->own_current].velocity};
}
const ModelInfo& Swarm::model() const { return state_->model.info; }
std::size_t Swarm::dimensions() const { return state_->model.info.dimensions; }
Boundary Swarm::boundary() const { return state_->options.boundary; }
double Swarm::box() const { return state_->options.box; }
unsigned Swarm::threads() const { return state_->workers.threads(); }
std::uint32_t Swarm::agents() const { return state_->options.agents; }
std::uint64_t Swarm::step_count() const { return state_->step; }
double Swarm::time() const { return static_cast<double>(state_->step) / state_->options.steps_per_second; }
bool Swarm::paused() const { return state_->paused; }
double Swarm::start_box() const { return state_->options.start_box; }
const Parameters& Swarm::parameters() const { return state_->parameters; }
std::span<const Source> Swarm::attractors() const { return state_->kernel->bodies().attractors; }
std::span<const Source> Swarm::repulsors() const { return state_->kernel->bodies().repulsors; }
std::span<const float> Swarm::masses() const { return state_->kernel->bodies().masses; }
std::span<const float> Swarm::max_speeds() const { return state_->kernel->bodies().max_speeds; }
const StepStats& Swarm::stats() const { return state_->stats; }

}  // namespace swarm
