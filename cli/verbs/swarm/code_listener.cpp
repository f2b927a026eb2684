#include "code_listener.hpp"

namespace wingbeat::cli {

namespace {

Reader open(const std::string& stream) {
  ReaderOptions options;
  options.mode = Mode::every;
  options.leases = 1;
  options.label = "wingbeat swarm";
  return Reader::open(stream, options).value();
}

}  // namespace

CodeListener::CodeListener(const std::string& stream) : reader_(open(stream)) {}

void CodeListener::poll() {
  for (;;) {
    const Frame frame = reader_.wait(std::chrono::nanoseconds(0));
    if (frame) {
      take(frame);
    } else if (frame.status() < 0) {
      complaint_ = frame.error().what();
      return;
    } else if (frame.status() != WB_RESTARTED) {
      return;
    }
  }
}

void CodeListener::take(const Frame& frame) {
  if (const auto found = frame.check(code_); !found) {
    complaint_ = found.error().what();
    return;
  }
  const auto code = frame.span(code_);
  newest_.assign(code.begin(), code.end());
  ++frames_;
}

}  // namespace wingbeat::cli
