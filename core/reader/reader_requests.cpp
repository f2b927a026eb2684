// The reader's side of parameters, triggers and commands. A reader numbers its requests from 1, across all
// attachments (last_id_). In each attachment they also have the number of the ring (ring_id), which continues
// from the entry's earlier owner.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "../stream/error.hpp"
#include "../stream/values.hpp"
#include "../sync/requests.hpp"
#include "reader.hpp"

namespace wingbeat::stream {
namespace {

// WB_NOT_READY: names can be looked up only in a schema.
int not_attached() {
  return fail(WB_NOT_READY, "the reader is not attached yet: call wb_reader_attach or wait for a frame first");
}

// WB_ERR_NO_ROOM: the writer does not answer, or not as fast as this reader asks.
int no_room() {
  return fail(WB_ERR_NO_ROOM,
              std::to_string(layout::kMaxPending) +
                  " requests of this reader are waiting for the writer: wait for a receipt before the next request");
}

int only_observes() {
  return fail(
      WB_ERR_ACCESS,
      "an observer cannot send requests: open the reader without WB_READER_OBSERVE; for another user's stream its "
      "writer must set WB_GROUP_CONTROL");
}

layout::RequestRecord request_of(std::uint32_t control, std::uint32_t kind) {
  layout::RequestRecord record{};
  record.control = control;
  record.kind = kind;
  return record;
}

// A receipt as the public interface shows it. Its bytes were bounded by fetch_receipt.
wb_receipt to_receipt(std::uint64_t id, const layout::ReceiptRecord& record) {
  wb_receipt receipt{};
  receipt.id = id;
  receipt.status = record.status;
  receipt.step = record.step;
  receipt.seq = record.seq;
  std::memcpy(receipt.reason, record.reason, sizeof receipt.reason);
  return receipt;
}

}  // namespace

// Checks everything that the writer will check, so that mistakes are reported at once and not in a receipt.
int Reader::request_parameter(const char* name, const wb_value& value, std::uint64_t* id) {
  if (leases_ == nullptr) return not_attached();
  if (!has_entry()) return only_observes();
  const layout::Schema& schema = leases_->attachment().schema;
  std::uint32_t control;
  if (int code = find_control(schema, name, layout::kParameter, control)) return code;
  layout::RequestRecord record = request_of(control, layout::kParameter);
  record.value_type = schema.controls[control].value_type;
  if (int code = to_bits(schema, control, value, record.value)) return code;
  return send(record, id);
}

int Reader::request_trigger(const char* name, std::uint64_t* id) {
  if (leases_ == nullptr) return not_attached();
  if (!has_entry()) return only_observes();
  std::uint32_t control;
  if (int code = find_control(leases_->attachment().schema, name, layout::kTrigger, control)) return code;
  layout::RequestRecord record = request_of(control, layout::kTrigger);
  return send(record, id);
}

int Reader::request_command(const char* name, const double* arguments, std::uint32_t count, std::uint64_t* id) {
  if (leases_ == nullptr) return not_attached();
  if (!has_entry()) return only_observes();
  const layout::Schema& schema = leases_->attachment().schema;
  std::uint32_t control;
  if (int code = find_control(schema, name, layout::kCommand, control)) return code;
  const layout::ControlRecord& command = schema.controls[control];
  if (count != command.argument_count) {
    return fail(WB_ERR_ARGUMENT, std::string("command '") + name + "' takes " + std::to_string(command.argument_count) +
                                     " arguments (" + command.choices + "), not " + std::to_string(count));
  }
  layout::RequestRecord record = request_of(control, layout::kCommand);
  record.argument_count = count;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!std::isfinite(arguments[i]))
      return fail(WB_ERR_ARGUMENT, std::string("argument ") + std::to_string(i + 1) + " of command '" + name +
                                       "' must be a finite number");
  }
  if (count > 0) std::memcpy(record.arguments, arguments, count * sizeof *arguments);
  return send(record, id);
}

