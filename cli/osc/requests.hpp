// Requests on their way to the writer, which takes WB_MAX_PENDING at a time. The others wait here in their order. If
// several wait for one parameter, only the last is kept.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "controls.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::osc {

struct Asked {
  std::size_t control;            // its index
  wb_value value;                 // of a parameter
  std::vector<double> arguments;  // of a command
};

// Called with the result of a request: "" if it was applied or superseded, otherwise why not.
using Answered = std::function<void(const Asked&, const std::string& refusal)>;

class Requests {
 public:
  // Takes a request. Returns why there is no room for it; "" if it will be sent.
  std::string add(const std::vector<Control>& controls, Asked asked);
  // Takes the receipts that have come, and sends the requests that wait.
  void poll(Reader& reader, const std::vector<Control>& controls, const Answered& answered);
  bool is_idle() const { return waiting_.empty() && sent_.empty(); }
  // Whether the control's last request has no answer yet.
  bool is_pending(std::size_t control) const;
  // The writer went away: all requests without an answer are reported as such.
  void give_up(const Answered& answered);

 private:
  struct Sent {
    Asked asked;
    SentRequest sent;
  };

  void take_receipts(const Answered& answered);
  void send(Reader& reader, const std::vector<Control>& controls, const Answered& answered);

  std::deque<Asked> waiting_;
  std::deque<Sent> sent_;
};

}  // namespace wingbeat::osc
