// The way of a frame: begin, fill, publish; and waking readers.
#include "writer.hpp"

#include <cstring>

#include "../stream/error.hpp"

namespace wingbeat::stream {
namespace {

// Copies `count` items of a fixed size that lie `stride` bytes apart.
template <std::size_t Bytes>
void copy_items(std::uint8_t* target, const std::uint8_t* source, std::size_t stride, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) std::memcpy(target + i * Bytes, source + i * stride, Bytes);
}

// The usual sizes are constants, so that the compiler makes moves of them instead of calls.
void copy_strided(std::uint8_t* target, const std::uint8_t* source, std::size_t item, std::size_t stride,
                  std::uint64_t count) {
  switch (item) {
    case 4:
      return copy_items<4>(target, source, stride, count);
    case 8:
      return copy_items<8>(target, source, stride, count);
    case 12:
      return copy_items<12>(target, source, stride, count);
    case 16:
      return copy_items<16>(target, source, stride, count);
    case 24:
      return copy_items<24>(target, source, stride, count);
    default:
      break;
  }
  for (std::uint64_t i = 0; i < count; ++i) std::memcpy(target + i * item, source + i * stride, item);
}

int not_begun() { return fail(WB_ERR_STATE, "no frame is begun: call wb_writer_begin first"); }

}  // namespace

// The slot was chosen by the last publish(). Only the first frame searches for one here, or a frame after a
// publish() that found none.
int Writer::begin(wb_slot& out) {
  if (is_begun_) return fail(WB_ERR_STATE, "a frame is begun already: publish or abandon it first");
  if (lock_step_.is_on()) await_readers(false);
  const std::uint32_t newest = slots_.newest();
  const std::uint32_t slot = slots_.begun() != sync::kNoSlot ? slots_.begun() : slots_.begin();
  if (slot == sync::kNoSlot) {
    return fail(
        WB_ERR_CORRUPT,
        "readers hold more frames than the lease budget allows, so the control memory is damaged: end all readers and "
        "the writer, run `wingbeat gc`, and start them again");
  }
  begin_time_ns_ = clock_.now_ns();
  is_begun_ = true;
  has_count_ = false;
  out.seq = slots_.seq() + 1;
  out.data = memory_.payload(slot);
  out.previous = newest == sync::kNoSlot ? nullptr : memory_.payload(newest);
  out.previous_count = newest == sync::kNoSlot ? 0 : memory_.slot(newest).count;
  return WB_OK;
}

void* Writer::field(std::uint32_t index) {
  if (!is_begun_ || index >= schema().fields.size()) return nullptr;
  return memory_.payload(slots_.begun()) + schema().fields[index].offset_bytes;
}

// Checks everything before it writes, so that a refused copy leaves the slot as it is.
int Writer::copy(std::uint32_t field, const void* source, std::size_t stride_bytes, std::uint64_t count) {
  if (!is_begun_) return not_begun();
  if (field >= schema().fields.size())
    return fail(WB_ERR_NOT_FOUND, "there is no field number " + std::to_string(field) + ": the stream has " +
                                      std::to_string(schema().fields.size()) + " fields, numbered from 0");
  const layout::FieldRecord& record = schema().fields[field];
  // Bytes of one index of the last dimension: of one agent, in a field per agent.
  const std::uint64_t item = record.size_bytes / record.shape[record.dimensions - 1];
  if (stride_bytes < item)
    return fail(WB_ERR_ARGUMENT, std::string("field '") + record.name + "' has " + std::to_string(item) +
                                     " bytes per agent: a stride of " + std::to_string(stride_bytes) +
                                     " bytes is too small");
  if (source == nullptr && count > 0) return fail(WB_ERR_ARGUMENT, "the source is NULL");
  if (record.per_agent != 0) {
    if (int code = set_count(count)) return code;
  } else if (count != record.shape[record.dimensions - 1]) {
    return fail(WB_ERR_ARGUMENT, std::string("field '") + record.name + "' has a fixed shape: copy all " +
                                     std::to_string(record.shape[record.dimensions - 1]) + " items, not " +
                                     std::to_string(count));
  }
  auto* target = memory_.payload(slots_.begun()) + record.offset_bytes;
  auto* first = static_cast<const std::uint8_t*>(source);
  if (count == 0) return WB_OK;
  if (stride_bytes == item)
    std::memcpy(target, first, item * count);
  else
    copy_strided(target, first, item, stride_bytes, count);
  return WB_OK;
}

