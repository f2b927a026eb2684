// Requests as `set` and `call` make them: find the control that an address names, ask, and print the answer.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "command_line.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::cli {

// "swarm.alignment": a stream and one of its parameters, triggers or commands.
struct Address {
  std::string stream;
  std::string control;
};

// Names of streams may contain dots: the longest stream that exists is taken. Throws Failure if there is none.
Address resolve_address(const std::string& text);

// A reader that `wingbeat top` shows with this label. It need not be attached yet.
Reader open_reader(const std::string& stream, const std::string& label, Mode mode = Mode::latest,
                   std::uint32_t stride = 1);

struct RequestOptions {
  std::string verb;  // for messages
  double timeout_s = 2;
  bool quiet = false, json = false;
};

// Adds --timeout, --quiet and --json.
void add_request_options(Verb& verb, RequestOptions& options);

// Makes the request, given what the control is.
using Send = std::function<SentRequest(Reader&, const wb_control_info&)>;

// Attaches to the stream, sends the request, waits for its receipt and prints it. Returns kDone if the request was
// applied, kNo if not. Throws if there is no such control, or no writer that could answer.
int request(const Address& address, const RequestOptions& options, const Send& send);

}  // namespace wingbeat::cli
