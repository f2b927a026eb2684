// wingbeat swarm: runs the reference swarm and publishes every step, or measures how fast it is.
#include "swarm/swarm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>

#include "code_listener.hpp"
#include "interrupts.hpp"
#include "pace.hpp"
#include "quantiles.hpp"
#include "scenario.hpp"
#include "swarm_bench.hpp"
#include "swarm_stream.hpp"
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
  bool quiet = false;
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
  if (equals == std::string::npos || !CLI::detail::lexical_cast(setting.substr(equals + 1), value))
    throw Failure(kUsage, fmt::format("--set {}: should be NAME=NUMBER, as in alignment=0.02", setting));
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
  if (flock.model().has_bodies) {
    const swarm::Outcome outcome = flock.set(swarm::Parameter::centre_radius, fitting_centre_radius(flock.agents()));
    if (!outcome) throw Failure(kFailed, outcome.text);
  }
  for (const auto& parameter : arguments.parameters) apply_parameter(flock, arguments.scenario, parameter);
  for (const auto& setting : arguments.settings) apply_setting(flock, setting);
  return flock;
}

// What the command line says goes before what the scenario says, and that before the model's usual.
void apply_scenario(const CLI::App& verb, SwarmArguments& a) {
  const Scenario scenario = a.scenario.empty() ? Scenario() : read_scenario(a.scenario);
  const auto choose = [&verb](const char* option, auto& value, const auto& said) {
    if (said && verb.count(option) == 0) value = *said;
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

Summary run_steps(const SwarmArguments& arguments, SwarmStream& stream, std::optional<CodeListener>& listener) {
  Summary summary;
  summary.add(stream.publish_start());
  Pace pace(arguments.flat_out ? 0 : arguments.rate, summary.start_ns);
  for (;;) {
    const bool is_time = pace.wait();
    if (is_done(arguments, summary)) break;
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

void print_summary(const SwarmArguments& arguments, const Summary& summary,
                   const std::optional<CodeListener>& listener) {
  fmt::print("{}: {} frames in {:.1f} s, {} late, step p50 {}, publish p50 {} p99 {}, {} requests",
             arguments.stream.name, summary.frames, summary.wall_seconds(), summary.late,
             duration_text(summary.step.at(0.5)), duration_text(summary.publish.at(0.5)),
             duration_text(summary.publish.at(0.99)), summary.requests);
  if (listener) fmt::print(", {} frames of {}", listener->frames(), arguments.subscribe);
  fmt::print("\n");
}

Json to_json(const SwarmArguments& arguments, const Summary& summary, const std::optional<CodeListener>& listener) {
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

void report(const SwarmArguments& arguments, const Summary& summary, const std::optional<CodeListener>& listener) {
  if (listener && !listener->complaint().empty())
    fmt::print(stderr, "wingbeat: {}: {}\n", arguments.subscribe, printable(listener->complaint()));
  if (arguments.json) fmt::print("{}\n", json_text(to_json(arguments, summary, listener)));
  if (!arguments.json && !arguments.quiet) print_summary(arguments, summary, listener);
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

// As many agents as were asked for, or a series of them.
void print_speeds(SwarmArguments arguments, bool is_one) {
  if (is_one) return print_speed(arguments);
  for (const std::uint32_t agents : kBenchAgents) {
    if (interrupted()) return;
    arguments.flock.agents = agents;
    print_speed(arguments);
  }
}

// The model that was asked for, or all of them.
int run_bench(const CLI::App& verb, SwarmArguments arguments) {
  catch_interrupts();
  const bool is_scenario = !arguments.scenario.empty();
  const bool is_one_model = verb.count("--model") > 0 || is_scenario,
             is_one_size = verb.count("--agents") > 0 || is_scenario;
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
  std::optional<CodeListener> listener;
  if (!arguments.subscribe.empty() && arguments.stream.injection != Injection::deaf)
    listener.emplace(arguments.subscribe);
  if (!arguments.quiet && !arguments.json) print_start(arguments, stream);
  const Summary summary = run_steps(arguments, stream, listener);
  report(arguments, summary, listener);
  return kDone;
}

void add_model_options(CLI::App& verb, SwarmArguments& a) {
  std::vector<std::string> models;
  for (const swarm::ModelInfo* model : swarm::models()) models.emplace_back(model->name);
  const std::map<std::string, swarm::Boundary> boundaries = {
      {"open", swarm::Boundary::open}, {"periodic", swarm::Boundary::periodic}, {"walled", swarm::Boundary::walled}};
  verb.add_option("--scenario", a.scenario,
                  "A TOML file, or the name of one of those installed; other options go before what it says")
      ->option_text("NAME|FILE");
  verb.add_option("--model", a.flock.model, "The model: " + swarm::model_names())
      ->check(CLI::IsMember(models))
      ->option_text("NAME")
      ->default_str("zones");
  verb.add_option("--agents", a.flock.agents, "How many agents; as the model has it if not given, 10000 for zones")
      ->check(CLI::Range(1u, swarm::kMaxAgents));
  verb.add_option("--boundary", a.flock.boundary, "Where space ends; as the model has it if not given")
      ->transform(CLI::CheckedTransformer(boundaries, CLI::ignore_case))
      ->option_text("open|periodic|walled");
  verb.add_option("--box", a.flock.box, "Edge of a periodic or walled box, from 0; as the model has it if not given")
      ->check(CLI::Range(0.0, swarm::kReach));
  verb.add_option("--threads", a.flock.threads, "Threads of a step; they change its duration, not one bit of it")
      ->check(CLI::Range(1u, swarm::kMaxThreads))
      ->capture_default_str();
}

void add_run_options(CLI::App& verb, SwarmArguments& a) {
  verb.add_option("--seed", a.flock.seed, "Seed of all randomness")->capture_default_str();
  auto* rate = verb.add_option("--rate", a.rate, "Steps per second")->check(CLI::Range(0.001, 1e6));
  rate->capture_default_str();
  verb.add_flag("--flat-out", a.flat_out, "As fast as it goes instead; 60 steps then count as a second")
      ->excludes(rate);
  verb.add_option("--seconds", a.seconds, "End after this time")->check(CLI::Range(0.0, 1e9));
  verb.add_option("--steps", a.steps, "End after this many steps; the start state is one frame more");
  verb.add_option("--set", a.settings, "Initial value of a parameter; may be repeated")
      ->option_text("NAME=NUMBER")
      ->allow_extra_args(false);
}

void add_share_option(CLI::App& verb, SwarmArguments& a) {
  static const std::map<std::string, std::uint64_t> rights = {
      {"group-read", WB_GROUP_READ}, {"group-control", WB_GROUP_CONTROL}, {"all-read", WB_ALL_READ}};
  const auto add_right = [&a](const std::string& name) {
    const auto right = rights.find(name);
    if (right == rights.end())
      throw CLI::ValidationError("--share", "group-read, group-control or all-read, not " + name);
    a.stream.access |= right->second;
  };
  verb.add_option_function<std::vector<std::string>>(
          "--share",
          [add_right](const std::vector<std::string>& names) {
            for (const auto& name : names) add_right(name);
          },
          "What other users may do, nothing by default; several with commas between")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->option_text("group-read|group-control|all-read");
}

void add_stream_options(CLI::App& verb, SwarmArguments& a) {
  const std::map<std::string, Injection> injections = {
      {"none", Injection::none}, {"torn", Injection::torn}, {"deaf", Injection::deaf}, {"frozen", Injection::frozen}};
  verb.add_option("--name", a.stream.name, "The stream's name")->capture_default_str();
  verb.add_option("--lease-budget", a.stream.lease_budget, "Frames all readers together may hold")
      ->capture_default_str();
  verb.add_option("--history", a.stream.history, "Frames a reader of every frame may fall back")->capture_default_str();
  verb.add_option("--max-readers", a.stream.max_readers, "Readers there may be")->capture_default_str();
  verb.add_option("--lock-step", a.stream.lock_step,
                  "Wait after each frame for the readers in lock-step that call themselves so, 2 s at most; what they "
                  "ask because of a frame is in force in the next")
      ->option_text("LABEL");
  add_share_option(verb, a);
  verb.add_flag("--huge", a.stream.huge, "Frames in huge pages, if the system has any");
  verb.add_option("--subscribe", a.subscribe,
                  "Count the frames of this stream and keep the newest of its field `code`");
  verb.add_flag(
      "--stamp", a.stream.stamp,
      "Add a field `stamp`: seq * 0x9E3779B97F4A7C15 plus all other fields as little-endian 64-bit words, each "
      "field filled up with zeros, wrapping; a reader can tell by it that a frame is whole");
  verb.add_option("--inject", a.stream.injection,
                  "Break something, to see that checks notice: torn (half a frame is the one before), deaf (never "
                  "reads the subscribed stream), frozen (parameters have no effect)")
      ->transform(CLI::CheckedTransformer(injections, CLI::ignore_case))
      ->option_text("none|torn|deaf|frozen")
      ->default_str("none");
}

}  // namespace

void add_swarm(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand("swarm", "Run the reference swarm and publish every step, until Ctrl-C");
  auto arguments = std::make_shared<SwarmArguments>();
  add_model_options(*verb, *arguments);
  add_run_options(*verb, *arguments);
  add_stream_options(*verb, *arguments);
  verb->add_flag(
      "--bench", arguments->bench,
      "Measure how fast the model is, or all models, for 400 to 1000000 agents or as many as given: rounds of "
      "20 steps (--steps) from the start state, 1 s each (--seconds), in private memory");
  verb->add_flag("--publish", arguments->publish,
                 "In a bench: every other round into a stream with a reader of all frames")
      ->needs("--bench");
  verb->add_flag("--quiet", arguments->quiet, "Print nothing");
  verb->add_flag("--json", arguments->json,
                 "Print nothing but one JSON object at the end, or for each model of a bench");
  verb->callback([&exit_code, arguments, verb] {
    apply_scenario(*verb, *arguments);
    exit_code = arguments->bench ? run_bench(*verb, *arguments) : run(*arguments);
  });
}

}  // namespace wingbeat::cli
