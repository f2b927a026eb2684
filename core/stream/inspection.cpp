#include "inspection.hpp"

#include <algorithm>
#include <cstring>

#include "../layout/schema.hpp"
#include "../sync/slots.hpp"
#include "error.hpp"
#include "values.hpp"

namespace wingbeat::stream {
namespace {

// Bounded by kMaxLeases, whatever the reader claims.
std::uint32_t held_leases(const sync::SharedMemory& memory, std::uint32_t entry) {
  std::uint32_t held = 0;
  for (std::uint32_t i = 0; i < layout::kMaxLeases; ++i) held += memory.lease(entry, i).load() != 0 ? 1u : 0u;
  return held;
}

// A damaged claim must not count for more leases than an entry has.
std::uint32_t claimed_leases(const sync::SharedMemory& memory, std::uint32_t entry) {
  return std::min(memory.claim(entry).load(), layout::kMaxLeases);
}

bool is_attached(const sync::SharedMemory& memory, std::uint32_t entry) {
  // Acquire: pairs with the release store in Reader::fill_entry.
  return sync::SharedMemory::word(memory.cold_entry(entry).state).load(std::memory_order_acquire) != layout::kEntryFree;
}

}  // namespace

// Fails at once if there is no stream: an inspection does not wait.
int Inspection::open(std::string_view stream, std::unique_ptr<Inspection>& out) {
  Location location;
  if (int code = Location::find(stream, location)) return code;
  std::unique_ptr<Inspection> inspection(new Inspection(location));
  int code = inspection->follow();
  if (code == WB_OK) out = std::move(inspection);
  return code;
}

// Attaches to the epoch that the manifest names, unless that is attached already.
int Inspection::follow() {
  layout::Manifest manifest;
  int code = read_manifest(location_, manifest);
  if (code != WB_OK) return code;
  if (attachment_ != nullptr && attachment_->manifest.identity == manifest.identity) return WB_OK;
  return attach(manifest, Access::kInspection, location_.owner(), attachment_);
}

// Relaxed loads: the figures are shown, and no decision depends on them. They need not be of the same moment.
int Inspection::stream(wb_stream_info& out) {
  if (int code = follow()) return code;
  const layout::DataHeader& header = attachment_->header;
  layout::DataHot& hot = attachment_->memory.hot();
  out = wb_stream_info{};
  std::memcpy(out.name, schema().stream.c_str(), schema().stream.size() + 1);
  out.epoch = header.epoch;
  out.generation = sync::get(hot.generation);
  const bool alive = platform::probe_lock(location_.writer_lock()) == platform::Party::kAlive;
  out.writer_state = alive                                           ? WB_WRITER_ALIVE
                     : sync::get(hot.state) == layout::kWriterClosed ? WB_WRITER_CLOSED
                                                                     : WB_WRITER_DEAD;
  out.writer_pid = sync::get(hot.pid);
  out.capacity = header.capacity;
  out.create_time_ns = header.create_time_ns;
  out.frame_bytes = header.payload_bytes;
  out.memory_bytes = attachment_->manifest.data_bytes + attachment_->manifest.control_bytes;
  out.slots = header.slot_count;
  out.lease_budget = header.lease_budget;
  out.max_readers = header.max_readers;
  out.hops = sync::get(hot.hops);
  out.wakes = sync::get(hot.wakes);
  out.requests = sync::get(hot.requests);
  out.overruns = sync::get(hot.overruns);
  describe_newest(out);
  count_readers(out);
  return WB_OK;
}

// Describes the newest frame. Without a lease the writer may reuse the slot while it is read. The commit word
// is checked behind an acquire fence, as in SlotReader::copy_whole; if it has changed, the next newest frame is
// tried, a few times.
void Inspection::describe_newest(wb_stream_info& out) const {
  const sync::SharedMemory& memory = attachment_->memory;
  constexpr int kTries = 16;
  for (int i = 0; i < kTries; ++i) {
    const std::uint64_t head = memory.head().load(std::memory_order_acquire);
    const std::uint32_t index = sync::head_slot(head);
    if (sync::head_seq(head) == 0 || index >= memory.slot_count()) return;
    layout::SlotHeader& slot = memory.slot(index);
    out.seq = sync::head_seq(head);
    out.step = sync::get(slot.step);
    out.sim_time = sync::get(slot.sim_time);
    out.publish_time_ns = sync::get(slot.publish_time_ns);
    const std::uint64_t begin_time_ns = sync::get(slot.begin_time_ns);
    out.fill_time_ns = out.publish_time_ns > begin_time_ns ? out.publish_time_ns - begin_time_ns : 0;
    out.count = std::min(sync::get(slot.count), out.capacity);
    sync::SharedMemory::fence(std::memory_order_acquire);
    if (memory.commit(index).load(std::memory_order_relaxed) == sync::commit_word(out.seq, layout::kCommitted)) return;
  }
}

// Probes the lock of every attached entry: one system call or two for each reader.
void Inspection::count_readers(wb_stream_info& out) const {
  const sync::SharedMemory& memory = attachment_->memory;
  for (std::uint32_t entry = 0; entry < memory.reader_count(); ++entry) {
    out.leases_claimed += claimed_leases(memory, entry);
    if (!is_attached(memory, entry)) continue;
    out.leases_held += held_leases(memory, entry);
    if (platform::probe_lock(location_.reader_lock(entry)) == platform::Party::kAlive) ++out.readers;
  }
}

int Inspection::readers(std::vector<wb_reader_info>& out) {
  if (int code = follow()) return code;
  out.clear();
  for (std::uint32_t entry = 0; entry < attachment_->memory.reader_count(); ++entry) {
    if (is_attached(attachment_->memory, entry)) out.push_back(describe_reader(entry));
  }
  return WB_OK;
}

// The label is copied word by word, because its reader may be writing it; the last byte stays zero.
wb_reader_info Inspection::describe_reader(std::uint32_t entry) const {
  const sync::SharedMemory& memory = attachment_->memory;
  layout::ColdEntry& cold = memory.cold_entry(entry);
  layout::HotEntry& hot = memory.entry(entry);
  wb_reader_info info{};
  info.entry = entry;
  info.pid = sync::get(cold.pid);
  info.mode = sync::get(cold.mode);
  info.every = sync::get(cold.stride);
  info.alive = platform::probe_lock(location_.reader_lock(entry)) == platform::Party::kAlive ? 1 : 0;
  info.leases_claimed = claimed_leases(memory, entry);
  info.leases_held = held_leases(memory, entry);
  info.asleep = memory.asleep(entry).load() != 0 ? 1 : 0;
  info.attach_time_ns = sync::get(cold.attach_time_ns);
  info.seq = sync::get(hot.cursor);
  info.received = sync::get(hot.received);
  info.missed = sync::get(hot.missed);
  std::uint8_t label[sizeof cold.label];
  sync::SharedMemory::copy_words(reinterpret_cast<const std::uint8_t*>(cold.label), label, sizeof label);
  std::memcpy(info.label, label, sizeof info.label - 1);
  return info;
}

int Inspection::parameter(std::uint32_t control, wb_value& out) { return read_parameter(*attachment_, control, out); }

}  // namespace wingbeat::stream
