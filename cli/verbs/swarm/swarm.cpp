// wingbeat swarm: runs the reference swarm and publishes every step, or measures how fast it is.
#include "swarm/swarm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "pace.hpp"
#include "quantiles.hpp"
#include "scenario.hpp"
#include "swarm_bench.hpp"
#include "swarm_stream.hpp"
#include "terminal.hpp"
#include "text.hpp"
#include "verbs.hpp"

namespace wingbeat::cli {

namespace {

constexpr double kBenchSeconds = 1;
constexpr std::array<std::uint32_t, 5> kBenchAgents = {400, 4000, 40000, 400000, 1000000};

struct SwarmArguments {
  swarm::Options flock;
  std::string scenario;
  SwarmStreamOptions stream;
  double rate = 60;
  bool flat_out = false;
  std::optional<double> seconds;
  std::optional<std::uint64_t> steps;
  std::string subscribe;
  std::vector<std::string> settings;                       // name=value
  std::vector<std::pair<std::string, double>> parameters;  // of the scenario
  bool bench = false;
  bool publish = false;  // in a bench
  bool json = false;
};

struct Summary {
  std::uint64_t frames = 0, late = 0, requests = 0;
  Quantiles publish, step;
  std::uint64_t start_ns = wb_now_ns();
  std::uint64_t end_ns = 0;