// Invariant 3 of sync/requests.hpp: before a slot of the receipt ring is used again, its receipt is fetched.
int Reader::send(layout::RequestRecord& record, std::uint64_t* id) {
  if (sent_.empty()) sent_.resize(kRemembered);
  for (std::uint64_t i = last_id_ > layout::kMaxPending ? last_id_ - layout::kMaxPending + 1 : 1; i <= last_id_; ++i) {
    fetch(sent_[i % kRemembered]);  // before its slot is used again
  }
  // The receipt of the new request will overwrite that of kMaxPending requests before, which must be known by now.
  const bool overwrites = last_id_ >= layout::kMaxPending;
  if (overwrites && !fetch(sent_[(last_id_ + 1 - layout::kMaxPending) % kRemembered])) return no_room();
  record.generation = memory_.generation().load(std::memory_order_acquire);
  record.submit_time_ns = platform::now_ns();
  if (!sync::post_request(memory_, entry_, record)) return no_room();
  Sent& sent = sent_[++last_id_ % kRemembered];
  sent = Sent{};
  sent.id = last_id_;
  sent.ring_id = record.id;
  sent.identity = leases_->attachment().manifest.identity;
  if (id != nullptr) *id = last_id_;
  return WB_OK;
}

// Whether the receipt of this request is known. If another epoch has begun since, its writer does not know the
// request, and it counts as restarted.
bool Reader::fetch(Sent& sent) {
  if (sent.done) return true;
  const bool same_memory = leases_ != nullptr && leases_->attachment().manifest.identity == sent.identity;
  layout::ReceiptRecord record{};
  if (same_memory && sync::fetch_receipt(memory_, entry_, sent.ring_id, record)) {
    sent.receipt = to_receipt(sent.id, record);
    return sent.done = true;
  }
  if (same_memory && memory_.writer_state().load(std::memory_order_acquire) != layout::kWriterSuperseded) return false;
  sent.receipt = wb_receipt{};
  sent.receipt.id = sent.id;
  sent.receipt.status = WB_WAS_RESTARTED;
  return sent.done = true;
}

// Sleeps on the stream's wake word, which changes with each round of receipts. A restart that is noticed here
// is reported by the next wait().
int Reader::receipt(std::uint64_t id, std::int64_t timeout_ns, wb_receipt& out) {
  if (id == 0 || id > last_id_ || id + kRemembered <= last_id_)
    return fail(WB_ERR_ARGUMENT,
                "there is no receipt for request " + std::to_string(id) + ": the id is unknown or too old");
  Sent& sent = sent_[id % kRemembered];
  const std::uint64_t start_ns = platform::now_ns();
  while (!fetch(sent)) {
    if (take_interrupt()) return fail(WB_INTERRUPTED);
    const int news = check_now_and_then();
    if (news < 0) return news;
    if (news == WB_RESTARTED) {
      restart_unreported_ = true;
      continue;
    }
    if (writer_gone_ && (writer_gone_ = !is_writer_alive()))
      return fail(WB_WRITER_GONE, "the writer ended before it answered request " + std::to_string(id) +
                                      ": send the request again when the writer is back");
    const std::uint64_t waited_ns = platform::now_ns() - start_ns;
    if (timeout_ns >= 0 && waited_ns >= static_cast<std::uint64_t>(timeout_ns)) return fail(WB_PENDING);
    const std::uint64_t left_ns = timeout_ns < 0 ? kReceiptNapNs : static_cast<std::uint64_t>(timeout_ns) - waited_ns;
    if (sleep_for_receipt(sent, std::min(left_ns, kReceiptNapNs)) == WB_INTERRUPTED) return fail(WB_INTERRUPTED);
  }
  out = sent.receipt;
  return WB_OK;
}

// The same order as in sleep_marked: mark, look again, sleep.
int Reader::sleep_for_receipt(Sent& sent, std::uint64_t limit_ns) {
  const std::uint32_t word = memory_.wake().load(std::memory_order_acquire);
  slots_.mark_asleep();
  const int code = fetch(sent) ? WB_NO_FRAME : sleep_on(leases_->shared_attachment(), word, limit_ns);
  slots_.mark_awake();
  return code;
}

// Observers may read values too: they lie in the data object.
int Reader::parameter(const char* name, wb_value& out) {
  if (leases_ == nullptr) return not_attached();
  std::uint32_t control;
  if (int code = find_control(leases_->attachment().schema, name, layout::kParameter, control)) return code;
  return read_parameter(leases_->attachment(), control, out);
}

}  // namespace wingbeat::stream
