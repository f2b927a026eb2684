// The way of a frame on the reader's side: wait for it, take it, deliver it.
#include "reader.hpp"

#include <algorithm>

#include "../stream/error.hpp"
#include "watcher.hpp"

namespace wingbeat::stream {
namespace {

constexpr std::uint64_t kLongestNapNs = 250'000'000;
constexpr std::uint64_t kAttachNapNs = 2'000'000;
constexpr std::uint64_t kCheckIntervalNs = 200'000'000;
// Polls of the expected slot between two looks at head. A frame may be in another slot, so the slot alone must
// not be waited for.
constexpr int kPollsPerLook = 512;
// A program may make many short waits one after the other. They must not each probe the writer's lock.
constexpr std::int64_t kProbeFromNs = 1'000'000;
constexpr std::uint64_t kForever = UINT64_MAX;

// The sum, or kForever if it overflows.
std::uint64_t later(std::uint64_t now_ns, std::uint64_t by_ns) {
  return by_ns > kForever - now_ns ? kForever : now_ns + by_ns;
}

}  // namespace

// Looks once, then spins, then sleeps in naps. Every nap ends after kLongestNapNs at the latest, since the
// thread must also notice interrupts and restarts.
int Reader::wait(std::int64_t timeout_ns, wb_frame& out) {
  if (interrupted_.load(std::memory_order_relaxed) && take_interrupt()) return fail(WB_INTERRUPTED);
  const std::uint32_t lease = leases_ == nullptr ? 0 : leases_->find_free();
  if (lease == Leases::kNoLease) return no_lease();
  int code = look(lease, out);
  if (code != WB_NO_FRAME) return code;
  tell_ready();
  if (timeout_ns == 0) return no_frame(false);
  const std::uint64_t start_ns = platform::now_ns();
  const std::uint64_t deadline_ns = timeout_ns < 0 ? kForever : later(start_ns, static_cast<std::uint64_t>(timeout_ns));
  const std::uint64_t spin_end_ns =
      options_.spin_ns < 0 ? deadline_ns
                           : std::min(deadline_ns, later(start_ns, static_cast<std::uint64_t>(options_.spin_ns)));
  code = spin(lease, spin_end_ns, out);
  while (code == WB_NO_FRAME) {
    const std::uint64_t now_ns = platform::now_ns();
    if (now_ns >= deadline_ns) return no_frame(timeout_ns >= kProbeFromNs);
    tell_ready();
    code = sleep(lease, std::min(deadline_ns - now_ns, kLongestNapNs), out);
  }
  return code;
}

// Does not wait. A restart is not reported here, but by the next wait().
int Reader::latest(wb_frame& out) {
  if (leases_ == nullptr) {
    int code = attach_once();
    if (code != WB_OK) return code;
  }
  const bool superseded = memory_.writer_state().load(std::memory_order_acquire) == layout::kWriterSuperseded;
  const int code = superseded ? follow() : check_now_and_then();
  if (code < 0) return code;
  if (code == WB_RESTARTED) restart_unreported_ = true;  // wait() reports it
  const std::uint32_t lease = leases_->find_free();
  if (lease == Leases::kNoLease) return no_lease();
  reference_next_frame();
  sync::Taken taken = take_newest(lease);
  if (!taken) return release(lease), no_frame(false);
  // A reader of frames in order must not skip those before this one; a reader of the latest does.
  if (!is_in_order() && taken.seq > slots_.last()) slots_.start_after(taken.seq, taken.slot);
  deliver(taken, lease, out);
  return WB_OK;
}

int Reader::no_lease() const {
  return fail(WB_ERR_NO_ROOM, "the reader holds all " + std::to_string(options_.leases) +
                                  " frames that it may hold: release one, or open the reader with more leases");
}

// Looks once for a frame or a state to report. WB_NO_FRAME: there is nothing.
int Reader::look(std::uint32_t lease, wb_frame& out) {
  if (leases_ == nullptr) {
    int code = attach_once();
    if (code != WB_OK) return code == WB_NOT_READY ? WB_NO_FRAME : code;
  }
  return look_attached(lease, out);
}

// A restart comes before the frames of the new writer. `missed` counts the multiples of the stride that lie
// between the last frame and this one, which is exact without any memory of them.
int Reader::look_attached(std::uint32_t lease, wb_frame& out) {
  reference_next_frame();
  const std::uint32_t generation = memory_.generation().load(std::memory_order_acquire);
  if (generation != generation_) {
    generation_ = generation;
    writer_gone_ = false;
    ++restarts_;
    restart_unreported_ = true;
  }
  if (restart_unreported_) {
    restart_unreported_ = false;
    return fail(WB_RESTARTED);
  }
  const std::uint64_t last = slots_.last();
  if (slots_.newest() >= slots_.wanted()) {
    if (sync::Taken taken = take(lease)) {
      const std::uint64_t missed = is_in_order() ? taken.seq / options_.stride - last / options_.stride - 1 : 0;
      missed_ += missed;
      deliver(taken, lease, out);
      return out.missed = missed, WB_OK;
    }
    release(lease);
  }
  if (memory_.writer_state().load(std::memory_order_acquire) == layout::kWriterSuperseded) return follow();
  return check_now_and_then();
}

// Continues with the epoch that has replaced this one. The frames of the old epoch have been taken before.
int Reader::follow() {
  int code = attach_once();
  if (code == WB_NOT_READY) return WB_NO_FRAME;
  if (code != WB_OK) return code;
  ++restarts_;
  return fail(WB_RESTARTED);
}

// The checks that cost system calls, a few times per second: whether the writer is alive, and whether the
// manifest still names this memory. The first is due one interval after attaching.
int Reader::check_now_and_then() {
  const std::uint64_t now_ns = platform::now_ns();
  if (now_ns < next_check_ns_) return WB_NO_FRAME;
  const bool first = next_check_ns_ == 0;
  next_check_ns_ = now_ns + kCheckIntervalNs;
  if (first) return WB_NO_FRAME;
  layout::Manifest manifest;
  if (read_manifest(location_, manifest) == WB_OK && manifest.identity != leases_->attachment().manifest.identity)
    return follow();
  writer_gone_ = !is_writer_alive();
  return WB_NO_FRAME;
}

// The state to report when there is no frame. waited: whether the wait was long enough to be worth a probe of
// the writer's lock.
int Reader::no_frame(bool waited) {
  if (leases_ == nullptr)
    return fail(WB_NOT_READY, "there is no stream '" + location_.stream() + "' in " + location_.directory() +
                                  " yet: start its writer, or check WINGBEAT_DIR");
  if (memory_.writer_state().load(std::memory_order_relaxed) == layout::kWriterClosed) return fail(WB_WRITER_GONE);
  if (waited) writer_gone_ = !is_writer_alive();
  return fail(writer_gone_ ? WB_WRITER_GONE : WB_NO_FRAME);
}

// Leases: the next frame is announced, and polled where it is expected; taking it then costs no fence. Copies:
// only polled.
int Reader::spin(std::uint32_t lease, std::uint64_t until_ns, wb_frame& out) {
  while (leases_ != nullptr && platform::now_ns() < until_ns) {
    if (is_leasing()) {
      slots_.announce_next(lease);
      if (sync::Taken taken = slots_.arrives(kPollsPerLook)) {
        __builtin_prefetch(memory_.payload(taken.slot));  // the payload arrives while the frame is described
        return deliver(taken, lease, out), WB_OK;
      }
    } else {
      slots_.appears(kPollsPerLook);
    }
    if (take_interrupt()) return release(lease), fail(WB_INTERRUPTED);
    int code = look_attached(lease, out);
    if (code == WB_OK) return code;
    if (code != WB_NO_FRAME) return release(lease), code;
  }
  if (leases_ != nullptr) release(lease);
  return WB_NO_FRAME;
}

int Reader::sleep(std::uint32_t lease, std::uint64_t limit_ns, wb_frame& out) {
  if (take_interrupt()) return fail(WB_INTERRUPTED);
  if (leases_ == nullptr) {
    if (nap(std::min(limit_ns, kAttachNapNs)) == WB_INTERRUPTED) return fail(WB_INTERRUPTED);
    return look(lease, out);
  }
  const int code = has_entry() ? sleep_marked(lease, limit_ns, out) : poll(lease, limit_ns, out);
  if (code == WB_INTERRUPTED) return fail(code);
  return code == WB_NO_FRAME ? look_attached(lease, out) : code;
}

// The order is that of SlotReader::mark_asleep: read the word, mark, look again, sleep on the word. The
// attachment is kept, because looking may move on to another one, and this one must be unmarked.
int Reader::sleep_marked(std::uint32_t lease, std::uint64_t limit_ns, wb_frame& out) {
  const std::shared_ptr<Attachment> here = leases_->shared_attachment();
  const std::uint32_t word = memory_.wake().load(std::memory_order_acquire);
  sync::SlotReader<sync::SharedMemory> sleeper(here->memory, entry_);
  sleeper.mark_asleep();
  int code = look_attached(lease, out);
  if (code == WB_NO_FRAME) code = sleep_on(here, word, limit_ns);
  sleeper.mark_awake();
  return code;
}

// An observer cannot mark itself asleep. It looks again and again, at growing intervals. If the writer wakes
// other readers, it is woken with them.
int Reader::poll(std::uint32_t lease, std::uint64_t limit_ns, wb_frame& out) {
  const std::shared_ptr<Attachment> here = leases_->shared_attachment();
  const std::uint32_t word = memory_.wake().load(std::memory_order_acquire);
  int code = look_attached(lease, out);
  if (code == WB_NO_FRAME) code = sleep_on(here, word, std::min(limit_ns, poll_nap_ns_));
  poll_nap_ns_ = std::min(poll_nap_ns_ + poll_nap_ns_ / 4, kLongestPollNs);
  return code;
}

// Sleeps while the attachment's wake word is `word`. WB_NO_FRAME or WB_INTERRUPTED. sleeping_on_ is stored
// before interrupted_ is read, and interrupt() does the opposite, so that an interrupt either prevents the
// sleep or finds the word.
int Reader::sleep_on(const std::shared_ptr<Attachment>& attachment, std::uint32_t word, std::uint64_t limit_ns) {
  const std::uint32_t* wake = &attachment->memory.hot().wake;
  platform::Wake woken = platform::Wake::kChanged;
  sleeping_on_.store(wake, std::memory_order_release);
  if (!interrupted_.load(std::memory_order_acquire)) woken = platform::wait_on(wake, word, limit_ns);
  sleeping_on_.store(nullptr, std::memory_order_release);
  return woken == platform::Wake::kInterrupted ? WB_INTERRUPTED : WB_NO_FRAME;
}

// In lock-step: a reader that asks for the next frame has finished with the one before.
void Reader::tell_ready() {
  if (options_.mode == WB_LOCK_STEP && leases_ != nullptr) leases_->tell_done(slots_.last());
}

// Sleeps for a while, on a word that never changes. WB_INTERRUPTED if a signal came.
int Reader::nap(std::uint64_t limit_ns) {
  static const std::uint32_t word = 0;
  return platform::wait_on(&word, 0, limit_ns) == platform::Wake::kInterrupted ? WB_INTERRUPTED : WB_OK;
}

// From any thread, and from signal handlers: atomics and one system call.
void Reader::interrupt() {
  interrupted_.store(true, std::memory_order_release);
  if (const std::uint32_t* word = sleeping_on_.load(std::memory_order_acquire)) platform::wake_all(word);
}

// Adds the next frame's reference to the attachment before the frame arrives: an atomic addition less between
// its arrival and the caller.
void Reader::reference_next_frame() {
  if (next_is_referenced_) return;
  leases_->add_reference();
  next_is_referenced_ = true;
}

// Takes the frame that the mode wants, by lease or by copy.
sync::Taken Reader::take(std::uint32_t lease) {
  if (is_leasing()) return is_in_order() ? slots_.take_next(lease) : slots_.take_latest(lease);
  const auto copy = [&](std::uint32_t slot) { leases_->copy(lease, slot, copied_); };
  return is_in_order() ? slots_.copy_next(copy) : slots_.copy_latest(copy);
}

// The newest frame, even if it was taken before.
sync::Taken Reader::take_newest(std::uint32_t lease) {
  if (is_leasing()) return slots_.hold_latest(lease, 0);
  return slots_.copy_latest(0, [&](std::uint32_t slot) { leases_->copy(lease, slot, copied_); });
}

void Reader::release(std::uint32_t lease) {
  if (is_leasing()) slots_.release(lease);
}

// Fills in the frame for the caller. While the lease is held, or in a copy, the header does not change.
void Reader::deliver(const sync::Taken& taken, std::uint32_t lease, wb_frame& out) {
  leases_->keep(lease, taken.seq);
  next_is_referenced_ = false;
  const layout::SlotHeader& header = is_leasing() ? memory_.slot(taken.slot) : copied_;
  const Attachment& attachment = leases_->attachment();
  out.seq = taken.seq;
  out.step = header.step;
  out.sim_time = header.sim_time;
  out.publish_time_ns = header.publish_time_ns;
  out.count = attachment.frame_count(header);
  out.missed = 0;
  out.epoch = attachment.header.epoch;
  out.generation = generation_;
  out.data = is_leasing() ? memory_.payload(taken.slot) : leases_->copied(lease);
  out.schema = reinterpret_cast<const wb_schema*>(&attachment.schema);
  out.attachment = leases_;
  out.lease = lease;
  ++received_;
  poll_nap_ns_ = kShortestPollNs;
  if (has_entry()) tell_progress(taken.seq);
}

// For inspections. Relaxed: the words are only shown.
void Reader::tell_progress(std::uint64_t seq) {
  layout::HotEntry& entry = memory_.entry(entry_);
  sync::put(entry.cursor, seq);
  sync::put(entry.received, received_);
  sync::put(entry.missed, missed_);
}

wb_reader_stats Reader::stats() {
  wb_reader_stats stats{};
  stats.received = received_;
  stats.missed = missed_;
  stats.restarts = restarts_;
  stats.writer_alive = is_writer_alive() ? 1 : 0;
  if (leases_ == nullptr) return stats;
  stats.attached = 1;
  stats.way = leases_->way();
  stats.seq = slots_.last();
  stats.newest = slots_.newest();
  stats.epoch = leases_->attachment().header.epoch;
  stats.generation = generation_;
  return stats;
}

// Tells the watcher what this reader has seen. Everything else is news to it.
int Reader::arm_descriptor() {
  if (watcher_ == nullptr) {
    auto watcher = std::make_unique<Watcher>(location_);
    if (int code = watcher->open()) return code;
    watcher_ = std::move(watcher);
  }
  if (leases_ == nullptr) return watcher_->arm({});
  tell_ready();
  return watcher_->arm({leases_->shared_attachment(), entry_, slots_.wanted(), generation_,
                        memory_.writer_state().load(std::memory_order_acquire)});
}

}  // namespace wingbeat::stream
