// Sends fields of a stream's frames at one pace: one bundle for each frame, with the time at which it was published.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "map.hpp"
#include "packet.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::osc {

class Outflow {
 public:
  using Send = std::function<void(const Bundle&)>;

  // All rules must have the stream and the pace of the first.
  Outflow(std::vector<OutRule> rules, std::size_t datagram_bytes);

  // Sends what is due. Throws cli::Failure when a stream comes that has no such fields, or when they do not fit into a
  // datagram; nothing of that stream is sent until its writer restarts.
  void look(const Send& send);
  // The time until a frame may be due, `limit_ns` at most.
  std::int64_t nanoseconds_left(std::int64_t limit_ns) const;
  // Becomes readable when a frame is there; -1 if the pace is one by time.
  int descriptor();

  const std::string& stream() const { return rules_[0].stream; }
  std::uint64_t frames() const { return frames_; }
  std::uint64_t missed() const { return reader_.stats().missed; }

 private:
  struct Source {
    OutRule rule;
    wb_field_info field;
  };

  void take(const Frame& frame, const Send& send);
  void plan(const wb_schema* schema);

  std::vector<OutRule> rules_;
  std::size_t datagram_bytes_;
  Reader reader_;
  std::vector<Source> sources_;  // none: the stream has not come, or does not fit
  bool is_planned_ = false;
  std::uint64_t next_ns_ = 0, frames_ = 0;
};

// The rules of a map in groups of one stream and pace.
std::vector<std::vector<OutRule>> grouped(const std::vector<OutRule>& rules);

}  // namespace wingbeat::osc
