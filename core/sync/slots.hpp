// The slot handshake: how a writer that never waits and readers that never copy share a ring of slots.
//
// Invariants
//  1. A commit word is seq << 2 | state, and only the writer stores it. COMMITTED(n): the payload is frame n,
//     whole.
//  2. CLAIMING(n) keeps seq and payload. It becomes COMMITTED(n) again if a lease names n, else WRITING.
//  3. The payload changes only while the word says WRITING.
//  4. A lease word names one seq. While it does, and its reader has seen COMMITTED(n) after a fence that
//     follows the store of the lease, the writer takes the slot of n out of CLAIMING only back to COMMITTED.
//  5. The newest frame is never claimed. So there is always a frame to be had, and the writer may read it.
//  6. The leases in use do not exceed the stream's budget, and slots >= budget + 3. So the writer finds a slot
//     in one turn of the ring; or, if leases move while it turns, so that it meets one at each slot, in one
//     look at all slots together.
//
// The argument for 4 (store buffering, both sides fenced):
//     writer: W(commit = CLAIMING n)  F(seq_cst)  R(lease)          reader: W(lease = n)  F(seq_cst)  R(commit)
// The fences are totally ordered. If the writer's comes first, the reader reads CLAIMING or a later value and
// does not hold the frame. If the reader's comes first, the writer reads lease = n and hops to the next slot. A
// reader that announces n before n appears has executed its fence when the frame comes: taking it then costs
// one acquire load.
//
// Memory: see shared_memory.hpp. All loads of words that other processes wrote are bounded here, and no loop is
// without a limit. docs/design/0002-slot-handshake.md has the whole argument. tests/model runs this file under
// the C++ memory model.
#pragma once

#include <atomic>
#include <cstdint>

#include "../layout/format.hpp"
#include "steps.hpp"

namespace wingbeat::sync {

inline constexpr std::uint32_t kNoSlot = UINT32_MAX;
inline constexpr std::uint32_t kSeveral = 2;  // of announce(): more than one reader sleeps

constexpr std::uint64_t commit_word(std::uint64_t seq, layout::SlotState state) { return seq << 2 | state; }
constexpr std::uint64_t seq_of(std::uint64_t commit) { return commit >> 2; }
constexpr layout::SlotState state_of(std::uint64_t commit) { return static_cast<layout::SlotState>(commit & 3); }

constexpr std::uint64_t head_word(std::uint64_t seq, std::uint32_t slot) { return seq << 16 | slot; }
constexpr std::uint64_t head_seq(std::uint64_t head) { return head >> 16; }
constexpr std::uint32_t head_slot(std::uint64_t head) { return static_cast<std::uint32_t>(head & 0xffff); }

// The writer's side, for one thread: begin, fill the slot, commit; begin ...
template <class Memory>
class SlotWriter {
 public:
  explicit SlotWriter(const Memory& memory) : memory_(memory) {}

  // Repairs what a dead writer left, and continues after its last frame. Finds nothing to do in fresh memory.
  void take_over() {
    for (std::uint32_t slot = 0; slot < memory_.slot_count(); ++slot) repair(slot);
    if (newest_ != kNoSlot) memory_.head().store(head_word(seq_, newest_), std::memory_order_release);
    cursor_ = newest_ == kNoSlot ? 0 : next(newest_);
  }

  // Finds a slot to fill. kNoSlot if more leases are in use than the budget allows, which only damaged control
  // memory can cause. At most two turns of the ring.
  std::uint32_t begin() {
    std::uint32_t slot = cursor_;
    for (std::uint32_t i = 0; i < memory_.slot_count(); ++i, slot = next(slot)) {
      if (slot == newest_ || !claim(slot)) continue;
      return begun_ = slot;
    }
    return begun_ = claim_any();
  }

  // Makes the begun slot frame seq() + 1. Returns how many readers sleep and must be woken, as announce() does.
  std::uint32_t commit() {
    ++seq_;
    // Release: pairs with a reader's acquire load of COMMITTED(n); header and payload are visible with it.
    memory_.commit(begun_).store(commit_word(seq_, layout::kCommitted), std::memory_order_release);
    Memory::step(Step::kWriterCommitted);
    // Release: pairs with the acquire loads of head. A reader that sees the new head sees the commit word.
    memory_.head().store(head_word(seq_, begun_), std::memory_order_release);
    Memory::step(Step::kWriterHeadMoved);
    newest_ = begun_;
    cursor_ = next(begun_);
    begun_ = kNoSlot;
    return announce();
  }