int Writer::set_count(std::uint64_t count) {
  if (!is_begun_) return not_begun();
  if (count > schema().capacity)
    return fail(WB_ERR_ARGUMENT, std::to_string(count) + " agents exceed the stream's capacity of " +
                                     std::to_string(schema().capacity) + ": create it with a larger one");
  if (has_count_ && count != count_)
    return fail(WB_ERR_ARGUMENT, "this frame already has " + std::to_string(count_) +
                                     " agents: every field must have as many, not " + std::to_string(count));
  has_count_ = true;
  count_ = count;
  return WB_OK;
}

// The commit word is stored as late as possible and once: readers that spin poll its cache line.
int Writer::publish(std::uint64_t step, double sim_time) {
  if (!is_begun_) return not_begun();
  const std::uint64_t now_ns = clock_.now_ns();
  // All at once, and nothing of it earlier: readers that spin poll this line, and fetch it again after each store.
  // Relaxed: commit() stores the word that publishes them, with release.
  layout::SlotHeader& header = memory_.slot(slots_.begun());
  sync::put(header.step, step);
  sync::put(header.sim_time, sim_time);
  sync::put(header.publish_time_ns, now_ns);
  sync::put(header.begin_time_ns, begin_time_ns_);
  sync::put(header.count, has_count_ ? count_ : schema().capacity);
  sync::SharedMemory::step(sync::Step::kWriterFilled);
  wake_readers(slots_.commit());
  is_begun_ = false;
  // The slot of the next frame is chosen now, while no reader waits for it. Readers that spin poll its commit word:
  // changing it between begin and publish would slow the one store that they wait for.
  slots_.begin();
  if (slots_.hops() != hops_told_) {  // seldom: readers that spin poll this line
    hops_told_ = slots_.hops();
    sync::put(memory_.hot().hops, hops_told_);
  }
  last_step_ = step;
  ++published_;
  return WB_OK;
}

// The slot stays claimed, and the next begin() takes it.
int Writer::abandon() {
  if (!is_begun_) return not_begun();
  is_begun_ = false;
  return WB_OK;
}

// One system call at most, and none if no reader sleeps. `sleepers` is what SlotWriter::announce returned.
void Writer::wake_readers(std::uint32_t sleepers) {
  if (sleepers == 0) return;
  const bool woke = waker_.wake(sleepers >= sync::kSeveral);
  sync::put(memory_.hot().wakes, ++wakes_);
  futile_wakes_ = woke ? 0 : futile_wakes_ + 1;
  if (futile_wakes_ > futile_wakes_allowed_) look_for_dead_sleepers();
}

// A reader that died asleep would cost a wake-up in every frame, so its entry is cleared. A reader that was
// stopped looks alike and cannot be cleared, which is why the search becomes rarer each time.
void Writer::look_for_dead_sleepers() {
  futile_wakes_ = 0;
  if (sweep_readers(location_, *attachment_) > 0)
    futile_wakes_allowed_ = kFutileWakes;
  else if (futile_wakes_allowed_ < kMostFutileWakes)
    futile_wakes_allowed_ *= 2;
}

int Writer::set_lock_step(std::string_view label, std::uint64_t limit_ns) {
  if (label.size() >= layout::kReaderLabelBytes)
    return fail(WB_ERR_ARGUMENT,
                "a reader's label must not have more than " + std::to_string(layout::kReaderLabelBytes - 1) + " bytes");
  lock_step_.set(label, limit_ns);
  return WB_OK;
}

// At most once for each frame: begin() waits too, and must not wait for what await_readers() has waited for.
int Writer::await_readers(bool interruptible) {
  const std::uint64_t seq = slots_.seq();
  if (!lock_step_.is_on() || awaited_ == seq) return WB_OK;
  const std::uint64_t before = overruns_;
  if (!lock_step_.await(location_, *attachment_, seq, interruptible, overruns_)) return fail(WB_INTERRUPTED);
  awaited_ = seq;
  if (overruns_ == before) return WB_OK;
  sync::put(memory_.hot().overruns, overruns_);
  return fail(WB_OVERRUN);
}

wb_writer_stats Writer::stats() const {
  return {published_,
          slots_.hops(),
          wakes_,
          answered_,
          overruns_,
          attachment_->header.epoch,
          memory_.generation().load(std::memory_order_relaxed),
          huge_bytes_};
}

}  // namespace wingbeat::stream
