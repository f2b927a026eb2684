// Instantiates every template of the C++ interface once. Is compiled, not run.
#include <vector>
#include <wingbeat/wingbeat.hpp>
#if __cplusplus >= 202002L
#include <span>
#endif

namespace {

struct Vec3 {
  float x, y, z;
};
struct Agent {
  Vec3 position, velocity;
};

wingbeat::StreamSpec describe() {
  wingbeat::StreamSpec spec("swarm", 10);
  spec.per_agent<float>("position", 3, "x y z", "m").per_agent<std::uint32_t>("id").field<double>("box", {3, 2});
  spec.per_agent<long>("a").per_agent<long long>("b").per_agent<signed char>("c").per_agent<unsigned char>("d");
#if __cplusplus >= 202002L
  spec.parameter("alignment", 0.001, {.min = 1e-5, .max = 0.1});
#else
  spec.parameter("alignment", 0.001, {1e-5, 0.1});
#endif
  spec.parameter("count", 3, {0, 5, "", "how many"}).parameter("wind", true).choice("edge", "open periodic", "open");
  spec.trigger("reset").command("place", "id x y z", "puts an agent").attribute("model", "none");
  return std::move(spec.lease_budget(4).max_readers(2).history(0));
}

void fill(wingbeat::Slot& slot, const std::vector<Agent>& agents) {
  wingbeat::Field<float> position("position");
  slot.set_count(slot.count());
  slot.span<float>("position")[0] = slot.span(position)[1];
  slot.array<float>("position")(1, 2) = slot.array(position)[0][0];
  slot.copy("position", &agents[0].position, sizeof(Agent), agents.size());
  slot.copy("position", &agents[0].position.x, sizeof(Agent), agents.size());
  slot.copy(position, agents.data(), sizeof(Agent), agents.size());
  const wingbeat::Span<const float> previous = slot.previous<float>("position");
  static_cast<void>(slot.previous(position).size() + previous.size() + slot.previous_count());
#if __cplusplus >= 202002L
  const std::span<float> whole = slot.span<float>("position");
  const std::span<const float> constant = slot.span(position);
  static_cast<void>(whole.size() + constant.size());
#endif
}

void write(wingbeat::Writer& writer, const std::vector<Agent>& agents) {
  auto slot = writer.begin();
  fill(slot, agents);
  slot.publish(1, 0.5);
  writer.begin().abandon();
  writer.requests([](auto& request) {
    if (request.is("place"))
      request.refuse(request.argument(0) > request.arguments()[1] ? "no" : "never");
    else
      static_cast<void>(request.value() + request.template value<int>() + (request.template value<bool>() ? 1 : 0));
  });
  if (auto done = writer.set_parameter("alignment", 0.2); !done) static_cast<void>(done.error().code());
  static_cast<void>(writer.parameter<double>("alignment") + static_cast<double>(writer.stats().published));
}

double look(const wingbeat::Frame& frame) {
  wingbeat::Field<float> position("position");
  double sum = frame.check(position) ? 1.0 : 0.0;
  for (float x : frame.span<float>("position")) sum += static_cast<double>(x);
  for (float x : frame.span<const float>("position")) sum += static_cast<double>(x);
  for (float x : frame.span(position)) sum += static_cast<double>(x);
  return sum + static_cast<double>(frame.array<float>("position")(0, 0) + frame.array(position)[0][0]);
}

void read(wingbeat::Reader& reader) {
  using namespace std::chrono_literals;
  reader.attach(1s).value();
  while (auto frame = reader.wait(100ms)) look(frame);
  static_cast<void>(reader.latest().status());
  auto receipt = reader.set("alignment", 0.02).wait(1s);
  if (receipt && receipt->applied()) static_cast<void>(receipt->step);
  static_cast<void>(reader.set("wind", true).id() + reader.trigger("reset").id());
  static_cast<void>(reader.command("place", {1, 2, 3, 4}));
  static_cast<void>(reader.parameter<double>("alignment").value() + reader.descriptor().value());
  auto window = wingbeat::Window::open(reader, {"position"}, 60).value();
  static_cast<void>(window.next(reader, 1s));
  static_cast<void>(window.get<float>("position").frame(0)[0]);
}

void share() {
  using namespace std::chrono_literals;
  auto wind = wingbeat::SharedArray<float>::create("/wind", {3, 64, 64}).value();
  auto same = wingbeat::SharedArray<float>::attach("/wind", {3, 64, 64}, 1s).value();
  if (auto lock = wind.lock(100ms).value()) {
    if (lock.was_abandoned()) same.span()[0] = 0;
    lock.unlock();
  }
  static_cast<void>(same.shape().size() + (same.has_lock() ? 1 : 0));
  wingbeat::SharedArray<float>::remove("/wind").value();
}

}  // namespace

void use_everything() {
  auto writer = wingbeat::Writer::create(describe()).value();
  write(writer, std::vector<Agent>(10));
  auto reader = wingbeat::Reader::open("swarm", {wingbeat::Mode::every}).value();
  read(reader);
  share();
  auto inspection = wingbeat::Inspection::open("swarm").value();
  static_cast<void>(inspection.stream().value().seq + inspection.readers().value().size());
  static_cast<void>(inspection.parameter(0).value().type + wingbeat::fields_of(inspection.schema()).size());
  static_cast<void>(wingbeat::controls_of(inspection.schema()).size() +
                    wingbeat::attributes_of(inspection.schema()).size());
  static_cast<void>(wingbeat::streams().value().size() + wingbeat::collect().value().bytes);
}