  // Gives the begun slot back. Its payload may be half written, so the slot becomes free.
  void abandon() {
    memory_.commit(begun_).store(0, std::memory_order_release);
    cursor_ = begun_;
    begun_ = kNoSlot;
  }

  // Changes the wake word, so that sleepers look again. Returns how many readers sleep: 0, 1, or kSeveral.
  std::uint32_t announce() {
    // Release: a reader that loads the new word sees the frame. Otherwise it could sleep on the new word, and miss
    // both the frame and the wake-up.
    memory_.wake().store(memory_.wake().load(std::memory_order_relaxed) + 1, std::memory_order_release);
    Memory::step(Step::kWriterWakeChanged);
    // Pairs with the fence in SlotReader::mark_asleep: the reader sees the frame, or this writer sees it asleep.
    Memory::fence(std::memory_order_seq_cst);
    for (std::uint32_t reader = 0; reader < memory_.reader_count(); ++reader) {
      if (memory_.asleep(reader).load(std::memory_order_relaxed) != 0) return sleepers_from(reader);
    }
    return 0;
  }

  std::uint64_t seq() const { return seq_; }        // of the newest frame, 0 before the first
  std::uint32_t newest() const { return newest_; }  // its slot, or kNoSlot
  std::uint32_t begun() const { return begun_; }    // the slot being filled, or kNoSlot
  std::uint64_t hops() const { return hops_; }

 private:
  std::uint32_t next(std::uint32_t slot) const { return slot + 1 == memory_.slot_count() ? 0 : slot + 1; }

  // The sleepers from this reader on: 1 or kSeveral. Several threads of one reader may sleep.
  std::uint32_t sleepers_from(std::uint32_t reader) const {
    std::uint32_t sleepers = 0;
    for (; reader < memory_.reader_count() && sleepers < kSeveral; ++reader) {
      const std::uint32_t threads = memory_.asleep(reader).load(std::memory_order_relaxed);
      sleepers += threads < kSeveral ? threads : kSeveral;
    }
    return sleepers < kSeveral ? 1 : kSeveral;
  }

  // Claims a slot for writing. False if its frame is leased. A slot that is free or WRITING holds no frame, so
  // no lease counts.
  bool claim(std::uint32_t slot) {
    auto& commit = memory_.commit(slot);
    std::uint64_t old = commit.load(std::memory_order_relaxed);  // our own word
    if (state_of(old) == layout::kCommitted && !claim_committed(commit, seq_of(old))) return false;
    mark_writing(commit);
    return true;
  }

  template <class Word>
  void mark_writing(Word& commit) {
    commit.store(commit_word(seq_ + 1, layout::kWriting), std::memory_order_relaxed);
    // Release: pairs with the fence in copy_whole. An observer that reads any of the new payload, and then executes its
    // fence, sees that the word is no longer COMMITTED.
    Memory::fence(std::memory_order_release);
    Memory::step(Step::kWriterWriting);
    Memory::write_back(commit);  // readers that spin wait for the next store to it
  }

  // Claims all slots but the newest, reads each lease once, and spares the slots that they name. The first slot
  // that is left is taken. Each lease word spares at most one slot, so that one is left (invariant 6).
  std::uint32_t claim_any() {
    for (std::uint32_t slot = 0; slot < memory_.slot_count(); ++slot) {
      if (slot != newest_) set_state(slot, layout::kClaiming, std::memory_order_relaxed);
    }
    Memory::step(Step::kWriterClaimingAll);
    Memory::fence(std::memory_order_seq_cst);  // invariant 4
    any_lease([&](std::uint64_t seq) { return spare(seq), false; });
    const std::uint32_t free = first_claimed();
    for (std::uint32_t slot = 0; slot < memory_.slot_count(); ++slot) {
      if (slot != free) set_state(slot, layout::kCommitted, std::memory_order_release);
    }
    Memory::step(Step::kWriterSparedAll);
    if (free != kNoSlot) mark_writing(memory_.commit(free));
    return free;
  }

  // Changes the state of a slot that holds a frame; leaves others alone.
  void set_state(std::uint32_t slot, layout::SlotState state, std::memory_order order) {
    auto& commit = memory_.commit(slot);
    const std::uint64_t old = commit.load(std::memory_order_relaxed);
    if (state_of(old) >= layout::kClaiming && state_of(old) != state)
      commit.store(commit_word(seq_of(old), state), order);
  }

