#include "array_lock.hpp"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>

#include "../layout/schema.hpp"
#include "../stream/error.hpp"
#include "../stream/registry.hpp"

namespace wingbeat::stream {
namespace {

using sync::LockOutcome;

constexpr std::uint64_t kForever = UINT64_MAX;
constexpr std::uint64_t kSpinNs = 10'000;
constexpr std::uint64_t kLongestNapNs = 20'000'000;  // then the waiting party checks whether the holder is alive

}  // namespace

std::uint64_t deadline_after(std::int64_t timeout_ns) {
  const std::uint64_t now_ns = platform::now_ns();
  const auto limit_ns = static_cast<std::uint64_t>(timeout_ns);
  return timeout_ns < 0 || limit_ns > kForever - now_ns ? kForever : now_ns + limit_ns;
}

ArrayLock::ArrayLock(std::string array, layout::LockBlock* block)
    : array_(std::move(array)), block_(block), memory_(block) {}

void ArrayLock::fill(layout::LockBlock& block) {
  block.version = layout::kLockVersion;
  block.identity = platform::unique_number();
  block.directory = layout::hash(runtime_directory());
  std::strncpy(block.backend, platform::backend(), sizeof block.backend - 1);
  block.magic = layout::kLockMagic;
}

std::string ArrayLock::file(std::uint32_t party) const {
  char text[40];
  std::snprintf(text, sizeof text, "/array-%016" PRIx64 ".party%" PRIu32, identity_, party);
  return directory_ + text;
}

// Becomes a party, once for each handle. The block lies in shared memory: it is copied, and the copy is
// checked.
int ArrayLock::join() {
  if (party_lock_.is_locked()) return WB_OK;
  layout::LockBlock block;
  std::memcpy(&block, block_, offsetof(layout::LockBlock, holder));
  if (block.version != layout::kLockVersion)
    return fail(WB_ERR_INCOMPATIBLE,
                array_ + " has a lock of another format version: use the same release in all its processes");
  if (layout::fixed_text(block.backend) != platform::backend())
    return fail(WB_ERR_INCOMPATIBLE,
                array_ + " was created by another backend than '" + platform::backend() +
                    "', and backends do not see each other's locks: use the same build in all its processes");
  directory_ = runtime_directory();
  if (block.directory != layout::hash(directory_))
    return fail(WB_ERR_INCOMPATIBLE, array_ + " was created with another runtime directory than " + directory_ +
                                         ": set WINGBEAT_DIR to the same path in all its processes");
  identity_ = block.identity;
  if (int code = prepare_directory(directory_)) return code;
  return take_number();
}

// Takes the lowest number whose file is not locked. A word that names this number was left by its dead owner
// (invariant 4 of sync/array_lock.hpp).
int ArrayLock::take_number() {
  for (party_ = 0; party_ < layout::kMaxLockParties; ++party_) {
    const int error = party_lock_.try_lock(file(party_));
    if (error == EWOULDBLOCK) continue;
    if (error != 0) return fail_system(error, "cannot lock " + file(party_));
    sync::LockMemory::step(sync::Step::kPartyLocked);
    if (sync::give_back(memory_, party_, sync::kAbandoned)) platform::wake_all(&block_->bell);
    return WB_OK;
  }
  return fail(WB_ERR_NO_ROOM, array_ + " is used by 1024 handles that lock it, the highest number: close one");
}

// Whether the party that holds the lock is dead. A word that names this very party, which does not hold the
// lock, or a number that no party can have, was overwritten by accident: it counts as a dead holder's, since
// waiting for it would have no end.
bool ArrayLock::is_dead(std::uint32_t party) const {
  return party == party_ || party >= layout::kMaxLockParties ||
         platform::probe_lock(file(party)) != platform::Party::kAlive;
}

// The lock is this handle's. WB_ABANDONED if its last holder died.
int ArrayLock::taken(LockOutcome outcome) {
  is_held_ = true;
  if (outcome == LockOutcome::kMine) return WB_OK;
  return fail(WB_ABANDONED,
              "the lock of " + array_ +
                  " is taken, but its last holder died with it: the array may be half written; check and repair it");
}

// Tries for a while. WB_LOCKED, with the holder's word, if the lock was not free. Probes the holder only at the
// end, because that is a system call.
int ArrayLock::spin(std::uint64_t until_ns, std::uint64_t& seen) {
  do {
    const LockOutcome outcome = sync::try_take(memory_, party_, seen);
    if (outcome != LockOutcome::kHeld) return taken(outcome);
    sync::SharedMemory::relax();
  } while (platform::now_ns() < until_ns);
  const bool is_left = sync::is_held(seen) && is_dead(sync::party_of(seen));
  return is_left && sync::take_from_dead(memory_, party_, seen) ? taken(LockOutcome::kMineAbandoned) : WB_LOCKED;
}

// The bell is read before the word is marked, so that a bell that rings in between ends the sleep at once
// (invariant 3 of sync/array_lock.hpp).
int ArrayLock::wait(std::uint64_t deadline_ns) {
  for (;;) {
    const std::uint32_t bell = memory_.bell().load(std::memory_order_acquire);
    std::uint64_t seen;
    const int code = spin(std::min(deadline_ns, platform::now_ns() + kSpinNs), seen);
    if (code != WB_LOCKED) return code;
    const std::uint64_t now_ns = platform::now_ns();
    if (now_ns >= deadline_ns) return fail(WB_LOCKED);
    if (!sync::mark_waited_for(memory_, seen)) continue;
    const auto woken = platform::wait_on(&block_->bell, bell, std::min(deadline_ns - now_ns, kLongestNapNs));
    if (woken == platform::Wake::kInterrupted) return fail(WB_INTERRUPTED);
  }
}

int ArrayLock::lock(std::int64_t timeout_ns) {
  if (!exists()) return fail(WB_ERR_NOT_FOUND, array_ + " has no lock: the program that created it gave it none");
  if (is_held_) return fail(WB_ERR_STATE, "this handle already holds the lock of " + array_);
  const std::uint64_t deadline_ns = deadline_after(timeout_ns);
  if (int code = join()) return code;
  return wait(deadline_ns);
}

int ArrayLock::unlock() {
  if (!is_held_) return fail(WB_ERR_STATE, "this handle does not hold the lock of " + array_);
  is_held_ = false;
  if (sync::give_back(memory_, party_)) platform::wake_all(&block_->bell);
  return WB_OK;
}

// A lock that is still held is left as by a holder that died, since its array may be half written.
void ArrayLock::leave() {
  if (is_held_ && sync::give_back(memory_, party_, sync::kAbandoned)) platform::wake_all(&block_->bell);
  is_held_ = false;
  party_lock_.remove_and_close();
}

std::uint32_t remove_dead_parties(const std::string& directory) {
  std::vector<std::string> names;
  platform::list_directory(directory, names);
  std::uint32_t removed = 0;
  for (const std::string& name : names) {
    if (name.compare(0, 6, "array-") != 0 || name.find(".party") == std::string::npos) continue;
    const std::string path = directory + "/" + name;
    platform::FileLock lock;
    if (platform::probe_lock(path) == platform::Party::kAlive || lock.try_lock(path) != 0) continue;
    lock.remove_and_close();
    ++removed;
  }
  return removed;
}

}  // namespace wingbeat::stream
