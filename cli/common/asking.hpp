// Asking a stream's writer for something and telling what it answered: what `set` and `call` share.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "address.hpp"
#include "verbs.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::cli {

struct AskOptions {
  double timeout_s = 2;
  bool json = false;
};

// Sends the request, once it knows what the control is.
using Send = std::function<SentRequest(Reader&, const wb_control_info&)>;

// Attaches, sends, waits for the receipt, prints it. kDone if it was applied, kNo if not.
// Throws if there is no such control or its writer has ended.
ExitCode ask(const Address& address, const AskOptions& options, const Send& send);

// Adds --timeout and --json.
void add_ask_options(CLI::App& verb, AskOptions& options);

}  // namespace wingbeat::cli