  // Gives back the claimed slot that holds frame `seq`, if there is one.
  void spare(std::uint64_t seq) {
    for (std::uint32_t slot = 0; slot < memory_.slot_count(); ++slot) {
      auto& commit = memory_.commit(slot);
      if (commit.load(std::memory_order_relaxed) != commit_word(seq, layout::kClaiming)) continue;
      commit.store(commit_word(seq, layout::kCommitted), std::memory_order_release);
      ++hops_;
    }
  }

  // The next slot in ring order that is still claimed.
  std::uint32_t first_claimed() const {
    std::uint32_t slot = cursor_;
    for (std::uint32_t i = 0; i < memory_.slot_count(); ++i, slot = next(slot)) {
      if (state_of(memory_.commit(slot).load(std::memory_order_relaxed)) == layout::kClaiming) return slot;
    }
    return kNoSlot;
  }

  // Claims a slot that holds frame `seq`. False, and the slot is COMMITTED again, if a lease names the frame: a
  // hop.
  template <class Word>
  bool claim_committed(Word& commit, std::uint64_t seq) {
    commit.store(commit_word(seq, layout::kClaiming), std::memory_order_relaxed);
    Memory::step(Step::kWriterClaiming);
    Memory::fence(std::memory_order_seq_cst);  // invariant 4
    if (!any_lease([&](std::uint64_t leased) { return leased == seq; })) return true;
    commit.store(commit_word(seq, layout::kCommitted), std::memory_order_release);
    ++hops_;
    Memory::step(Step::kWriterHopped);
    return false;
  }

  // Whether `is_it` holds for a lease word. Stops at the first for which it does. The claims of readers are
  // untrusted, and bounded.
  template <class Predicate>
  bool any_lease(const Predicate& is_it) const {
    for (std::uint32_t reader = 0; reader < memory_.reader_count(); ++reader) {
      // Acquire: pairs with the release store that ends the claim, before which the reader looked its last.
      std::uint32_t claimed = memory_.claim(reader).load(std::memory_order_acquire);
      if (claimed > layout::kMaxLeases) claimed = layout::kMaxLeases;
      for (std::uint32_t i = 0; i < claimed; ++i) {
        // Acquire: pairs with the release store that ends or moves the lease; the reader's last look came before our
        // write.
        if (is_it(memory_.lease(reader, i).load(std::memory_order_acquire))) return true;
      }
    }
    return false;
  }

  // CLAIMING becomes COMMITTED, because its payload is intact; WRITING becomes free. The highest seq is the
  // newest frame.
  void repair(std::uint32_t slot) {
    auto& commit = memory_.commit(slot);
    std::uint64_t old = commit.load(std::memory_order_relaxed);
    std::uint64_t seq = seq_of(old);
    bool whole = state_of(old) >= layout::kClaiming;  // invariant 2
    commit.store(whole ? commit_word(seq, layout::kCommitted) : 0, std::memory_order_release);
    if (whole && seq >= seq_) {
      seq_ = seq;
      newest_ = slot;
    }
    Memory::step(Step::kWriterTakingOver);
  }

  Memory memory_;
  std::uint64_t seq_ = 0;
  std::uint64_t hops_ = 0;
  std::uint32_t newest_ = kNoSlot;
  std::uint32_t begun_ = kNoSlot;
  std::uint32_t cursor_ = 0;
};

// A frame that a reader found, and the slot that it lies in.
struct Taken {
  std::uint64_t seq = 0;  // 0: nothing
  std::uint32_t slot = kNoSlot;
  explicit operator bool() const { return seq != 0; }
};

// The reader's side, for one thread.
template <class Memory>
class SlotReader {
 public:
  SlotReader() = default;
  // `reader`: the reader entry. stride: of the frames in order, those are wanted whose seq is a multiple of it.
  SlotReader(const Memory& memory, std::uint32_t reader, std::uint64_t stride = 1)
      : memory_(memory), reader_(reader), stride_(stride), wanted_(stride) {}

  // Continues after `seq`, which lies, or would lie, in `slot`.
  void start_after(std::uint64_t seq, std::uint32_t slot) { go_on_from({seq, slot}); }

  std::uint64_t last() const { return last_; }
  std::uint64_t wanted() const { return wanted_; }  // the lowest seq that comes next
  std::uint64_t newest() const { return head_seq(memory_.head().load(std::memory_order_acquire)); }

