// The stream that is steered by OSC: its controls, while it is there, across restarts of its writer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controls.hpp"
#include "map.hpp"
#include "messages.hpp"
#include "packet.hpp"
#include "requests.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::osc {

class Steering {
 public:
  // `refused` collects what is wrong with messages. The map and it must outlive this object.
  Steering(const std::string& stream, const Map& map, cli::ProblemLog& refused, cli::WaitOptions wait);

  // Looks whether the stream is there and reports when that changes. Throws cli::Failure when it comes with controls
  // that the map does not fit; it then has no controls until its writer restarts. Throws as well when the wait for it
  // is over.
  void follow();
  // Makes the requests that a message means. False if no control has the address.
  bool take(const Message& message);
  // Sends requests and takes receipts.
  void poll();
  // The values that the peer does not know yet, as messages of one argument.
  std::vector<Message> changes();

  // Whether the writer still has to answer requests.
  bool is_asking() const { return is_there_ && !requests_.is_idle(); }
  bool is_there() const { return is_there_; }
  std::uint64_t applied() const { return applied_; }
  std::uint64_t restarts() const { return restarts_; }

 private:
  void attach();
  void detach();
  std::string give(std::size_t index, const Arguments& arguments);
  std::string give_parameter(std::size_t index, const Arguments& arguments);
  std::string give_trigger(std::size_t index, const Arguments& arguments);
  std::string give_command(std::size_t index, const Arguments& arguments);
  Answered answered();

  std::string stream_;
  const Map& map_;
  cli::ProblemLog& refused_;
  Reader reader_;
  std::vector<Control> controls_;
  Requests requests_;
  KnownValues known_;
  cli::WaitMessage wait_;
  bool is_there_ = false;
  std::uint64_t applied_ = 0, restarts_ = 0;
};

}  // namespace wingbeat::osc
