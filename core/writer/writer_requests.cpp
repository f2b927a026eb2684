// How the writer answers parameters, triggers and commands. next_request() collects all waiting requests of all
// readers in one round, gives them to the caller one by one, and answers each when the next one is asked for.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "../layout/schema.hpp"
#include "../stream/error.hpp"
#include "../stream/values.hpp"
#include "../sync/requests.hpp"
#include "writer.hpp"

namespace wingbeat::stream {
namespace {

// Why a request cannot be applied; empty if it can. A request comes from shared memory and is checked in full.
// Its reader has checked the same before it sent it.
std::string fault_of(const layout::Schema& schema, const layout::RequestRecord& record) {
  if (record.control >= schema.controls.size()) return "the stream has no such control";
  const layout::ControlRecord& control = schema.controls[record.control];
  if (record.kind != control.kind) return "the control has another kind";
  if (control.kind == layout::kParameter) {
    if (record.value_type != control.value_type) return "the parameter has another type";
    return layout::check_value(control, record.value).text;
  }
  if (record.argument_count != control.argument_count) {
    return "the command takes " + std::to_string(control.argument_count) + " arguments";
  }
  for (std::uint32_t i = 0; i < control.argument_count; ++i) {
    double argument;
    std::memcpy(&argument, &record.arguments[i], sizeof argument);
    if (!std::isfinite(argument)) return "the arguments must be finite numbers";
  }
  return {};
}

}  // namespace

// A request counts as applied when the caller asks for the next one. Readers are woken once, at the end of the
// round.
int Writer::next_request(wb_request& out) {
  if (shown_) apply_shown();
  if (!in_round_) drain_requests();
  in_round_ = true;
  while (next_ < queue_.size()) {
    if (show(queue_[next_], out)) return WB_OK;
    ++next_;
  }
  in_round_ = false;
  if (answered_in_round_) wake_readers(slots_.announce());
  answered_in_round_ = false;
  return fail(WB_NO_REQUEST);
}

int Writer::refuse(std::string_view reason) {
  if (!shown_) return fail(WB_ERR_STATE, "there is no request to refuse: call wb_writer_next_request first");
  answer(queue_[next_++], WB_REFUSED, reason.empty() ? "the simulation refused it" : reason);
  shown_ = false;
  return WB_OK;
}

// Sorts by time of submission, then by reader and id, so that the order does not depend on the sorting
// algorithm.
void Writer::drain_requests() {
  queue_.clear();
  next_ = 0;
  for (std::uint32_t reader = 0; reader < memory_.reader_count(); ++reader) drain_reader(reader);
  if (queue_.size() < 2) return;
  std::sort(queue_.begin(), queue_.end(), [](const WaitingRequest& a, const WaitingRequest& b) {
    if (a.record.submit_time_ns != b.record.submit_time_ns) return a.record.submit_time_ns < b.record.submit_time_ns;
    return a.reader != b.reader ? a.reader < b.reader : a.record.id < b.record.id;
  });
  mark_superseded();
}

// Copies the waiting requests of a reader. Their times are made to rise, so that sorting keeps their order,
// whatever times the reader wrote.
void Writer::drain_reader(std::uint32_t reader) {
  const std::uint64_t consumed = memory_.consumed(reader).load(std::memory_order_relaxed);
  const std::uint64_t last = sync::last_request(memory_, reader, consumed);
  std::uint64_t time_ns = 0;
  for (std::uint64_t id = consumed + 1; id <= last; ++id) {
    WaitingRequest& waiting = queue_.emplace_back(WaitingRequest{memory_.request(reader, id), reader, false});
    waiting.record.id = id;
    waiting.record.submit_time_ns = time_ns = std::max(time_ns, waiting.record.submit_time_ns);
  }
}

// Of several valid requests for one parameter only the last is given to the caller.
void Writer::mark_superseded() {
  for (std::size_t later = queue_.size(); later-- > 1;) {
    const layout::RequestRecord& record = queue_[later].record;
    if (record.kind != layout::kParameter || queue_[later].superseded || !fault_of(schema(), record).empty()) continue;
    for (std::size_t i = 0; i < later; ++i) {
      const layout::RequestRecord& earlier = queue_[i].record;
      if (earlier.kind == layout::kParameter && earlier.control == record.control) queue_[i].superseded = true;
    }
  }
}

// Gives a request to the caller. False if it was answered without the caller: it was sent to an earlier writer,
// cannot be applied, or is superseded.
bool Writer::show(const WaitingRequest& waiting, wb_request& out) {
  const layout::RequestRecord& record = waiting.record;
  if (record.generation != memory_.generation().load(std::memory_order_relaxed)) {
    return answer(waiting, WB_WAS_RESTARTED, ""), false;
  }
  if (std::string fault = fault_of(schema(), record); !fault.empty()) return answer(waiting, WB_REFUSED, fault), false;
  if (waiting.superseded) return answer(waiting, WB_SUPERSEDED, ""), false;
  out = wb_request{};
  out.control = record.control;
  out.kind = record.kind;
  out.value = to_value(record.value_type, record.value);
  out.argument_count = record.argument_count;
  out.reader = waiting.reader;
  std::memcpy(out.arguments, record.arguments, sizeof out.arguments);
  out.id = record.id;
  out.submit_time_ns = record.submit_time_ns;
  shown_ = true;
  return true;
}

// Release: a reader that sees the receipt sees the value.
void Writer::apply_shown() {
  const WaitingRequest& waiting = queue_[next_];
  if (waiting.record.kind == layout::kParameter) {
    memory_.value(waiting.record.control).store(waiting.record.value, std::memory_order_release);
  }
  answer(waiting, WB_APPLIED, "");
  shown_ = false;
  ++next_;
}

// The receipt names the next frame, since the request can show its effect there at the earliest.
void Writer::answer(const WaitingRequest& waiting, wb_receipt_status status, std::string_view reason) {
  layout::ReceiptRecord receipt{};
  receipt.id = waiting.record.id;
  receipt.status = status;
  receipt.step = last_step_;
  receipt.seq = slots_.seq() + 1;
  std::memcpy(receipt.reason, reason.data(), std::min(reason.size(), sizeof receipt.reason - 1));
  sync::give_receipt(memory_, waiting.reader, receipt);
  sync::put(memory_.hot().requests, ++answered_);
  answered_in_round_ = true;
}

int Writer::parameter(std::uint32_t control, wb_value& out) const { return read_parameter(*attachment_, control, out); }

int Writer::set_parameter(std::uint32_t control, const wb_value& value) {
  std::uint64_t bits;
  if (int code = to_bits(schema(), control, value, bits)) return code;
  memory_.value(control).store(bits, std::memory_order_release);
  wake_readers(slots_.announce());
  return WB_OK;
}

}  // namespace wingbeat::stream
