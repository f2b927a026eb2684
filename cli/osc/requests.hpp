// Requests on their way to the writer. It takes so many at a time (WB_MAX_PENDING); the others wait here in their order, and of several
// for one parameter only the last.
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
  std::size_t control;            // its place among the stream's
  wb_value value;                 // of a parameter
  std::vector<double> arguments;  // of a command
};

// What became of a request: applied or superseded (empty), or why not.
using Answered = std::function<void(const Asked&, const std::string& refusal)>;

class Requests {
 public:
  // Why there is no room for it; empty if it will be asked.
  std::string add(const std::vector<Control>& controls, Asked asked);
  // Takes the receipts there are, and asks for what waits.
  void poll(Reader& reader, const std::vector<Control>& controls, const Answered& answered);
  bool is_idle() const { return waiting_.empty() && sent_.empty(); }
  // Whether the control's last request has no answer yet.
  bool is_pending(std::size_t control) const;
  // The writer went away: what has no answer gets none.
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
