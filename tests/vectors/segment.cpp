#include "segment.hpp"

#include <cstring>
#include <utility>

namespace vectors {

Segment::Segment(layout::Schema schema, const layout::Budget& budget)
    : schema_(std::move(schema)), bytes_(schema_, budget), memory_(bytes_.memory), slots_(memory_) {
  bytes_.header.identity = bytes_.control_header.identity = kIdentity;
  bytes_.header.epoch = 1;
  bytes_.header.create_time_ns = kCreateTimeNs;
  std::memcpy(bytes_.control(), &bytes_.control_header, sizeof bytes_.control_header);
  std::memcpy(bytes_.data(), &bytes_.header, sizeof bytes_.header);
  const Bytes records = layout::to_bytes(schema_);
  if (!records.empty()) std::memcpy(bytes_.data() + header().schema_offset, records.data(), records.size());
  for (std::uint32_t i = 0; i < schema_.controls.size(); ++i) memory_.value(i).store(schema_.controls[i].initial);
  say_hello();
}

void Segment::say_hello() {
  slots_.take_over();
  memory_.hot().pid = kWriterPid;
  memory_.writer_state().store(layout::kWriterAttached);
  memory_.generation().fetch_add(1);
  slots_.announce();
}

void Segment::say_goodbye() {
  memory_.writer_state().store(layout::kWriterClosed);
  slots_.announce();
}

void Segment::publish(std::uint64_t step, std::uint64_t count, const Bytes& payload) {
  const std::uint32_t slot = slots_.begin();
  layout::SlotHeader& header = memory_.slot(slot);
  std::memset(memory_.payload(slot), 0, this->header().payload_bytes);
  if (!payload.empty()) std::memcpy(memory_.payload(slot), payload.data(), payload.size());
  header.step = last_step_ = step;
  header.sim_time = sim_time(step);
  header.count = count;
  header.publish_time_ns = publish_time_ns(slots_.seq() + 1);
  header.begin_time_ns = header.publish_time_ns - 250'000;
  slots_.commit();
  memory_.hot().hops = slots_.hops();
}

void Segment::set_commit(std::uint32_t slot, std::uint64_t seq, layout::SlotState state) {
  memory_.commit(slot).store(sync::commit_word(seq, state));
}

void Segment::set_head(std::uint64_t seq, std::uint32_t slot) { memory_.head().store(sync::head_word(seq, slot)); }

void Segment::attach_reader(std::uint32_t entry, std::uint64_t held_seq, const std::string& label) {
  memory_.claim(entry).store(1);
  memory_.lease(entry, 0).store(held_seq);
  memory_.asleep(entry).store(1);
  layout::HotEntry& hot = memory_.entry(entry);
  hot.cursor = held_seq;
  hot.received = 1;
  layout::ColdEntry& cold = memory_.cold_entry(entry);
  cold.mode = 1;
  cold.pid = kReaderPid;
  cold.stride = 1;
  cold.attach_time_ns = kCreateTimeNs + 1;
  std::memcpy(cold.label, label.data(), label.size());
  cold.state = layout::kEntryAttached;
}

void Segment::ask(std::uint32_t entry, layout::RequestRecord request) {
  request.generation = memory_.generation().load();
  request.submit_time_ns = publish_time_ns(slots_.seq()) + memory_.request_tail(entry).load() + 1;
  sync::post_request(memory_, entry, request);
}

void Segment::answer(std::uint32_t entry, std::uint64_t id, std::uint32_t status, const std::string& reason) {
  layout::ReceiptRecord receipt{};
  receipt.id = id;
  receipt.status = status;
  receipt.step = last_step_;
  receipt.seq = slots_.seq() + 1;
  std::memcpy(receipt.reason, reason.data(), reason.size());
  sync::give_receipt(memory_, entry, receipt);
  ++memory_.hot().requests;
}

// The names are made up: whoever installs a vector gives its objects names of their own.
layout::Manifest Segment::manifest() const {
  layout::Manifest manifest;
  manifest.stream = schema_.stream;
  manifest.backend = "linux";
  manifest.epoch = header().epoch;
  manifest.identity = header().identity;
  manifest.data_object = "/wb-vector-1d";
  manifest.data_bytes = header().total_bytes;
  manifest.control_object = "/wb-vector-1c";
  manifest.control_bytes = bytes_.control_header.total_bytes;
  return manifest;
}

}  // namespace vectors