  // Announces the lease on the next frame before the frame appears; arrives() then needs no fence.
  void announce_next(std::uint32_t lease) {
    if (memory_.lease(reader_, lease).load(std::memory_order_relaxed) != wanted()) announce(lease, wanted());
  }

  // Polls until the next frame is in the slot where it is expected, at most `polls` times. Each poll is one
  // acquire load.
  bool appears(int polls) const {
    auto& commit = memory_.commit(expected_);
    const std::uint64_t awaited = commit_word(wanted(), layout::kCommitted);
    for (int i = 0; i < polls; ++i) {
      if (commit.load(std::memory_order_acquire) == awaited) return true;
      if (i % kPollsPerRelax == 0) Memory::relax();
    }
    return false;
  }

  // The same for a frame that was announced, which is held when it appears.
  Taken arrives(int polls) { return appears(polls) ? accept({wanted(), expected_}) : Taken{}; }

  // Takes the newest frame later than the last one.
  Taken take_latest(std::uint32_t lease) { return accept(hold_latest(lease, last_)); }

  // Holds the newest frame later than `after`, without going on from it: the next frame that is wanted stays
  // the same.
  Taken hold_latest(std::uint32_t lease, std::uint64_t after) {
    return latest(after, kTries, [&](const Taken& taken) { return hold(lease, taken); });
  }

  // Takes the oldest wanted frame that is still there. For when arrives() has not seen it, though head is past
  // it: the writer has hopped, or the frame was overwritten.
  Taken take_next(std::uint32_t lease) {
    return accept(next_wanted(kTries, [&](const Taken& taken) { return hold(lease, taken); }));
  }

  // From now on take_next and copy_next take the newest wanted frame instead of the oldest.
  void prefer_newest() { prefers_newest_ = true; }

  // The same three for readers without leases. `copy(slot)` copies what is wanted of the slot, by relaxed atomic loads.
  // If the call returns a frame, the last copy is whole; otherwise it must be discarded.
  template <class Copy>
  Taken copy_latest(const Copy& copy) {
    return accept(copy_latest(last_, copy));
  }
  template <class Copy>
  Taken copy_latest(std::uint64_t after, const Copy& copy) {
    return latest(after, kCopies, [&](const Taken& taken) { return copy_whole(taken, copy); });
  }
  template <class Copy>
  Taken copy_next(const Copy& copy) {
    return accept(next_wanted(kCopies, [&](const Taken& taken) { return copy_whole(taken, copy); }));
  }

  // Gives a lease back. Release: pairs with the acquire in SlotWriter::any_lease.
  void release(std::uint32_t lease) {
    memory_.lease(reader_, lease).store(0, std::memory_order_release);
    Memory::step(Step::kReaderReleased);
  }

  // Call this before sleeping on the wake word, then look once more, and sleep only if there is still nothing.
  // The word counts, since several threads of one reader may sleep.
  void mark_asleep() {
    memory_.asleep(reader_).fetch_add(1, std::memory_order_relaxed);
    Memory::fence(std::memory_order_seq_cst);  // pairs with the fence in SlotWriter::announce
    Memory::step(Step::kReaderMarkedAsleep);
  }
  void mark_awake() { memory_.asleep(reader_).fetch_sub(1, std::memory_order_relaxed); }

 private:
  static constexpr int kTries = 64;
  static constexpr int kCopies = 8;  // a try may take as long as a copy of the frame
  static constexpr int kPollsPerRelax = 64;

  std::uint32_t next(std::uint32_t slot) const { return slot + 1 < memory_.slot_count() ? slot + 1 : 0; }

  // The next frame is expected in the slot where it lies if the writer hops over none. Without a stride, the
  // usual case, there is no division.
  void go_on_from(const Taken& last) {
    last_ = last.seq;
    wanted_ = stride_ == 1 ? last_ + 1 : last_ - last_ % stride_ + stride_;
    expected_ = stride_ == 1 ? next(last.slot)
                             : static_cast<std::uint32_t>((last.slot + (wanted_ - last_)) % memory_.slot_count());
  }

  // At most `tries` looks at head. A look fails only if the writer has published another frame meanwhile.
  template <class Obtain>
  Taken latest(std::uint64_t after, int tries, const Obtain& obtain) {
    for (int i = 0; i < tries; ++i) {
      std::uint64_t head = memory_.head().load(std::memory_order_acquire);
      if (head_seq(head) <= after || head_slot(head) >= memory_.slot_count()) return {};
      Taken taken{head_seq(head), head_slot(head)};
      if (obtain(taken)) return taken;
    }
    return {};
  }

