#include "requests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace wingbeat::osc {

namespace {

constexpr std::size_t kMaxWaiting = 1024;

SentRequest ask(Reader& reader, const wb_control_info& control, const Asked& asked) {
  if (control.kind == WB_PARAMETER) return reader.set(control.name, asked.value);
  if (control.kind == WB_TRIGGER) return reader.trigger(control.name);
  return reader.command(control.name, Span<const double>(asked.arguments.data(), asked.arguments.size()));
}

std::string refusal_of(const Receipt& receipt) {
  if (receipt.status == WB_REFUSED) return "refused: " + receipt.reason;
  return receipt.status == WB_WAS_RESTARTED ? "the writer was restarted before it answered" : "";
}

}  // namespace

std::string Requests::add(const std::vector<Control>& controls, Asked asked) {
  const auto same = std::ranges::find(waiting_, asked.control, &Asked::control);
  if (controls[asked.control].info.kind == WB_PARAMETER && same != waiting_.end()) {
    same->value = asked.value;
    return "";
  }
  if (waiting_.size() >= kMaxWaiting)
    return fmt::format("{} requests are waiting, which is the limit: the writer answers them too slowly", kMaxWaiting);
  waiting_.push_back(std::move(asked));
  return "";
}

void Requests::poll(Reader& reader, const std::vector<Control>& controls, const Answered& answered) {
  take_receipts(answered);
  send(reader, controls, answered);
}

void Requests::take_receipts(const Answered& answered) {
  for (std::size_t i = 0; i < sent_.size();) {
    const auto receipt = sent_[i].sent.wait(std::chrono::nanoseconds(0));
    const int code = receipt ? WB_OK : receipt.error().code();
    if (code == WB_PENDING || code == WB_INTERRUPTED || code == WB_WRITER_GONE) {
      ++i;
      continue;
    }
    const Asked asked = std::move(sent_[i].asked);
    sent_.erase(sent_.begin() + static_cast<std::ptrdiff_t>(i));
    answered(asked, receipt ? refusal_of(receipt.value()) : std::string(receipt.error().what()));
  }
}

// The library refuses more than WB_MAX_PENDING requests at a time; the rest waits for the next poll.
void Requests::send(Reader& reader, const std::vector<Control>& controls, const Answered& answered) {
  while (!waiting_.empty()) {
    SentRequest sent = ask(reader, controls[waiting_.front().control].info, waiting_.front());
    if (!sent && sent.error().code() == WB_ERR_NO_ROOM) return;
    const Asked asked = std::move(waiting_.front());
    waiting_.pop_front();
    if (sent)
      sent_.push_back({asked, std::move(sent)});
    else
      answered(asked, sent.error().what());
  }
}

bool Requests::is_pending(std::size_t control) const {
  const auto is_it = [control](const auto& sent) { return sent.asked.control == control; };
  return std::ranges::find(waiting_, control, &Asked::control) != waiting_.end() || std::ranges::any_of(sent_, is_it);
}

void Requests::give_up(const Answered& answered) {
  take_receipts(answered);
  const auto refuse = [&](const Asked& asked) { answered(asked, "the writer ended before it answered"); };
  for (const auto& sent : sent_) refuse(sent.asked);
  for (const auto& asked : waiting_) refuse(asked);
  sent_.clear();
  waiting_.clear();
}

}  // namespace wingbeat::osc
