// The bridge between one stream and one peer: receives and sends messages by UDP until it is interrupted.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "incoming.hpp"
#include "map.hpp"
#include "messages.hpp"
#include "outflow.hpp"
#include "steering.hpp"
#include "udp.hpp"

namespace wingbeat::osc {

struct BridgeOptions {
  std::string stream;
  std::optional<Endpoint> listen, send;
  Map map;
  double rate = 100;  // how often a second parameters are compared
  std::optional<double> seconds;
  std::string listing;  // the command that lists all addresses, for messages
  cli::WaitOptions wait;
};

struct Totals {
  std::uint64_t messages_in = 0, messages_out = 0, bundles_out = 0, unsent = 0;
  std::uint64_t applied = 0, refused = 0, frames_in = 0, frames_out = 0, frames_missed = 0, restarts = 0, problems = 0;
  double wall_seconds = 0;
};

class Bridge {
 public:
  // Opens sockets and streams. Throws cli::Failure or wingbeat::Error.
  explicit Bridge(BridgeOptions options);
  // Runs until an interrupt or the end of the time. Throws if the stream does not fit the map at the start.
  void run();
  Totals totals() const;

 private:
  void open_sockets();
  bool is_done() const;
  void sleep();
  void await_answers();
  void receive();
  void receive(Message message);
  void take_due();
  void take(const Message& message);
  void look();
  void send_changes();
  void send_frames();
  void send(const Bundle& bundle);
  template <class Act>
  void attempt(const std::string& what, Act&& act);

  BridgeOptions options_;
  cli::ProblemLog refused_{"osc"}, problems_{"osc"};
  Steering steering_;
  std::vector<std::unique_ptr<Inlet>> inlets_;
  std::vector<std::unique_ptr<Outflow>> outflows_;
  std::optional<Receiver> receiver_;
  std::optional<Sender> sender_;
  Schedule schedule_;
  Totals totals_;
  std::uint64_t start_ns_ = wb_now_ns(), next_look_ns_ = 0;
  bool is_first_turn_ = true;
};

}  // namespace wingbeat::osc
