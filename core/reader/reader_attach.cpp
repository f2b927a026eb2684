// How a reader comes to a stream's memory, and to its reader entry and leases there.
//
// Order: read the manifest, map the objects, lock an entry's file, read the manifest again. A collector that
// did not see the lock has moved the manifest aside by then (collect_locked), and the reader steps back. Only
// then is anything written.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "../stream/error.hpp"
#include "reader.hpp"
#include "watcher.hpp"

namespace wingbeat::stream {
namespace {

constexpr std::uint64_t kAttachNapNs = 2'000'000;
constexpr std::uint32_t kNoEntry = UINT32_MAX;

// The processes of the stream hold their locks in another directory. This reader would take living ones for
// dead, and be taken for dead by them.
int not_ours(const Location& location, const layout::Manifest& manifest) {
  return fail(WB_ERR_INCOMPATIBLE,
              "the manifest of stream '" + manifest.stream + "' in " + location.directory() +
                  " was created for another directory: set WINGBEAT_DIR to the same path as its writer");
}

int no_entry(const Attachment& attachment) {
  return fail(WB_ERR_NO_ROOM,
              "stream '" + attachment.schema.stream + "' has " + std::to_string(attachment.header.max_readers) +
                  " reader entries, and all are in use: end a reader, observe (WB_READER_OBSERVE), or set a higher "
                  "WB_OPTION_MAX_READERS in its writer");
}

int no_lock_step() {
  return fail(WB_ERR_ACCESS,
              "a reader in lock-step needs write access to the stream's control memory: its writer must set "
              "WB_GROUP_CONTROL");
}

}  // namespace

Reader::Reader(Location location, ReaderOptions options)
    : location_(std::move(location)), options_(std::move(options)), fork_generation_(platform::fork_generation()) {}

int Reader::open(std::string_view stream, const ReaderOptions& options, std::unique_ptr<Reader>& out) {
  Location location;
  if (int code = Location::find(stream, location)) return code;
  std::unique_ptr<Reader> reader(new Reader(location, options));
  int code = reader->attach_once();
  if (code < 0) return code;
  reader->is_older_than_stream_ = code == WB_NOT_READY;
  out = std::move(reader);
  return WB_OK;
}

// The entry is cleared before its lock is released. If this was perhaps the last party of the stream, it
// collects it.
Reader::~Reader() {
  if (fork_generation_ != platform::fork_generation()) {
    // A forked child: the watcher's thread does not exist here, and the things it waits on cannot be destroyed
    // without it.
    static_cast<void>(watcher_.release());
    detach();
    return;
  }
  watcher_.reset();
  const bool attached = leases_ != nullptr;
  if (attached && has_entry()) {
    clear_entry(leases_->attachment());
    leases_->tell_done(UINT64_MAX - 1);  // a writer in lock-step no longer waits
    sync::SharedMemory::step(sync::Step::kLeaveCleared);
  }
  detach();
  entry_lock_.leave();
  sync::SharedMemory::step(sync::Step::kLeaveUnlocked);
  if (!attached || !location_.is_ours() || is_writer_alive()) return;
  wb_collect_report ignored{};
  collect(location_, ignored);
}

bool Reader::is_writer_alive() const {
  return platform::probe_lock(location_.writer_lock()) == platform::Party::kAlive;
}

// Waits in short naps until there is a manifest: nothing can wake a reader whose stream does not exist.
int Reader::attach(std::int64_t timeout_ns) {
  const std::uint64_t start_ns = platform::now_ns();
  while (leases_ == nullptr) {
    if (take_interrupt()) return fail(WB_INTERRUPTED);
    int code = attach_once();
    if (code != WB_NOT_READY) return code;
    std::uint64_t waited_ns = platform::now_ns() - start_ns;
    if (timeout_ns >= 0 && waited_ns >= static_cast<std::uint64_t>(timeout_ns)) return code;
    std::uint64_t left_ns = timeout_ns < 0 ? kAttachNapNs : static_cast<std::uint64_t>(timeout_ns) - waited_ns;
    if (nap(std::min(left_ns, kAttachNapNs)) == WB_INTERRUPTED) return fail(WB_INTERRUPTED);
  }
  return WB_OK;
}

// Maps the objects that the manifest names, and takes an entry and leases in them. An earlier attachment is
// replaced. WB_NOT_READY if there is no stream, or no other than the one that is attached.
int Reader::attach_once() {
  layout::Manifest manifest, again;
  int code = read_manifest(location_, manifest);
  if (code != WB_OK) return code;
  if (leases_ != nullptr && leases_->attachment().manifest.identity == manifest.identity) return fail(WB_NOT_READY);
  std::shared_ptr<Attachment> attachment;
  const Access access = options_.observes ? Access::kObserver : Access::kReader;
  code = stream::attach(manifest, access, location_.owner(), attachment);
  if (code == WB_OK && !location_.owns(manifest)) code = not_ours(location_, manifest);
  if (code == WB_OK && options_.prefaults) platform::prefault(attachment->data, false);
  const bool takes_entry = code == WB_OK && attachment->has_control();
  if (takes_entry) code = own_entry(*attachment);
  if (code != WB_OK) return code;
  // A collector that did not see this reader's lock has taken the manifest away by now: see collect_locked.
  if (read_manifest(location_, again) != WB_OK || again.identity != manifest.identity) {
    if (leases_ == nullptr) entry_lock_.leave();
    return fail(WB_NOT_READY);
  }
  if (!takes_entry) {
    if (options_.mode == WB_LOCK_STEP) return no_lock_step();
    entry_lock_.leave();
    start(std::move(attachment), WB_AS_OBSERVER);
    return WB_OK;
  }
  sweep_readers(location_, *attachment);
  clear_entry(*attachment);
  sync::SharedMemory::step(sync::Step::kAttachCleared);
  const bool leasing = !options_.copies && claim_leases(*attachment);
  fill_entry(*attachment);
  sync::SharedMemory::step(sync::Step::kAttachFilled);
  start(std::move(attachment), leasing ? WB_BY_LEASE : WB_BY_COPY);
  return WB_OK;
}

// Locks the file of a free entry, unless this reader owns an entry that the new attachment has too. The lock
// comes before the entry is written: only its holder writes an entry.
int Reader::own_entry(const Attachment& attachment) {
  if (entry_lock_.is_locked() && entry_ < attachment.header.max_readers) return WB_OK;
  std::uint32_t forbidden = kNoEntry;  // an entry whose file this user may not lock; others may be free
  for (std::uint32_t entry = 0; entry < attachment.header.max_readers; ++entry) {
    platform::FileLock lock;
    int error = lock.try_lock(location_.reader_lock(entry));
    if (error == EACCES) forbidden = entry;
    if (error == EWOULDBLOCK || error == EACCES) continue;
    if (error != 0) return fail_system(error, "cannot lock " + location_.reader_lock(entry));
    entry_lock_.leave();
    entry_lock_ = std::move(lock);
    entry_ = entry;
    sync::SharedMemory::step(sync::Step::kAttachLocked);
    return WB_OK;
  }
  if (forbidden != kNoEntry) return fail_system(EACCES, "cannot lock " + location_.reader_lock(forbidden));
  return no_entry(attachment);
}

// False if the stream's budget has not enough left: then this reader copies. Two claims at the same moment may
// both fail although there is room for one, so that the claim is repeated a few times, after different pauses.
bool Reader::claim_leases(const Attachment& attachment) {
  constexpr int kTries = 20;
  for (int i = 0; i < kTries; ++i) {
    if (sync::try_claim(attachment.memory, entry_, options_.leases, attachment.header.lease_budget)) return true;
    if (attachment.header.lease_budget < options_.leases) return false;
    platform::sleep_ns(200'000 * (1 + entry_ % 8));
  }
  return false;
}

// The state comes first here: the entry is this reader's own, and inspections must not show a half-cleared one.
// Release: pairs with the acquire loads of any_lease.
void Reader::clear_entry(const Attachment& attachment) {
  const sync::SharedMemory& memory = attachment.memory;
  sync::put(memory.cold_entry(entry_).state, std::uint32_t{layout::kEntryFree});
  for (std::uint32_t i = 0; i < layout::kMaxLeases; ++i) memory.lease(entry_, i).store(0, std::memory_order_release);
  memory.asleep(entry_).store(0, std::memory_order_relaxed);
  memory.claim(entry_).store(0, std::memory_order_release);
}

// Describes this reader in its entry. Requests that a dead predecessor left waiting are answered by the writer
// as if they were this reader's; ids continue. A tail that cannot be is damaged memory.
void Reader::fill_entry(const Attachment& attachment) {
  layout::HotEntry& hot = attachment.memory.entry(entry_);
  const std::uint64_t consumed = attachment.memory.consumed(entry_).load(std::memory_order_acquire);
  const std::uint64_t waiting = attachment.memory.request_tail(entry_).load(std::memory_order_relaxed) - consumed;
  if (waiting > layout::kMaxPending) attachment.memory.request_tail(entry_).store(consumed, std::memory_order_release);
  sync::put(hot.cursor, std::uint64_t{0});
  sync::put(hot.received, received_);
  sync::put(hot.missed, missed_);
  sync::put(hot.done, std::uint64_t{0});
  layout::ColdEntry& cold = attachment.memory.cold_entry(entry_);
  sync::put(cold.mode, static_cast<std::uint32_t>(options_.mode));
  sync::put(cold.pid, platform::process_id());
  sync::put(cold.stride, options_.stride);
  sync::put(cold.attach_time_ns, platform::now_ns());
  std::uint8_t label[sizeof cold.label] = {};
  std::memcpy(label, options_.label.data(), std::min(options_.label.size(), sizeof label - 1));
  sync::SharedMemory::put_words(label, reinterpret_cast<std::uint8_t*>(cold.label), sizeof label);
  // Release: a process that sees the entry attached, by an acquire load, sees the description.
  sync::SharedMemory::word(cold.state).store(layout::kEntryAttached, std::memory_order_release);
}

// Begins to read in a new attachment. A reader that follows the stream, or is older than it, wants its frames
// from the first on; another one begins with the newest.
void Reader::start(std::shared_ptr<Attachment> attachment, wb_way way) {
  const bool follows = leases_ != nullptr || is_older_than_stream_;
  detach();
  memory_ = attachment->memory;
  slots_ = sync::SlotReader<sync::SharedMemory>(memory_, entry_, options_.stride);
  if (options_.mode == WB_LOCK_STEP) slots_.prefer_newest();
  const std::uint64_t head = memory_.head().load(std::memory_order_acquire);
  if (!follows && sync::head_seq(head) > 0) {
    const std::uint32_t slot = sync::head_slot(head);
    slots_.start_after(sync::head_seq(head) - 1, slot == 0 ? memory_.slot_count() - 1 : slot - 1);
  }
  generation_ = memory_.generation().load(std::memory_order_acquire);
  writer_gone_ = false;
  next_check_ns_ = 0;
  leases_ =
      new Leases(std::move(attachment), Leases::Terms{way, entry_, options_.leases, options_.mode == WB_LOCK_STEP});
}

// Frames that are held keep the leases and the mapping.
void Reader::detach() {
  if (leases_ == nullptr) return;
  if (next_is_referenced_) leases_->drop_reference();
  next_is_referenced_ = false;
  leases_->drop_reference();
  leases_ = nullptr;
}

}  // namespace wingbeat::stream
