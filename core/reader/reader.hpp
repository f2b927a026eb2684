// A reader: attaches to a stream, follows it through restarts, takes and releases frames, sends requests. The
// handle behind wb_reader.
//
// reader.cpp has the way of a frame, reader_attach.cpp how a reader comes to its stream and reader entry,
// reader_requests.cpp requests and receipts. A reader is used by one thread, except for interrupt().
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "../stream/attachment.hpp"
#include "../stream/registry.hpp"
#include "../sync/slots.hpp"
#include "leases.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::stream {

class Watcher;

// The options of wb_reader_options, with defaults in place of zeros.
struct ReaderOptions {
  std::int32_t mode = WB_LATEST;
  std::uint32_t stride = 1;
  std::uint32_t leases = 2;
  bool copies = false;    // never lease
  bool observes = false;  // take no reader entry
  bool prefaults = false;
  std::int64_t spin_ns = 20'000;
  std::string label;
};

class Reader {
 public:
  static int open(std::string_view stream, const ReaderOptions& options, std::unique_ptr<Reader>& out);
  ~Reader();

  int attach(std::int64_t timeout_ns);
  int wait(std::int64_t timeout_ns, wb_frame& out);
  int latest(wb_frame& out);
  void interrupt();
  int arm_descriptor();

  int request_parameter(const char* name, const wb_value& value, std::uint64_t* id);
  int request_trigger(const char* name, std::uint64_t* id);
  int request_command(const char* name, const double* arguments, std::uint32_t count, std::uint64_t* id);
  int receipt(std::uint64_t id, std::int64_t timeout_ns, wb_receipt& out);
  int parameter(const char* name, wb_value& out);

  const Attachment* attachment() const { return leases_ == nullptr ? nullptr : &leases_->attachment(); }
  wb_reader_stats stats();
  std::uint32_t fork_generation() const { return fork_generation_; }

 private:
  // A request, and its receipt if that is known.
  struct Sent {
    std::uint64_t id = 0;
    std::uint64_t ring_id = 0;
    std::uint64_t identity = 0;  // of the attachment it was made to
    bool done = false;
    wb_receipt receipt{};
  };
  static constexpr std::size_t kRemembered = 1024;
  static constexpr std::uint64_t kReceiptNapNs = 250'000'000;
  static constexpr std::uint64_t kShortestPollNs = 50'000, kLongestPollNs = 2'000'000;  // an observer's naps

  Reader(Location location, ReaderOptions options);

  // Attaching (reader_attach.cpp)
  int attach_once();
  int own_entry(const Attachment& attachment);
  bool claim_leases(const Attachment& attachment);
  void fill_entry(const Attachment& attachment);
  void clear_entry(const Attachment& attachment);
  void start(std::shared_ptr<Attachment> attachment, wb_way way);
  void detach();
  bool is_writer_alive() const;

  // Taking frames (reader.cpp)
  int look(std::uint32_t lease, wb_frame& out);
  int look_attached(std::uint32_t lease, wb_frame& out);
  int spin(std::uint32_t lease, std::uint64_t until_ns, wb_frame& out);
  int sleep(std::uint32_t lease, std::uint64_t limit_ns, wb_frame& out);
  int sleep_marked(std::uint32_t lease, std::uint64_t limit_ns, wb_frame& out);
  int poll(std::uint32_t lease, std::uint64_t limit_ns, wb_frame& out);
  int sleep_on(const std::shared_ptr<Attachment>& attachment, std::uint32_t word, std::uint64_t limit_ns);
  void tell_ready();
  int nap(std::uint64_t limit_ns);
  int follow();
  int check_now_and_then();
  int no_frame(bool waited);
  int no_lease() const;
  void reference_next_frame();
  bool take_interrupt() {
    return interrupted_.load(std::memory_order_relaxed) && interrupted_.exchange(false, std::memory_order_relaxed);
  }
  bool is_in_order() const { return options_.mode != WB_LATEST; }
  bool is_leasing() const { return leases_->way() == WB_BY_LEASE; }
  bool has_entry() const { return leases_->way() != WB_AS_OBSERVER; }
  sync::Taken take(std::uint32_t lease);
  sync::Taken take_newest(std::uint32_t lease);
  void release(std::uint32_t lease);
  void deliver(const sync::Taken& taken, std::uint32_t lease, wb_frame& out);
  void tell_progress(std::uint64_t seq);

  // Requests (reader_requests.cpp)
  int send(layout::RequestRecord& record, std::uint64_t* id);
  bool fetch(Sent& sent);
  int sleep_for_receipt(Sent& sent, std::uint64_t limit_ns);

  Location location_;
  ReaderOptions options_;
  std::uint32_t fork_generation_;

  platform::FileLock entry_lock_;
  std::uint32_t entry_ = 0;
  Leases* leases_ = nullptr;         // counted; nullptr while not attached
  bool next_is_referenced_ = false;  // the count of leases_ includes the next frame
  sync::SharedMemory memory_;
  sync::SlotReader<sync::SharedMemory> slots_;
  std::uint32_t generation_ = 0;
  bool is_older_than_stream_ = false;  // the reader is older than the stream, so that it wants all of its frames
  std::uint64_t next_check_ns_ = 0;
  bool writer_gone_ = false;         // as of the last check
  bool restart_unreported_ = false;  // wait() has still to return WB_RESTARTED

  layout::SlotHeader copied_{};  // of the frame copied last
  std::uint64_t poll_nap_ns_ = kShortestPollNs;

  std::uint64_t received_ = 0;
  std::uint64_t missed_ = 0;
  std::uint64_t restarts_ = 0;

  std::atomic<bool> interrupted_{false};
  std::atomic<const std::uint32_t*> sleeping_on_{nullptr};
  std::unique_ptr<Watcher> watcher_;

  std::uint64_t last_id_ = 0;
  std::vector<Sent> sent_;  // request `id` at id % kRemembered
};

}  // namespace wingbeat::stream
