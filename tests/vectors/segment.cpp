#include "segment.hpp"

#include <cstring>
#include <utility>

namespace vectors {
namespace {

sync::Regions regions_of(const layout::DataHeader& data, const layout::ControlHeader& control, std::uint8_t* data_bytes,
                         std::uint8_t* control_bytes) {
  sync::Regions regions;
  regions.data = data_bytes;
  regions.control = control_bytes;
  regions.slots_offset = data.slots_offset;
  regions.slot_stride = data.slot_stride;
  regions.receipts_offset = data.receipts_offset;
  regions.values_offset = data.values_offset;
  regions.hot_offset = control.hot_offset;
  regions.cold_offset = control.cold_offset;
  regions.requests_offset = control.requests_offset;
  regions.slot_count = data.slot_count;
  regions.reader_count = data.max_readers;
  regions.control_count = data.control_count;
  return regions;
}

layout::DataHeader fixed_header(const layout::Schema& schema, const layout::Budget& budget) {
  layout::DataHeader header = layout::data_header(schema, budget);
  header.identity = kIdentity;
  header.epoch = 1;
  header.create_time_ns = kCreateTimeNs;
  return header;
}

layout::ControlHeader fixed_control_header(const layout::Budget& budget) {
  layout::ControlHeader header = layout::control_header(budget.readers);
  header.identity = kIdentity;
  return header;
}

}  // namespace

Segment::Segment(layout::Schema schema, const layout::Budget& budget)
    : schema_(std::move(schema)),
      header_(fixed_header(schema_, budget)),
      control_header_(fixed_control_header(budget)),
      data_(header_.total_bytes / 8),
      control_(control_header_.total_bytes / 8),
      memory_(regions_of(header_, control_header_, reinterpret_cast<std::uint8_t*>(data_.data()),
                         reinterpret_cast<std::uint8_t*>(control_.data()))),
      slots_(memory_) {
  auto* data = reinterpret_cast<std::uint8_t*>(data_.data());
  std::memcpy(control_.data(), &control_header_, sizeof control_header_);
  std::memcpy(data, &header_, sizeof header_);
  const Bytes records = layout::to_bytes(schema_);
  if (!records.empty()) std::memcpy(data + header_.schema_offset, records.data(), records.size());
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
  std::memset(memory_.payload(slot), 0, header_.payload_bytes);
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
  manifest.epoch = header_.epoch;
  manifest.identity = header_.identity;
  manifest.data_object = "/wb-vector-1d";
  manifest.data_bytes = header_.total_bytes;
  manifest.control_object = "/wb-vector-1c";
  manifest.control_bytes = control_header_.total_bytes;
  return manifest;
}

Bytes Segment::bytes_of(const Words& words) {
  auto* first = reinterpret_cast<const std::uint8_t*>(words.data());
  return {first, first + words.size() * 8};
}

}  // namespace vectors
