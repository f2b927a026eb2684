#include "leases.hpp"

#include "../sync/lock_step.hpp"

namespace wingbeat::stream {

Leases::Leases(std::shared_ptr<Attachment> attachment, const Terms& terms)
    : attachment_(std::move(attachment)), terms_(terms), fork_generation_(platform::fork_generation()) {}

std::uint32_t Leases::find_free() const {
  for (std::uint32_t i = 0; i < terms_.count; ++i) {
    if (held_[i].load(std::memory_order_acquire) == 0) return i;
  }
  return kNoLease;
}

void Leases::keep(std::uint32_t lease, std::uint64_t seq) { held_[lease].store(seq, std::memory_order_relaxed); }

// The lease word in shared memory is cleared before held_, so that the slot of the lease is not used for
// another frame in between. Two threads that release the same frame: the compare-and-swap lets one of them win.
bool Leases::end(std::uint32_t lease, std::uint64_t seq) {
  if (fork_generation_ != platform::fork_generation()) return false;  // the parent's lease, not ours
  if (lease >= terms_.count || held_[lease].load(std::memory_order_relaxed) != seq) return false;
  if (terms_.way == WB_BY_LEASE) {
    attachment_->memory.lease(terms_.entry, lease).store(0, std::memory_order_release);  // pairs with any_lease
    sync::SharedMemory::step(sync::Step::kReaderReleased);
  }
  std::uint64_t held = seq;
  if (!held_[lease].compare_exchange_strong(held, 0, std::memory_order_release)) return false;
  tell_done(seq);
  return true;
}

// Wakes the low half of the word, since the writer sleeps on that (writer/lock_step.cpp).
void Leases::tell_done(std::uint64_t seq) const {
  if (!terms_.in_lock_step) return;
  const sync::SharedMemory& memory = attachment_->memory;
  if (sync::tell_done(memory, terms_.entry, seq))
    platform::wake_all(reinterpret_cast<const std::uint32_t*>(&memory.entry(terms_.entry).done));
}

// Copies only the agents that are present. The count is read from the copied header, and bounded.
void Leases::copy(std::uint32_t lease, std::uint32_t slot, layout::SlotHeader& header) {
  const Attachment& attachment = *attachment_;
  const sync::SharedMemory& memory = attachment.memory;
  if (copies_[lease] == nullptr) {
    copies_[lease].reset(static_cast<std::uint8_t*>(
        ::operator new(attachment.header.payload_bytes + layout::kFieldAlignment, kAlignment)));
  }
  sync::SharedMemory::copy_words(reinterpret_cast<const std::uint8_t*>(&memory.slot(slot)),
                                 reinterpret_cast<std::uint8_t*>(&header), sizeof header);
  const std::uint64_t count = attachment.frame_count(header);
  for (const layout::FieldRecord& field : attachment.schema.fields) {
    const std::uint64_t capacity = attachment.header.capacity;
    const std::uint64_t bytes = field.per_agent != 0 ? field.size_bytes / capacity * count : field.size_bytes;
    sync::SharedMemory::copy_words(memory.payload(slot) + field.offset_bytes, copies_[lease].get() + field.offset_bytes,
                                   bytes);
  }
}

// Acquire and release: the last one to drop sees what all others did with the memory.
void Leases::drop_reference() {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

}  // namespace wingbeat::stream
