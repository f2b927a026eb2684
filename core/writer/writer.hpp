// The writer of a stream: its only source of frames. The handle behind wb_writer.
//
// writer.cpp has the way of a frame, writer_create.cpp how a writer comes to its stream, writer_requests.cpp
// how it answers requests.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "../platform/tick_clock.hpp"
#include "../stream/attachment.hpp"
#include "../stream/registry.hpp"
#include "../sync/slots.hpp"
#include "lock_step.hpp"
#include "waker.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::stream {

// The access of other users: bits of wb_access, and the group that they are given to.
struct Sharing {
  std::uint32_t access = 0;
  std::int64_t group = platform::kNoGroup;  // kNoGroup: the process's own
};

// The description of the stream to create: the handle behind wb_spec.
struct Spec {
  layout::Schema schema;
  layout::Budget budget;
  Sharing sharing;
  bool huge_pages = false;
};

class Writer {
 public:
  static int create(const Spec& spec, std::unique_ptr<Writer>& out);
  ~Writer();

  int begin(wb_slot& out);
  void* field(std::uint32_t index);
  int copy(std::uint32_t field, const void* source, std::size_t stride_bytes, std::uint64_t count);
  int set_count(std::uint64_t count);
  int publish(std::uint64_t step, double sim_time);
  int abandon();

  int set_lock_step(std::string_view label, std::uint64_t limit_ns);
  int await_readers(bool interruptible);

  int next_request(wb_request& out);
  int refuse(std::string_view reason);
  int parameter(std::uint32_t control, wb_value& out) const;
  int set_parameter(std::uint32_t control, const wb_value& value);

  const layout::Schema& schema() const { return attachment_->schema; }
  wb_writer_stats stats() const;
  std::uint32_t fork_generation() const { return fork_generation_; }

 private:
  // A request that was copied out of a reader's ring.
  struct WaitingRequest {
    layout::RequestRecord record;
    std::uint32_t reader;
    bool superseded;
  };

  Writer(Location location, platform::FileLock lock, std::shared_ptr<Attachment> attachment, std::uint64_t huge_bytes);

  void answer_old_requests();
  void wake_readers(std::uint32_t sleepers);
  void look_for_dead_sleepers();

  void drain_requests();
  void drain_reader(std::uint32_t reader);
  void mark_superseded();
  bool show(const WaitingRequest& waiting, wb_request& out);
  void apply_shown();
  void answer(const WaitingRequest& waiting, wb_receipt_status status, std::string_view reason);

  Location location_;
  platform::FileLock lock_;
  std::shared_ptr<Attachment> attachment_;
  sync::SharedMemory memory_;
  sync::SlotWriter<sync::SharedMemory> slots_;
  bool is_begun_ = false;  // by the caller; slots_ chooses the slot earlier, in publish()
  std::uint64_t begin_time_ns_ = 0;
  platform::TickClock clock_;
  std::uint64_t huge_bytes_;
  Waker waker_;
  std::uint32_t fork_generation_;

  bool has_count_ = false;
  std::uint64_t count_ = 0;
  std::uint64_t last_step_ = 0;
  std::uint64_t published_ = 0;
  LockStep lock_step_;
  std::uint64_t awaited_ = 0;  // the frame that readers in lock-step have been waited for
  std::uint64_t overruns_ = 0;
  std::uint64_t wakes_ = 0;
  std::uint64_t hops_told_ = 0;

  // Wake-ups in a row that found no sleeper, before the writer looks for readers that died asleep. Doubled each
  // time it finds none.
  static constexpr std::uint64_t kFutileWakes = 64, kMostFutileWakes = 1 << 20;
  std::uint64_t futile_wakes_ = 0;  // wake-ups in a row that woke no reader
  std::uint64_t futile_wakes_allowed_ = kFutileWakes;
  std::uint64_t answered_ = 0;

  std::vector<WaitingRequest> queue_;  // the requests of this round; room for all that can wait is reserved at creation
  std::size_t next_ = 0;               // index of the first that was not answered
  bool in_round_ = false;
  bool shown_ = false;  // queue_[next_] was given to the caller, which may refuse it
  bool answered_in_round_ = false;
};

}  // namespace wingbeat::stream
