#include "steering.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "request.hpp"

namespace wingbeat::osc {

namespace {

std::string expected(const Control& control) { return "takes " + expectation_of(control.info); }

std::string count_text(const Arguments& arguments) {
  return fmt::format("{} argument{}", arguments.size(), arguments.size() == 1 ? "" : "s");
}

bool is_precise(const Argument& argument) { return std::holds_alternative<double>(argument); }

}  // namespace

Steering::Steering(const std::string& stream, const Map& map, cli::ProblemLog& refused, cli::WaitOptions wait)
    : stream_(stream),
      map_(map),
      refused_(refused),
      reader_(cli::open_reader(stream, "wingbeat osc")),
      wait_("osc", wait) {}

void Steering::follow() {
  const int status = reader_.wait(std::chrono::nanoseconds(0)).status();
  if (status < 0) throw Error(status, fmt::format("{}: {}", stream_, wb_error_message()));
  if (status == WB_INTERRUPTED) return;
  const bool is_there = status != WB_NOT_READY && status != WB_WRITER_GONE && reader_.schema() != nullptr;
  if (is_there_ && (status == WB_RESTARTED || !is_there)) detach();
  if (is_there && !is_there_) return attach();
  if (!is_there) wait_.wait_for_stream(stream_);
}

void Steering::attach() {
  is_there_ = true;
  wait_.done();
  // Cleared before the map is checked: if that throws, the stream counts as there, without controls.
  controls_.clear();
  known_.restart(0);
  controls_ = controls_of(reader_.schema(), map_);
  known_.restart(controls_.size());
  cli::say("osc", fmt::format("stream '{}' is there, with {} addresses", stream_, controls_.size()));
}

void Steering::detach() {
  requests_.give_up(answered());
  is_there_ = false;
  ++restarts_;
}

Answered Steering::answered() {
  return [this](const Asked& asked, const std::string& refusal) {
    if (refusal.empty()) {
      ++applied_;
      return;
    }
    const Control& control = controls_[asked.control];
    refused_.add(control.address, fmt::format("{} ({})", refusal, expected(control)));
    known_.forget(asked.control);
  };
}

bool Steering::take(const Message& message) {
  if (!is_there_) return false;
  bool is_known = false;
  for (std::size_t i = 0; i < controls_.size(); ++i) {
    if (!is_for(message.address, controls_[i].address)) continue;
    is_known = true;
    const std::string refusal = give(i, message.arguments);
    if (refusal.empty()) continue;
    refused_.add(controls_[i].address, refusal);
    known_.forget(i);
  }
  return is_known;
}

std::string Steering::give(std::size_t index, const Arguments& arguments) {
  switch (controls_[index].info.kind) {
    case WB_PARAMETER:
      return give_parameter(index, arguments);
    case WB_TRIGGER:
      return give_trigger(index, arguments);
    default:
      return give_command(index, arguments);
  }
}

std::string Steering::give_parameter(std::size_t index, const Arguments& arguments) {
  const Control& control = controls_[index];
  if (arguments.size() != 1) return fmt::format("{}, not {}", expected(control), count_text(arguments));
  const auto value = to_value(arguments[0], control.info);
  if (!value) return fmt::format("{}, not {}", expected(control), text_of(arguments[0]));
  known_.hear(control, index, *value);
  // A value that holds already needs no request. Values are compared as f32, in which a double may be equal without
  // being the same.
  const bool is_so_already = !is_precise(arguments[0]) && !requests_.is_pending(index) &&
                             to_argument(*value, control.info) == present(reader_, control);
  return is_so_already ? "" : requests_.add(controls_, {index, *value, {}});
}

// A button sends 1 when it is pressed and 0 when it is released.
std::string Steering::give_trigger(std::size_t index, const Arguments& arguments) {
  const Control& control = controls_[index];
  if (arguments.size() > 1) return fmt::format("{}, not {}", expected(control), count_text(arguments));
  const auto number = arguments.empty() ? 1 : number_of(arguments[0]);
  if (!number) return fmt::format("{}, not {}", expected(control), text_of(arguments[0]));
  return *number == 0 ? "" : requests_.add(controls_, {index, {}, {}});
}

std::string Steering::give_command(std::size_t index, const Arguments& arguments) {
  const Control& control = controls_[index];
  if (arguments.size() != control.info.argument_count)
    return fmt::format("{}, not {}", expected(control), count_text(arguments));
  Asked asked{index, {}, {}};
  for (const auto& argument : arguments) {
    const auto number = number_of(argument);
    if (!number) return fmt::format("{}, not {}", expected(control), text_of(argument));
    asked.arguments.push_back(*number);
  }
  return requests_.add(controls_, std::move(asked));
}

void Steering::poll() {
  if (is_there_) requests_.poll(reader_, controls_, answered());
}

std::vector<Message> Steering::changes() {
  std::vector<Message> messages;
  if (!is_there_) return messages;
  const auto is_pending = [this](std::size_t control) { return requests_.is_pending(control); };
  for (auto& change : known_.changes(reader_, controls_, is_pending))
    messages.push_back({controls_[change.control].address, {std::move(change.value)}});
  return messages;
}

}  // namespace wingbeat::osc
