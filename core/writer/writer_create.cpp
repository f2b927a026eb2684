// How a writer comes to its stream: it takes it over from a writer that ended, begins a new epoch, or creates
// the stream.
//
// The holder of the writer's lock (<stream>.writer) is the only process that does any of this. Every step
// leaves a state that the next holder understands: tests/faults kills a writer at each of them.
#include <cerrno>
#include <cstring>

#include "../stream/error.hpp"
#include "../sync/requests.hpp"
#include "writer.hpp"

namespace wingbeat::stream {
namespace {

// -------------------------------------------------------------------------------------------------------------- rights

// Modes of files and objects. All users are granted access with the group, since a member of the group is one
// of all.
constexpr unsigned kOwner = 0600, kGroupRead = 0040, kGroupControl = 0060, kAllRead = 0044;

// This mode, and the group if the stream is shared with one.
platform::Rights rights_of(const Sharing& sharing, unsigned mode) {
  const bool for_group = (sharing.access & (WB_GROUP_READ | WB_GROUP_CONTROL)) != 0;
  return {mode, for_group ? sharing.group : platform::kNoGroup};
}

// The mode of what others may read.
unsigned data_mode(const Sharing& sharing) {
  unsigned mode = kOwner;
  if ((sharing.access & (WB_GROUP_READ | WB_GROUP_CONTROL)) != 0) mode |= kGroupRead;
  if ((sharing.access & WB_ALL_READ) != 0) mode |= kAllRead;
  return mode;
}

// The mode of lock files. A process that can read a lock file can ask whether its party is alive. Where it
// could then take the lock as well (flock), it must not be able to read the file.
unsigned lock_file_mode(const Sharing& sharing) { return platform::locks_need_writing() ? data_mode(sharing) : kOwner; }

int share_one(const std::string& path, const platform::Rights& rights) {
  const int error = platform::share_file(path, rights);
  if (error == 0) return WB_OK;
  return fail_system(error, "cannot give " + path +
                                " its rights: this process must be a member of the group that WB_OPTION_GROUP names");
}

// Members of the group cannot make files in the owner's directory. They find the lock files of all reader
// entries ready.
int share_entries(const Location& location, const Sharing& sharing, std::uint32_t readers) {
  const platform::Rights rights = rights_of(sharing, lock_file_mode(sharing) | kGroupControl);
  for (std::uint32_t entry = 0; entry < readers; ++entry) {
    if (int code = share_one(location.reader_lock(entry), rights)) return code;
  }
  return WB_OK;
}

// Takes back what an earlier writer shared and this one does not.
int unshare_entries(const Location& location) {
  for (std::uint32_t entry : location.reader_entries()) {
    if (int code = share_one(location.reader_lock(entry), {})) return code;
  }
  return WB_OK;
}

platform::Rights data_rights(const Sharing& sharing) { return rights_of(sharing, data_mode(sharing)); }

platform::Rights control_rights(const Sharing& sharing) {
  return rights_of(sharing, (sharing.access & WB_GROUP_CONTROL) != 0 ? kOwner | kGroupControl : kOwner);
}

// Gives the directory and the lock files their rights. Makes the lock files of `readers` entries if the group
// may attach.
int share_files(const Location& location, const Sharing& sharing, std::uint32_t readers) {
  int code = share_one(location.writer_lock(), rights_of(sharing, lock_file_mode(sharing)));
  const bool shares_entries = (sharing.access & WB_GROUP_CONTROL) != 0;
  if (code == WB_OK) code = shares_entries ? share_entries(location, sharing, readers) : unshare_entries(location);
  if (code != WB_OK || sharing.access == 0) return code;
  const int error = platform::share_directory(location.directory());
  return error == 0 ? WB_OK : fail_system(error, "cannot let other users enter " + location.directory());
}

// False on systems where the rights of an object are fixed when it is created (macOS), if the existing ones
// have others: then a new epoch is needed.
bool can_share_memory(const layout::Manifest& manifest, const Sharing& sharing) {
  return platform::set_object_rights(manifest.data_object, data_rights(sharing)) != ENOTSUP &&
         platform::set_object_rights(manifest.control_object, control_rights(sharing)) != ENOTSUP;
}

// Gives the existing objects and manifest their rights.
int share_memory(const Location& location, const layout::Manifest& manifest, const Sharing& sharing) {
  int error = platform::set_object_rights(manifest.data_object, data_rights(sharing));
  if (error == 0) error = platform::set_object_rights(manifest.control_object, control_rights(sharing));
  if (error != 0) return fail_system(error, "cannot give the stream's memory objects their rights");
  return share_one(location.manifest(), data_rights(sharing));
}

// ------------------------------------------------------------------------------------------------------ memory objects

// Whether the stream in memory is the one that is described, byte by byte: then readers need not notice more
// than a restart.
bool has_same_layout(const Attachment& attachment, const Spec& spec) {
  layout::DataHeader wanted = layout::data_header(spec.schema, spec.budget);
  wanted.identity = attachment.header.identity;
  wanted.epoch = attachment.header.epoch;
  wanted.create_time_ns = attachment.header.create_time_ns;
  return std::memcmp(&wanted, &attachment.header, sizeof wanted) == 0 &&
         layout::to_bytes(spec.schema) == layout::to_bytes(attachment.schema);
}

// A manifest for a new epoch, with a new identity.
layout::Manifest new_manifest(const Location& location, const Spec& spec, std::uint32_t epoch) {
  layout::Manifest manifest;
  manifest.stream = location.stream();
  manifest.backend = platform::backend();
  manifest.epoch = epoch;
  manifest.identity = platform::unique_number();
  manifest.data_object = location.object(epoch, 'd');
  manifest.data_bytes = layout::data_header(spec.schema, spec.budget).total_bytes;
  manifest.control_object = location.object(epoch, 'c');
  manifest.control_bytes = layout::control_header(spec.budget.readers).total_bytes;
  return manifest;
}

void remove_objects(const layout::Manifest& manifest) {
  platform::unlink_object(manifest.data_object);
  platform::unlink_object(manifest.control_object);
}

// Tells the readers of an epoch that the manifest names another one now. Release: a reader that sees the state,
// or the new wake word, reads the new manifest.
void supersede(const Attachment& old) {
  old.memory.writer_state().store(layout::kWriterSuperseded, std::memory_order_release);
  sync::SharedMemory::step(sync::Step::kCreateSuperseded);
  old.memory.wake().fetch_add(1, std::memory_order_release);
  platform::wake_all(&old.memory.hot().wake);
}

// Attaches in the place of a writer that ended. The generation comes last, with release: a reader that sees it
// sees the rest, and reports a restart.
void take_over(const Attachment& attachment) {
  set_initial_values(attachment);
  layout::DataHot& hot = attachment.memory.hot();
  sync::SharedMemory::word(hot.pid).store(platform::process_id(), std::memory_order_relaxed);
  attachment.memory.waiting().store(0, std::memory_order_relaxed);
  attachment.memory.writer_state().store(layout::kWriterAttached, std::memory_order_relaxed);
  sync::SharedMemory::step(sync::Step::kTakeOverGreeted);
  attachment.memory.generation().fetch_add(1, std::memory_order_release);
  sync::SharedMemory::step(sync::Step::kTakeOverCounted);
}

// The names of objects can be computed, so that another user may have taken some of them. Then later epochs are
// tried.
int create_next_objects(const Location& location, const Spec& spec, std::uint32_t epoch, layout::Manifest& manifest,
                        std::shared_ptr<Attachment>& out) {
  constexpr int kTries = 16;
  int code = WB_ERR_BUSY;
  for (int i = 0; i < kTries && code == WB_ERR_BUSY; ++i, epoch = location.epoch_after(epoch)) {
    manifest = new_manifest(location, spec, epoch);
    code = create_objects(manifest, spec.schema, spec.budget, data_rights(spec.sharing), control_rights(spec.sharing),
                          out);
  }
  return code;
}

// Creates the objects, then names them by the manifest. Before the rename no other process knows of them.
int create_epoch(const Location& location, const Spec& spec, std::uint32_t epoch, std::shared_ptr<Attachment>& out) {
  layout::Manifest manifest;
  int code = create_next_objects(location, spec, epoch, manifest, out);
  if (code != WB_OK) return code;
  int error = platform::replace_file(location.manifest(), layout::to_text(manifest), data_rights(spec.sharing));
  sync::SharedMemory::step(sync::Step::kCreateNamed);
  if (error == 0) return WB_OK;
  remove_objects(manifest);
  return fail_system(error, "cannot write " + location.manifest());
}

// The locks of another backend cannot be read, so that it is unknown whether its writer lives.
int other_backend(const layout::Manifest& manifest) {
  return fail(WB_ERR_INCOMPATIBLE,
              "stream '" + manifest.stream + "' uses the backend '" + manifest.backend + "', this library uses '" +
                  platform::backend() +
                  "': end its writer and run `wingbeat gc` of that build, or set another WINGBEAT_DIR");
}

// With the writer's lock held: continues in the memory that `before` names, or creates a new epoch. `before` is
// nullptr if there is no manifest.
int begin_stream(const Location& location, const Spec& spec, const layout::Manifest* before,
                 std::shared_ptr<Attachment>& out) {
  if (before != nullptr && before->backend != platform::backend()) return other_backend(*before);
  if (int code = share_files(location, spec.sharing, spec.budget.readers)) return code;
  std::shared_ptr<Attachment> old;
  const bool is_ours = before != nullptr && location.owns(*before);
  if (is_ours) {
    // A writer that died between naming this epoch and removing the one before left the objects of that one. Where
    // objects cannot be listed, nothing else leads to them any more.
    for (char kind : {'d', 'c'}) platform::unlink_object(location.object(before->epoch - 1, kind));
  }
  const bool had_objects = is_ours && attach(*before, Access::kWriter, location.owner(), old) == WB_OK;
  if (had_objects && has_same_layout(*old, spec) && can_share_memory(*before, spec.sharing)) {
    if (int code = share_memory(location, *before, spec.sharing)) return code;
    sync::SharedMemory::step(sync::Step::kTakeOverShared);
    sweep_readers(location, *old);
    take_over(*old);
    out = std::move(old);
    return WB_OK;
  }
  if (int code = create_epoch(location, spec, before != nullptr ? location.epoch_after(before->epoch) : 1, out))
    return code;
  if (had_objects) supersede(*old);
  if (is_ours) remove_objects(*before);
  sync::SharedMemory::step(sync::Step::kCreateRemoved);
  return WB_OK;
}

}  // namespace

int Writer::create(const Spec& spec, std::unique_ptr<Writer>& out) {
  if (spec.schema.fields.empty())
    return fail(WB_ERR_ARGUMENT, "a stream needs at least one field: add one before wb_writer_create");
  int code = prepare_directory(runtime_directory());
  if (code != WB_OK) return code;
  const Location location(runtime_directory(), spec.schema.stream);  // now that it exists, by its canonical name
  platform::FileLock lock;
  if ((code = lock_writer(location, lock)) != WB_OK) return code;
  sync::SharedMemory::step(sync::Step::kCreateLocked);

  restore_manifest(location);
  layout::Manifest manifest;
  const bool had_manifest = read_manifest(location, manifest) == WB_OK;
  std::shared_ptr<Attachment> mine;
  code = begin_stream(location, spec, had_manifest ? &manifest : nullptr, mine);
  if (code != WB_OK) {
    if (had_manifest) return code;
    const std::string message = last_message();
    wb_collect_report ignored{};
    collect_locked(location, lock, ignored);
    return fail(code, message);
  }
  const std::uint64_t huge_bytes = spec.huge_pages ? platform::make_huge(mine->data) : 0;
  platform::prefault(mine->data, true);
  platform::prefault(mine->control, true);
  out.reset(new Writer(location, std::move(lock), std::move(mine), huge_bytes));
  return WB_OK;
}

Writer::Writer(Location location, platform::FileLock lock, std::shared_ptr<Attachment> attachment,
               std::uint64_t huge_bytes)
    : location_(std::move(location)),
      lock_(std::move(lock)),
      attachment_(std::move(attachment)),
      memory_(attachment_->memory),
      slots_(memory_),
      huge_bytes_(huge_bytes),
      waker_(&memory_.hot().wake),
      fork_generation_(platform::fork_generation()) {
  queue_.reserve(std::size_t{memory_.reader_count()} * layout::kMaxPending);
  slots_.take_over();
  if (slots_.newest() != sync::kNoSlot) last_step_ = memory_.slot(slots_.newest()).step;
  answer_old_requests();
  wake_readers(slots_.announce());
}

// Requests made to a writer that died before it answered them. Those made to this one wait for their turn.
void Writer::answer_old_requests() {
  const std::uint32_t generation = memory_.generation().load(std::memory_order_relaxed);
  for (std::uint32_t reader = 0; reader < memory_.reader_count(); ++reader) {
    std::uint64_t consumed = memory_.consumed(reader).load(std::memory_order_relaxed);
    const std::uint64_t last = sync::last_request(memory_, reader, consumed);
    while (consumed < last && memory_.request(reader, consumed + 1).generation != generation) {
      layout::ReceiptRecord receipt{};
      receipt.id = ++consumed;
      receipt.status = WB_WAS_RESTARTED;
      const bool is_answered = memory_.receipt_id(reader, consumed).load(std::memory_order_relaxed) == consumed;
      if (is_answered)
        memory_.consumed(reader).store(consumed, std::memory_order_release);  // its writer died just then
      else
        sync::give_receipt(memory_, reader, receipt);
    }
  }
}

Writer::~Writer() {
  if (fork_generation_ != platform::fork_generation()) return;  // a child: nothing here is ours
  if (slots_.begun() != sync::kNoSlot) slots_.abandon();
  memory_.writer_state().store(layout::kWriterClosed, std::memory_order_release);
  sync::SharedMemory::step(sync::Step::kCloseTold);
  wake_readers(slots_.announce());
  wb_collect_report ignored{};
  collect_locked(location_, lock_, ignored);
}

}  // namespace wingbeat::stream
