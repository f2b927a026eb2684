// The frames that a reader holds.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <new>

#include "../stream/attachment.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::stream {

// What frames refer to: one attachment, and in it the lease words that this reader owns; or, if it has none, copies. Frames keep it
// alive.
class Leases {
 public:
  struct Terms {
    wb_way way = WB_BY_LEASE;
    std::uint32_t entry = 0;  // none for an observer
    std::uint32_t count = 0;  // frames that may be held at a time
    bool in_lock_step = false;
  };
  Leases(std::shared_ptr<Attachment> attachment, const Terms& terms);

  const Attachment& attachment() const { return *attachment_; }
  const std::shared_ptr<Attachment>& shared_attachment() const { return attachment_; }
  wb_way way() const { return terms_.way; }

  // Copies what a slot holds just now into the place of `lease`; whether that was whole, the caller finds out.
  void copy(std::uint32_t lease, std::uint32_t slot, layout::SlotHeader& header);
  const void* copied(std::uint32_t lease) const { return copies_[lease].get(); }

  std::uint32_t find_free() const;                    // kNoLease if all are in use
  void keep(std::uint32_t lease, std::uint64_t seq);  // the caller has added a reference for the frame
  // Ends the hold of `lease` on `seq`; false if it has ended before. In lock-step, says that the frame is done. Any thread.
  bool end(std::uint32_t lease, std::uint64_t seq);

  // In lock-step: nothing up to `seq` is needed any more.
  void tell_done(std::uint64_t seq) const;

  // Counts the reader and every frame. The last one to drop it deletes it.
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
