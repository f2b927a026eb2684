// Leases: the frames that a reader holds. Frames point to this object, so that it outlives its Reader if a
// frame does.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <new>

#include "../stream/attachment.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::stream {

// One attachment, and the lease words that a reader owns in it; or, for a reader that copies, the copies.
// Frames may be released from any thread: the words that several threads change are atomics.
class Leases {
 public:
  struct Terms {
    wb_way way = WB_BY_LEASE;
    std::uint32_t entry = 0;  // 0 for an observer, which has none
    std::uint32_t count = 0;  // frames that may be held at a time
    bool in_lock_step = false;
  };
  Leases(std::shared_ptr<Attachment> attachment, const Terms& terms);

  const Attachment& attachment() const { return *attachment_; }
  const std::shared_ptr<Attachment>& shared_attachment() const { return attachment_; }
  wb_way way() const { return terms_.way; }

  // Copies the present content of a slot into the buffer of `lease`. The caller finds out whether it was whole.
  // Allocates the buffer when it is first needed.
  void copy(std::uint32_t lease, std::uint32_t slot, layout::SlotHeader& header);
  const void* copied(std::uint32_t lease) const { return copies_[lease].get(); }

  // kNoLease if all leases are in use.
  std::uint32_t find_free() const;
  // Notes that `lease` holds frame `seq`. The caller has added a reference for the frame.
  void keep(std::uint32_t lease, std::uint64_t seq);
  // Ends the hold of `lease` on frame `seq`, from any thread. False if it has ended before. In lock-step, tells
  // the writer that the reader has finished with the frame.
  bool end(std::uint32_t lease, std::uint64_t seq);

  // In lock-step: the reader has finished with all frames up to `seq`. Wakes the writer if it sleeps.
  void tell_done(std::uint64_t seq) const;

  // The reader and every frame count. The last one to drop its reference deletes the object.
  void add_reference() { references_.fetch_add(1, std::memory_order_relaxed); }
  void drop_reference();

  static constexpr std::uint32_t kNoLease = UINT32_MAX;

 private:
  struct Aligned {
    void operator()(std::uint8_t* bytes) const { ::operator delete(bytes, kAlignment); }
  };
  static constexpr std::align_val_t kAlignment{layout::kFieldAlignment};

  std::shared_ptr<Attachment> attachment_;
  Terms terms_;
  std::uint32_t fork_generation_;
  std::atomic<std::uint32_t> references_{1};
  std::array<std::unique_ptr<std::uint8_t, Aligned>, layout::kMaxLeases> copies_;  // made when first needed, and kept
  std::array<std::atomic<std::uint64_t>, layout::kMaxLeases> held_{};
};

}  // namespace wingbeat::stream
