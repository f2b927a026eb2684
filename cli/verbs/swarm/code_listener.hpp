// The way back: a stream on which an analysis answers, polled by a simulation that must not wait.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "wingbeat/wingbeat.hpp"

namespace wingbeat::cli {

// Listens to a stream with a field `code` of f32. The stream may come and go.
class CodeListener {
 public:
  explicit CodeListener(const std::string& stream);

  // Takes what has come since the last poll. Does not wait.
  void poll();

  std::uint64_t frames() const { return frames_; }              // received with a code
  const std::vector<float>& newest() const { return newest_; }  // the last one; empty before the first
  const std::string& complaint() const { return complaint_; }   // why codes did not come, if it is known

 private:
  void take(const Frame& frame);

  Reader reader_;
  Field<float> code_{"code"};
  std::uint64_t frames_ = 0;
  std::vector<float> newest_;
  std::string complaint_;
};

}  // namespace wingbeat::cli
