#include "incoming.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace wingbeat::osc {

namespace {

constexpr std::size_t kCapacity = 10000;  // more than messages fit into a datagram
constexpr std::int64_t kHorizonNs = 10'000'000'000;

StreamSpec describe(const InRule& rule) {
  StreamSpec spec(rule.stream, 1);
  spec.field<float>(rule.field, {rule.size}).attribute("provenance", "OSC " + rule.address);
  return spec;
}

}  // namespace

std::string Schedule::add(Message message) {
  const std::int64_t left_ns = message.time == kAtOnce ? 0 : nanoseconds_until(message.time);
  if (left_ns > kHorizonNs)
    return fmt::format("its bundle is for {:.1f} s from now, the limit is {} s; check that the clocks agree",
                       static_cast<double>(left_ns) / 1e9, kHorizonNs / 1'000'000'000);
  if (waiting_.size() >= kCapacity)
    return fmt::format("{} messages are waiting for their time, which is the limit", kCapacity);
  // Late messages are taken in the order in which they came.
  const TimeTag time = left_ns > 0 ? message.time : now_tag();
  waiting_.emplace(time, std::move(message));
  return "";
}

std::optional<Message> Schedule::next_due() {
  if (waiting_.empty() || nanoseconds_until(waiting_.begin()->first) > 0) return std::nullopt;
  Message message = std::move(waiting_.begin()->second);
  waiting_.erase(waiting_.begin());
  return message;
}

std::int64_t Schedule::nanoseconds_left(std::int64_t limit_ns) const {
  if (waiting_.empty()) return limit_ns;
  return std::clamp<std::int64_t>(nanoseconds_until(waiting_.begin()->first), 0, limit_ns);
}

Inlet::Inlet(const InRule& rule)
    : rule_(rule), writer_(Writer::create(describe(rule)).value()), field_(rule.field), start_ns_(wb_now_ns()) {}

std::string Inlet::take(const Arguments& arguments) {
  if (arguments.size() != rule_.size) return fmt::format("takes {} numbers, not {}", rule_.size, arguments.size());
  std::vector<float> numbers;
  for (const auto& argument : arguments) {
    const auto number = number_of(argument);
    if (!number) return fmt::format("takes {} finite numbers, not {}", rule_.size, text_of(argument));
    numbers.push_back(static_cast<float>(*number));
  }
  // All numbers were checked before a slot is begun: a refused message makes no frame.
  Slot slot = writer_.begin();
  std::ranges::copy(numbers, slot.span(field_).begin());
  slot.publish(++frames_, static_cast<double>(wb_now_ns() - start_ns_) / 1e9);
  return "";
}

}  // namespace wingbeat::osc
