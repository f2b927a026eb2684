// Messages that came in: a schedule for those of bundles that are to be taken later, and inlets that turn messages into
// frames of a stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "map.hpp"
#include "packet.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::osc {

class Schedule {
 public:
  // Keeps a message until its time. Returns why it cannot be kept; "" if it is.
  std::string add(Message message);
  // Removes and returns the next message whose time has come, in the order of their times.
  std::optional<Message> next_due();
  // The time until the next one in ns: 0 if it has come, `limit_ns` at most.
  std::int64_t nanoseconds_left(std::int64_t limit_ns) const;

 private:
  std::multimap<TimeTag, Message> waiting_;
};

// Makes each message of one address a frame of one field of f32.
class Inlet {
 public:
  // Creates the stream. Throws wingbeat::Error, for example if another process writes it.
  explicit Inlet(const InRule& rule);

  const std::string& address() const { return rule_.address; }
  // Publishes the numbers. Returns why it could not; "" if it did.
  std::string take(const Arguments& arguments);
  std::uint64_t frames() const { return frames_; }

 private:
  InRule rule_;
  Writer writer_;
  Field<float> field_;
  std::uint64_t frames_ = 0, start_ns_;
};

}  // namespace wingbeat::osc