  void add(const StepCost& cost) {
    ++frames;
    publish.add(cost.publish_ns);
    step.add(cost.step_ns);
  }
  double wall_seconds() const { return static_cast<double>(end_ns - start_ns) / 1e9; }
};

// The origin's radius of the centre pull fits its flock of 100; a larger flock would be crushed by it.
double fitting_centre_radius(std::uint32_t agents) {
  const auto& info = swarm::parameter_table()[static_cast<std::size_t>(swarm::Parameter::centre_radius)];
  return std::clamp(swarm::centre_radius_for(agents), info.minimum, info.maximum);
}

void apply_setting(swarm::Swarm& flock, const std::string& setting) {
  const auto equals = setting.find('=');
  double value = 0;
  if (equals == std::string::npos || !parse_number(setting.substr(equals + 1), value))
    throw Failure(kUsage, fmt::format("--set {}: give NAME=NUMBER, as in alignment=0.02", setting));
  const swarm::Outcome outcome = flock.set(setting.substr(0, equals), value);
  if (!outcome) throw Failure(kUsage, fmt::format("--set {}: {}", setting, outcome.text));
}

void apply_parameter(swarm::Swarm& flock, const std::string& scenario,
                     const std::pair<std::string, double>& parameter) {
  const swarm::Outcome outcome = flock.set(parameter.first, parameter.second);
  if (!outcome) throw Failure(kUsage, fmt::format("scenario {}: {}", scenario, outcome.text));
}

swarm::Swarm make_flock(const SwarmArguments& arguments) {
  if (const auto outcome = swarm::Swarm::check(arguments.flock); !outcome) throw Failure(kUsage, outcome.text);
  swarm::Swarm flock(arguments.flock);
  // Before the scenario and --set, which have priority.
  if (flock.model().has_bodies) {
    const swarm::Outcome outcome = flock.set(swarm::Parameter::centre_radius, fitting_centre_radius(flock.agents()));
    if (!outcome) throw Failure(kFailed, outcome.text);
  }
  for (const auto& parameter : arguments.parameters) apply_parameter(flock, arguments.scenario, parameter);
  for (const auto& setting : arguments.settings) apply_setting(flock, setting);
  return flock;
}

// The command line has priority over the scenario, and the scenario over the model's defaults.
void apply_scenario(const Verb& verb, SwarmArguments& a) {
  const Scenario scenario = a.scenario.empty() ? Scenario() : read_scenario(a.scenario);
  const auto choose = [&verb](const char* option, auto& value, const auto& said) {
    if (said && !verb.was_given(option)) value = *said;
  };
  choose("--model", a.flock.model, scenario.model);
  choose("--agents", a.flock.agents, std::optional(scenario.agents.value_or(swarm::find_model(a.flock.model)->agents)));
  choose("--seed", a.flock.seed, scenario.seed);
  choose("--rate", a.rate, scenario.rate);
  choose("--boundary", a.flock.boundary, scenario.boundary);
  choose("--box", a.flock.box, scenario.box);
  choose("--threads", a.flock.threads, scenario.threads);
  a.parameters = scenario.parameters;
}

bool is_done(const SwarmArguments& arguments, const Summary& summary) {
  if (interrupted()) return true;
  if (arguments.steps && summary.frames > *arguments.steps) return true;
  return arguments.seconds && static_cast<double>(wb_now_ns() - summary.start_ns) >= *arguments.seconds * 1e9;
}

Summary run_steps(const SwarmArguments& arguments, SwarmStream& stream, std::optional<CodeReader>& listener) {
  Summary summary;
  summary.add(stream.publish_start());
  Pace pace(arguments.flat_out ? 0 : arguments.rate, summary.start_ns);
  for (;;) {
    const bool is_time = pace.wait();
    if (is_done(arguments, summary)) break;
    // Requests are answered after the readers have finished with the frame, so that what they asked because of it
    // applies to the next step.
    if (!stream.await_readers()) continue;
    summary.requests += stream.answer_requests();
    if (listener) listener->poll();
    if (!is_time) continue;
    summary.add(stream.publish_step());
    pace.finish(wb_now_ns());
  }
  summary.late = pace.late();
  summary.end_ns = wb_now_ns();
  return summary;
}

void print_start(const SwarmArguments& arguments, const SwarmStream& stream) {
  fmt::print("{}: {}, {} agents, {}, frames of {}; Ctrl-C ends\n", arguments.stream.name, arguments.flock.model,
             arguments.flock.agents, arguments.stream.rate_text,
             bytes_text(wb_schema_frame_bytes(stream.writer().schema())));
  std::fflush(stdout);
}

void print_summary(const SwarmArguments& arguments, const Summary& summary, const std::optional<CodeReader>& listener) {
  fmt::print("{}: {} frames in {:.1f} s, {} late, step p50 {}, publish p50 {} p99 {}, {} requests",
             arguments.stream.name, summary.frames, summary.wall_seconds(), summary.late,
             duration_text(summary.step.at(0.5)), duration_text(summary.publish.at(0.5)),
             duration_text(summary.publish.at(0.99)), summary.requests);
  if (listener) fmt::print(", {} frames of {}", listener->frames(), arguments.subscribe);
  fmt::print("\n");
}

Json to_json(const SwarmArguments& arguments, const Summary& summary, const std::optional<CodeReader>& listener) {
  Json json = {{"name", arguments.stream.name},
               {"model", arguments.flock.model},
               {"agents", arguments.flock.agents},
               {"frames", summary.frames},
               {"late", summary.late},
               {"publish_p50_ns", summary.publish.at(0.5)},
               {"publish_p99_ns", summary.publish.at(0.99)},
               {"step_p50_ns", summary.step.at(0.5)},
               {"step_p99_ns", summary.step.at(0.99)},
               {"requests", summary.requests},
               {"latent_frames", listener ? listener->frames() : 0},
               {"wall_seconds", summary.wall_seconds()}};
  json["latent"] = listener ? Json(listener->newest()) : Json::array();
  return json;
}

void report(const SwarmArguments& arguments, const Summary& summary, const std::optional<CodeReader>& listener) {
  if (listener && !listener->problem().empty())
    fmt::print(stderr, "wingbeat: {}: {}\n", arguments.subscribe, printable(listener->problem()));
  if (arguments.json) fmt::print("{}\n", json_text(to_json(arguments, summary, listener)));
  if (!arguments.json && !arguments.stream.quiet) print_summary(arguments, summary, listener);
}

void print_speed(SwarmArguments arguments) {
  arguments.flock.clock = wb_now_ns;
  swarm::Swarm flock = make_flock(arguments);
  SwarmBenchPlan plan;
  plan.seconds = arguments.seconds.value_or(kBenchSeconds);
  plan.steps = std::max<std::uint64_t>(arguments.steps.value_or(plan.steps), 1);
  plan.publish = arguments.publish;
  const SwarmSpeed speed = measure_speed(flock, arguments.flock, plan);
  fmt::print("{}\n", arguments.json ? json_text(speed_json(speed)) : speed_text(speed));
  std::fflush(stdout);
}

// With the given number of agents, or with a series of numbers.
void print_speeds(SwarmArguments arguments, bool is_one) {
  if (is_one) return print_speed(arguments);
  for (const std::uint32_t agents : kBenchAgents) {
    if (interrupted()) return;
    arguments.flock.agents = agents;
    print_speed(arguments);
  }
}

// Of the given model, or of all.
int run_bench(const Verb& verb, SwarmArguments arguments) {
  catch_interrupts();
  const bool is_scenario = !arguments.scenario.empty();
  const bool is_one_model = verb.was_given("--model") || is_scenario,
             is_one_size = verb.was_given("--agents") || is_scenario;
  if (!arguments.json) fmt::print("{}\n", speed_head(arguments.publish));
  for (const swarm::ModelInfo* model : swarm::models()) {
    if (interrupted()) return kInterrupted;
    if (is_one_model && model->name != arguments.flock.model) continue;
    arguments.flock.model = model->name;
    print_speeds(arguments, is_one_size);
  }
  return interrupted() ? kInterrupted : kDone;
}

int run(SwarmArguments arguments) {
  if (!arguments.flat_out) arguments.flock.steps_per_second = arguments.rate;
  arguments.stream.rate_text = arguments.flat_out ? "flat out" : fmt::format("{:g} steps/s", arguments.rate);
  catch_interrupts();
  swarm::Swarm flock = make_flock(arguments);
  SwarmStream stream(flock, arguments.flock, arguments.stream);
  std::optional<CodeReader> listener;
  if (!arguments.subscribe.empty() && arguments.stream.injection != Injection::deaf)
    listener.emplace(arguments.subscribe);
  if (!arguments.stream.quiet && !arguments.json) print_start(arguments, stream);
  const Summary summary = run_steps(arguments, stream, listener);
  report(arguments, summary, listener);
  return kDone;
}

void add_model_options(Verb& verb, SwarmArguments& a) {
  std::vector<std::string> models;
  for (const swarm::ModelInfo* model : swarm::models()) models.emplace_back(model->name);
  using Boundaries = std::vector<std::pair<std::string, swarm::Boundary>>;
  verb.add("--scenario", a.scenario,
           "Read the settings from a TOML file, or from an installed scenario by its name; other options have priority")
      .shown_as("NAME|FILE");
  verb.add("--model", a.flock.model, "Choose the model: " + swarm::model_names() + "; default: zones")
      .one_of(models)
      .shown_as("NAME");
  verb.add("--agents", a.flock.agents, "Set the number of agents; default: the model's, 10000 for zones")
      .between(1, swarm::kMaxAgents);
  verb.choose("--boundary", a.flock.boundary,
              Boundaries{{"open", swarm::Boundary::open},
                         {"periodic", swarm::Boundary::periodic},
                         {"walled", swarm::Boundary::walled}},
              "Set where space ends; default: the model's");
  verb.add("--box", a.flock.box, "Set the edge of a periodic or walled box, which begins at 0; default: the model's")
      .between(0, swarm::kReach);
  verb.add("--threads", a.flock.threads, "Set the threads of a step; the result does not depend on them")
      .between(1, swarm::kMaxThreads)
      .with_default();
}

void add_run_options(Verb& verb, SwarmArguments& a) {
  verb.add("--seed", a.flock.seed, "Seed all random numbers").with_default();
  const Option rate =
      verb.add("--rate", a.rate, "Set the number of steps per second").between(0.001, 1e6).with_default();
  verb.add("--flat-out", a.flat_out, "Run as fast as possible instead; 60 steps then count as one second")
      .excludes(rate);
  verb.add("--seconds", a.seconds, "End after this time").between(0, 1e9);
  verb.add("--steps", a.steps, "End after this many steps; the start state is one frame more");
  verb.add("--set", a.settings, "Set the initial value of a parameter; may be repeated").shown_as("NAME=NUMBER");
}

void add_stream_options(Verb& verb, SwarmArguments& a) {
  static const std::vector<std::string> rights = {"group-read", "group-control", "all-read"};
  static constexpr std::uint64_t kRights[] = {WB_GROUP_READ, WB_GROUP_CONTROL, WB_ALL_READ};
  using Injections = std::vector<std::pair<std::string, Injection>>;
  verb.add("--name", a.stream.name, "Name the stream").with_default();
  verb.add("--lease-budget", a.stream.lease_budget, "Set the number of frames that all readers together may hold")
      .with_default();
  verb.add("--history", a.stream.history, "Set the number of frames by which a reader of every frame may fall behind")
      .with_default();
  verb.add("--max-readers", a.stream.max_readers, "Set the maximum number of readers").with_default();
  verb.add("--lock-step", a.stream.lock_step,
           "Wait after each frame for the readers in lock-step with this label; a request that they make because of a "
           "frame "
           "applies to the next")
      .shown_as("LABEL");
  verb.add("--timeout", a.stream.lock_step_limit_s,
           "Limit the seconds of a wait for a reader in lock-step; then continue without it until it catches up")
      .between(0.001, 1e6)
      .with_default();
  verb.choose(
      "--share", rights, [&a](std::size_t index) { a.stream.access |= kRights[index]; },
      "Give other users rights; default: none; several with commas between them", true);
  verb.add("--huge", a.stream.huge, "Use huge pages for frames, if the system has any");
  verb.add("--subscribe", a.subscribe, "Count the frames of this stream and keep the newest of its field `code`")
      .shown_as("STREAM");
  verb.add(
      "--stamp", a.stream.stamp,
      "Add a field `stamp`, by which a reader can tell that a frame is whole: seq * 0x9E3779B97F4A7C15 plus all other "
      "fields as little-endian 64-bit words, each field filled up with zeros, wrapping");
  verb.choose("--inject", a.stream.injection,
              Injections{{"none", Injection::none},
                         {"torn", Injection::torn},
                         {"deaf", Injection::deaf},
                         {"frozen", Injection::frozen}},
              "Inject a fault, which checks must detect: torn (half a frame is the one before), deaf (the subscribed "
              "stream is never read), frozen (parameters have no effect); default: none");
}

}  // namespace

void add_swarm(CommandLine& line) {
  auto verb = line.add_verb(kServing, "swarm", "Run the reference swarm and publish every step, until Ctrl-C",
                            "Example: wingbeat swarm --agents 10000 --rate 60");
  auto arguments = std::make_shared<SwarmArguments>();
  add_model_options(verb, *arguments);
  add_run_options(verb, *arguments);
  add_stream_options(verb, *arguments);
  const Option bench = verb.add(
      "--bench", arguments->bench,
      "Measure the speed of the model, or of all models, for 400 to 1000000 agents or for --agents: rounds of 20 steps "
      "(--steps) from the start state, 1 s each (--seconds), in private memory");
  verb.add("--publish", arguments->publish,
           "In a bench, run every other round with a stream and a reader of all frames")
      .needs(bench);
  verb.add("--quiet", arguments->stream.quiet, "Print nothing");
  verb.add("--json", arguments->json, "Print only one JSON object at the end, or one for each model of a bench");
  verb.run([arguments, verb]() -> int {
    apply_scenario(verb, *arguments);
    return arguments->bench ? run_bench(verb, *arguments) : run(*arguments);
  });
}

}  // namespace wingbeat::cli
