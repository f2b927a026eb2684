// Messages that become a stream: each is a frame of one field of f32.
#pragma once

#include <cstdint>
#include <string>

#include "argument.hpp"
#include "map.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::osc {

class Inlet {
 public:
  // Creates the stream. Throws wingbeat::Error: another process writes it, a bad name ...
  explicit Inlet(const InRule& rule);

  const std::string& address() const { return rule_.address; }
  // Publishes the numbers. Why not; empty if it was done.
  std::string take(const Arguments& arguments);
  std::uint64_t frames() const { return frames_; }

 private:
  InRule rule_;
  Writer writer_;
  Field<float> field_;
  std::uint64_t frames_ = 0, start_ns_;
};

}  // namespace wingbeat::osc