  // The oldest wanted frame (or the newest: prefer_newest) that `obtain` can hold or copy. While the reader
  // keeps up, the frame is in the expected slot, and there is no search.
  template <class Obtain>
  Taken next_wanted(int tries, const Obtain& obtain) {
    const Taken expected{wanted(), expected_};
    const bool keeps_up = !prefers_newest_ || newest() < wanted_ + stride_;
    if (keeps_up && is_there(expected) && obtain(expected)) return expected;  // no search while it keeps up
    for (int i = 0; i < tries; ++i) {
      // A frame that is being claimed may yet be spared, so it is waited for at first. A writer that died or was
      // stopped in CLAIMING must not hold the reader up.
      Taken taken = best_wanted(i < tries / 2 ? layout::kClaiming : layout::kCommitted);
      if (!taken || obtain(taken)) return taken;
    }
    return {};
  }

  void announce(std::uint32_t lease, std::uint64_t seq) {
    // Release: ends whatever this word protected before.
    memory_.lease(reader_, lease).store(seq, std::memory_order_release);
    Memory::fence(std::memory_order_seq_cst);  // invariant 4
    Memory::step(Step::kReaderAnnounced);
  }

  // Leases a frame that was found. The second look at the commit word, behind the fence, decides (invariant 4).
  bool hold(std::uint32_t lease, const Taken& wanted) {
    announce(lease, wanted.seq);
    return is_there(wanted);
  }

  // Copies a frame. Invariant 3, read backwards: if the word still names the frame after a fence that follows
  // the last load, nothing of it was overwritten. The fence pairs with the one behind WRITING in
  // SlotWriter::mark_writing.
  template <class Copy>
  bool copy_whole(const Taken& wanted, const Copy& copy) const {
    if (!is_there(wanted)) return false;
    copy(wanted.slot);
    Memory::step(Step::kReaderCopied);
    Memory::fence(std::memory_order_acquire);
    const std::uint64_t commit = memory_.commit(wanted.slot).load(std::memory_order_relaxed);
    return seq_of(commit) == wanted.seq && state_of(commit) >= layout::kClaiming;
  }

  // Acquire: pairs with the release store of COMMITTED(n).
  bool is_there(const Taken& wanted) const {
    return memory_.commit(wanted.slot).load(std::memory_order_acquire) == commit_word(wanted.seq, layout::kCommitted);
  }

  // Searches all slots for the best wanted frame, among slots of at least this state.
  Taken best_wanted(layout::SlotState least) const {
    Taken best;
    for (std::uint32_t slot = 0; slot < memory_.slot_count(); ++slot) {
      std::uint64_t commit = memory_.commit(slot).load(std::memory_order_acquire);
      const std::uint64_t seq = seq_of(commit);
      if (state_of(commit) < least || seq < wanted() || seq % stride_ != 0) continue;
      if (!best || (seq < best.seq) != prefers_newest_) best = {seq, slot};
    }
    return best;
  }

  Taken accept(const Taken& taken) {
    if (!taken) return taken;
    go_on_from(taken);
    Memory::step(Step::kReaderHolds);
    return taken;
  }

  Memory memory_;
  std::uint32_t reader_ = 0;
  std::uint64_t stride_ = 1;
  std::uint64_t last_ = 0;
  std::uint64_t wanted_ = 1;
  std::uint32_t expected_ = 0;
  bool prefers_newest_ = false;
};

// The lease budget. There is no central sum, which a death could leave wrong. A reader states its claim, and may use
// it only if all claims together, read after a fence, are within the budget. Of several readers that do so at the
// same time, the last to execute its fence sees all other claims. So confirmed claims never exceed the budget.
template <class Memory>
bool try_claim(const Memory& memory, std::uint32_t reader, std::uint32_t leases, std::uint32_t budget) {
  memory.claim(reader).store(leases, std::memory_order_relaxed);
  Memory::fence(std::memory_order_seq_cst);
  Memory::step(Step::kReaderClaimed);
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < memory.reader_count(); ++i) sum += memory.claim(i).load(std::memory_order_relaxed);
  if (sum <= budget) return true;
  memory.claim(reader).store(0, std::memory_order_relaxed);
  return false;
}

}  // namespace wingbeat::sync
