// The stream that is steered by OSC: its controls, while it is there, across restarts of its writer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "complaints.hpp"
#include "controls.hpp"
#include "map.hpp"
#include "packet.hpp"
#include "parameters.hpp"
#include "requests.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::osc {

class Steering {
 public:
  // `refused` is told what is wrong with messages. Both outlive it.
  Steering(const std::string& stream, const Map& map, Complaints& refused);

  // Looks whether the stream is there and says when that changes. Throws cli::Failure when it comes with controls that the map does not
  // fit, and is then without controls until its writer restarts.
  void follow();
  // Asks for what a message means. False if no control has the address.
  bool take(const Message& message);
  // Sends requests and takes receipts.
  void poll();
  // What the peer has to be told: messages of one argument.
  std::vector<Message> changes();

  // Whether somebody still has to answer something.
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
  Complaints& refused_;
  Reader reader_;
  std::vector<Control> controls_;
  Requests requests_;
  Parameters parameters_;
  bool is_there_ = false, is_awaited_ = false;
  std::uint64_t applied_ = 0, restarts_ = 0;
};

}  // namespace wingbeat::osc
