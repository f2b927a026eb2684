#include "swarm_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>
#include <string_view>

#include "failure.hpp"
#include "messages.hpp"
#include "request.hpp"

namespace wingbeat::cli {

namespace {

constexpr std::uint64_t kFramesPerTear = 20;

static_assert(std::endian::native == std::endian::little, "words are summed as they lie in memory");

std::uint64_t sum_of_words(const unsigned char* bytes, std::uint64_t size) {
  std::uint64_t sum = 0, word = 0;
  for (; size >= sizeof word; size -= sizeof word, bytes += sizeof word) {
    std::memcpy(&word, bytes, sizeof word);
    sum += word;
  }
  word = 0;
  std::memcpy(&word, bytes, size);
  return sum + word;
}

void require(const swarm::Outcome& outcome) {
  if (!outcome) throw Failure(kFailed, outcome.text);
}

void add_fields(StreamSpec& spec, const swarm::ModelInfo& model) {
  const auto dimensions = static_cast<std::uint32_t>(model.dimensions);
  const char* axes = dimensions == 2 ? "x y" : "x y z";
  spec.per_agent<float>("position", dimensions, axes, "length")
      .per_agent<float>("velocity", dimensions, axes, std::string(model.velocity_unit).c_str());
  if (model.has_bodies) spec.per_agent<float>("mass").per_agent<float>("max_speed", 1, "", "length/step");
  spec.per_agent<std::uint32_t>("id");
  if (!model.has_bodies) return;
  for (const std::string source : {"attractor", "repulsor"})
    spec.field<float>(source + "_position", {3, swarm::kSourceCapacity}, "x y z", "length")
        .field<float>(source + "_remaining", {swarm::kSourceCapacity}, "", "s")
        .field<std::uint32_t>(source + "_count", {1});
}

void add_parameter(StreamSpec& spec, const swarm::ParameterInfo& info, const swarm::Parameters& values) {
  const std::string name(info.name), unit(info.unit), help(info.help);
  ParameterOptions options;
  options.unit = unit.c_str();
  options.help = help.c_str();
  if (info.type == swarm::ParameterType::boolean) {
    spec.parameter(name, values.flag(info.id), options);
    return;
  }
  options.min = info.minimum;
  options.max = info.maximum;
  if (info.type == swarm::ParameterType::integer) {
    spec.parameter(name, static_cast<std::int64_t>(values[info.id]), options);
    return;
  }
  spec.parameter(name, values[info.id], options);
}

std::string joined(std::span<const std::string_view> words) { return fmt::format("{}", fmt::join(words, " ")); }

// Readers see a command without arguments as a trigger.
void add_controls(StreamSpec& spec, const swarm::ModelInfo& model, const swarm::Parameters& values) {
  for (const auto& info : model.parameters) add_parameter(spec, info, values);
  for (const auto& info : model.triggers) spec.trigger(std::string(info.name), std::string(info.help).c_str());
  for (const auto& info : model.commands) {
    const std::string name(info.name), help(info.help);
    if (info.arguments.empty())
      spec.trigger(name, help.c_str());
    else
      spec.command(name, joined(info.arguments).c_str(), help.c_str());
  }
}

StreamSpec describe(const swarm::Swarm& flock, const swarm::Options& flock_options, const SwarmStreamOptions& options) {
  StreamSpec spec(options.name, flock.agents());
  add_fields(spec, flock.model());
  if (options.stamp) spec.field<std::uint64_t>(kStampField, {1});
  add_controls(spec, flock.model(), flock.parameters());
  spec.attribute("model", std::string(flock.model().name))
      .attribute("dimensions", fmt::format("{}", flock.dimensions()))
      .attribute("boundary", std::string(swarm::name_of(flock.boundary())))
      .attribute("box", fmt::format("{}", flock.box()))
      .attribute("provenance", fmt::format("wingbeat swarm {}", wb_version()))
      .attribute("agents", fmt::format("{}", flock.agents()))
      .attribute("seed", fmt::format("{}", flock_options.seed))
      .attribute("rate", options.rate_text)
      .attribute("steps_per_second", fmt::format("{}", flock_options.steps_per_second))
      .attribute("start_box", fmt::format("{}", flock.start_box()))
      .lease_budget(options.lease_budget)
      .history(options.history)
      .max_readers(options.max_readers)
      .access(options.access)
      .huge_pages(options.huge);
  return spec;
}

bool is_trigger(const swarm::ModelInfo& model, std::string_view name) {
  const auto table = model.triggers;
  return std::any_of(table.begin(), table.end(), [name](const auto& info) { return info.name == name; });
}

}  // namespace

std::uint64_t frame_stamp(const void* data, const std::vector<wb_field_info>& fields, std::uint64_t seq) {
  std::uint64_t stamp = seq * kStampStep;
  for (const auto& field : fields)
    if (field.name != std::string_view(kStampField))
      stamp += sum_of_words(static_cast<const unsigned char*>(data) + field.offset_bytes, field.size_bytes);
  return stamp;
}

SwarmStream::SwarmStream(swarm::Swarm& flock, const swarm::Options& flock_options, const SwarmStreamOptions& options)
    : flock_(flock),
      options_(options),
      writer_(Writer::create(describe(flock, flock_options, options)).value()),
      infos_(fields_of(writer_.schema())) {
  const auto limit_ns = static_cast<std::int64_t>(options_.lock_step_limit_s * 1e9);
  if (!options_.lock_step.empty()) writer_.lock_step(options_.lock_step, std::chrono::nanoseconds(limit_ns));
}

template <class Simulate>
StepCost SwarmStream::publish(Simulate&& simulate) {
  const std::uint64_t begin = wb_now_ns();
  Slot slot = writer_.begin();
  const std::uint64_t begun = wb_now_ns();
  simulate(slot);
  add_counts(slot);
  const std::uint64_t stepped = wb_now_ns();
  if (options_.stamp) add_stamp(slot);
  if (options_.injection == Injection::torn && slot.seq() % kFramesPerTear == 0) tear(slot);
  const std::uint64_t filled = wb_now_ns();
  slot.publish(flock_.step_count(), flock_.time());
  return {stepped - begun, begun - begin + wb_now_ns() - filled};
}

StepCost SwarmStream::publish_start() {
  return publish([this](Slot& slot) { require(flock_.start(frame_in(slot))); });
}

StepCost SwarmStream::publish_step() {
  return publish([this](Slot& slot) { require(flock_.step(previous_of(slot), frame_in(slot))); });
}

swarm::Frame SwarmStream::frame_in(Slot& slot) {
  if (!flock_.model().has_bodies) {
    swarm::Frame frame;
    frame.position = slot.span(position_);
    frame.velocity = slot.span(velocity_);
    frame.id = slot.span(id_);
    return frame;
  }
  return {slot.span(position_),
          slot.span(velocity_),
          slot.span(mass_),
          slot.span(max_speed_),
          slot.span(id_),
          slot.span(attractor_position_),
          slot.span(attractor_remaining_),
          slot.span(repulsor_position_),
          slot.span(repulsor_remaining_)};
}

swarm::View SwarmStream::previous_of(Slot& slot) { return {slot.previous(position_), slot.previous(velocity_)}; }

void SwarmStream::add_counts(Slot& slot) {
  if (!flock_.model().has_bodies) return;
  slot.span(attractor_count_)[0] = static_cast<std::uint32_t>(flock_.attractors().size());
  slot.span(repulsor_count_)[0] = static_cast<std::uint32_t>(flock_.repulsors().size());
}

void SwarmStream::add_stamp(Slot& slot) { slot.span(stamp_)[0] = frame_stamp(slot.raw().data, infos_, slot.seq()); }

// Half of the positions are replaced after the stamp was computed, so a reader that checks the stamp notices.
void SwarmStream::tear(Slot& slot) {
  const auto positions = slot.span(position_);
  const auto before = slot.previous(position_);
  if (!before.empty())
    std::copy(before.begin() + before.size() / 2, before.end(), positions.begin() + before.size() / 2);
}

bool SwarmStream::await_readers() {
  if (writer_.await_readers() == WB_INTERRUPTED) return false;
  if (options_.lock_step.empty() || options_.quiet) return true;
  // The library drops a reader that overruns the limit; this only reports it.
  const std::uint64_t overruns = writer_.stats().overruns;
  if (overruns > overruns_)
    say("swarm",
        fmt::format("a reader '{}' did not finish its frame within {:g} s: going on without it until it catches up",
                    options_.lock_step, options_.lock_step_limit_s));
  overruns_ = overruns;
  return true;
}

std::size_t SwarmStream::answer_requests() {
  return writer_.requests([this](Request& request) { answer(request); });
}

void SwarmStream::answer(Request& request) {
  // A request that is not refused gets the receipt `applied`.
  if (request.is_parameter() && options_.injection == Injection::frozen) return;
  const auto arguments = request.arguments();
  const swarm::Outcome outcome = request.is_parameter() ? flock_.set(request.name(), request.value())
                                 : is_trigger(flock_.model(), request.name())
                                     ? flock_.trigger(request.name())
                                     : flock_.command(request.name(), arguments);
  if (!outcome) request.refuse(outcome.text.substr(0, WB_REASON_BYTES - 1));
}

CodeReader::CodeReader(const std::string& stream) : reader_(open_reader(stream, "wingbeat swarm", Mode::every)) {}

void CodeReader::poll() {
  for (;;) {
    const Frame frame = reader_.wait(std::chrono::nanoseconds(0));
    if (frame) {
      take(frame);
    } else if (frame.status() < 0) {
      problem_ = frame.error().what();
      return;
      // A restart is reported once; frames of the new writer follow.
    } else if (frame.status() != WB_RESTARTED) {
      return;
    }
  }
}

void CodeReader::take(const Frame& frame) {
  if (const auto found = frame.check(code_); !found) {
    problem_ = found.error().what();
    return;
  }
  const auto code = frame.span(code_);
  newest_.assign(code.begin(), code.end());
  ++frames_;
}

}  // namespace wingbeat::cli
