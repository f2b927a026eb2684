#include "schedule.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wingbeat::osc {

namespace {

constexpr std::size_t kCapacity = 10000;  // more than messages fit into a datagram
constexpr std::int64_t kHorizonNs = 10'000'000'000;

}  // namespace

std::string Schedule::add(Message message) {
  const std::int64_t left_ns = message.time == kAtOnce ? 0 : nanoseconds_until(message.time);
  if (left_ns > kHorizonNs)
    return fmt::format("its bundle is for {:.1f} s from now, {} at most are waited for: do the clocks agree?",
                       static_cast<double>(left_ns) / 1e9, kHorizonNs / 1'000'000'000);
  if (waiting_.size() >= kCapacity) return fmt::format("{} messages wait for their time already", kCapacity);
  // What is late has no order of its own: as it came.
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

}  // namespace wingbeat::osc
