#include "lock_step.hpp"

#include <algorithm>
#include <cstring>

#include "../sync/lock_step.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::stream {
namespace {

constexpr std::uint64_t kSpinNs = 20'000;
constexpr std::uint64_t kLongestNapNs = 10'000'000;  // then the writer checks whether the reader is alive

// Acquire: pairs with the release store in Reader::fill_entry.
bool is_attached(layout::ColdEntry& cold) {
  return sync::SharedMemory::word(cold.state).load(std::memory_order_acquire) == layout::kEntryAttached;
}

enum class Outcome { kOver, kOverrun, kInterrupted };

// A reader that the writer waits for.
struct Awaited {
  const Location& location;
  const sync::SharedMemory& memory;
  std::uint32_t entry;
  std::uint64_t attach_time_ns;
  std::uint64_t seq;

  bool is_done() const { return sync::is_done(memory, entry, seq); }
  bool is_the_same() const {
    layout::ColdEntry& cold = memory.cold_entry(entry);
    return is_attached(cold) && sync::get(cold.attach_time_ns) == attach_time_ns;
  }
  bool is_alive() const { return platform::probe_lock(location.reader_lock(entry)) == platform::Party::kAlive; }

  // Polls `done` for a while. Most readers finish within this time, and no system call is made.
  bool spin(std::uint64_t until_ns) const {
    while (platform::now_ns() < until_ns) {
      if (is_done()) return true;
      sync::SharedMemory::relax();
    }
    return is_done();
  }

  // Sleeps until the reader changes `done`, for a limited time. The order of mark_waiting and is_done is that
  // of sync/lock_step.hpp.
  platform::Wake nap(std::uint64_t limit_ns) const {
    const auto before = static_cast<std::uint32_t>(memory.done(entry).load(std::memory_order_relaxed));
    sync::mark_waiting(memory);
    // Little-endian, as the format says: the low half of the word changes with every frame.
    const auto* low_half = reinterpret_cast<const std::uint32_t*>(&memory.entry(entry).done);
    const platform::Wake woken =
        is_done() ? platform::Wake::kChanged : platform::wait_on(low_half, before, std::min(limit_ns, kLongestNapNs));
    sync::mark_going_on(memory);
    return woken;
  }

  // Waits until the reader has finished, has left, has died, or the time is up. Death is found out after each
  // nap, from the reader's lock.
  Outcome wait(std::uint64_t deadline_ns, bool interruptible) const {
    if (spin(std::min(platform::now_ns() + kSpinNs, deadline_ns))) return Outcome::kOver;
    for (;;) {
      const std::uint64_t now_ns = platform::now_ns();
      if (now_ns >= deadline_ns) return is_the_same() && is_alive() ? Outcome::kOverrun : Outcome::kOver;
      const platform::Wake woken = nap(deadline_ns - now_ns);
      if (is_done() || !is_the_same() || !is_alive()) return Outcome::kOver;
      if (interruptible && woken == platform::Wake::kInterrupted) return Outcome::kInterrupted;
    }
  }
};

}  // namespace

void LockStep::set(std::string_view label, std::uint64_t limit_ns) {
  rules_.erase(std::remove_if(rules_.begin(), rules_.end(), [&](const Rule& rule) { return rule.label == label; }),
               rules_.end());
  if (limit_ns != 0) rules_.push_back({std::string(label), limit_ns});
}

// The limit for this reader, 0 if it is not waited for. The rule for its label has priority over the rule for
// all. The label is copied, because the reader may change it meanwhile.
std::uint64_t LockStep::limit_of(const layout::ColdEntry& entry) const {
  char label[layout::kReaderLabelBytes];
  sync::SharedMemory::copy_words(reinterpret_cast<const std::uint8_t*>(entry.label),
                                 reinterpret_cast<std::uint8_t*>(label), sizeof label);
  const auto* end = static_cast<const char*>(std::memchr(label, '\0', sizeof label));
  if (end == nullptr) return 0;
  const std::string_view name(label, static_cast<std::size_t>(end - label));
  std::uint64_t limit_ns = 0;
  for (const Rule& rule : rules_) {
    if (rule.label == name) return rule.limit_ns;
    if (rule.label.empty()) limit_ns = rule.limit_ns;
  }
  return limit_ns;
}

// One reader after the other. The limits run from the beginning of the wait, so that many slow readers cost no
// more than one.
bool LockStep::await(const Location& location, const Attachment& attachment, std::uint64_t seq, bool interruptible,
                     std::uint64_t& overruns) {
  const sync::SharedMemory& memory = attachment.memory;
  members_.resize(memory.reader_count());
  const std::uint64_t start_ns = platform::now_ns();
  for (std::uint32_t entry = 0; entry < memory.reader_count(); ++entry) {
    layout::ColdEntry& cold = memory.cold_entry(entry);
    if (!is_attached(cold) || sync::get(cold.mode) != WB_LOCK_STEP) continue;
    const std::uint64_t limit_ns = limit_of(cold);
    if (limit_ns == 0) continue;
    const std::uint64_t attach_time_ns = sync::get(cold.attach_time_ns);
    Member& member = members_[entry];
    if (member.attach_time_ns != attach_time_ns) member = {attach_time_ns, 0};
    if (!sync::is_done(memory, entry, member.overran)) continue;
    const Awaited reader{location, memory, entry, attach_time_ns, seq - seq % std::max(1u, sync::get(cold.stride))};
    const std::uint64_t deadline_ns = start_ns > UINT64_MAX - limit_ns ? UINT64_MAX : start_ns + limit_ns;
    const Outcome outcome = reader.wait(deadline_ns, interruptible);
    if (outcome == Outcome::kInterrupted) return false;
    if (outcome == Outcome::kOver) continue;
    member.overran = reader.seq;
    ++overruns;
  }
  return true;
}

}  // namespace wingbeat::stream
