// How a writer comes to its stream: by taking it over, by beginning a new epoch, or by creating it.
#include <cstring>

#include "../sync/requests.hpp"
#include "../stream/error.hpp"
#include "../stream/rights.hpp"
#include "writer.hpp"

namespace wingbeat::stream {
namespace {

bool has_same_layout(const Attachment& attachment, const Spec& spec) {
  layout::DataHeader wanted = layout::data_header(spec.schema, spec.budget);
  wanted.identity = attachment.header.identity;
  wanted.epoch = attachment.header.epoch;
  wanted.create_time_ns = attachment.header.create_time_ns;
  return std::memcmp(&wanted, &attachment.header, sizeof wanted) == 0 &&
         layout::to_bytes(spec.schema) == layout::to_bytes(attachment.schema);
}

layout::Manifest new_manifest(const Place& place, const Spec& spec, std::uint32_t epoch) {
  layout::Manifest manifest;
  manifest.stream = place.stream();
  manifest.backend = platform::backend();
  manifest.epoch = epoch;
  manifest.identity = platform::unique_number();
  manifest.data_object = place.object(epoch, 'd');
  manifest.data_bytes = layout::data_header(spec.schema, spec.budget).total_bytes;
  manifest.control_object = place.object(epoch, 'c');
  manifest.control_bytes = layout::control_header(spec.budget.readers).total_bytes;
  return manifest;
}

void remove_objects(const layout::Manifest& manifest) {
  platform::unlink_object(manifest.data_object);
  platform::unlink_object(manifest.control_object);
}

// A writer that died between naming its epoch and removing the one before left that. Not all systems can list objects, and the
// next epoch's manifest would no longer lead to it.
void remove_left_epoch(const Place& place, const layout::Manifest& manifest) {
  for (char kind : {'d', 'c'}) platform::unlink_object(place.object(manifest.epoch - 1, kind));
}

// Tells the readers of an epoch that the manifest names another one now.
void supersede(const Attachment& old) {
  old.memory.writer_state().store(layout::kWriterSuperseded, std::memory_order_release);
  sync::SharedMemory::step(sync::Step::kCreateSuperseded);
  old.memory.wake().fetch_add(1, std::memory_order_release);
  platform::wake_all(&old.memory.hot().wake);
}

// Says hello in the place of a writer that ended.
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

// The names of objects are known beforehand, so somebody else may have taken some: then later epochs are tried.
int create_next_objects(const Place& place, const Spec& spec, std::uint32_t epoch, layout::Manifest& manifest,
                        std::shared_ptr<Attachment>& out) {
  constexpr int kTries = 16;
  int code = WB_ERR_BUSY;
  for (int i = 0; i < kTries && code == WB_ERR_BUSY; ++i, epoch = place.epoch_after(epoch)) {
    manifest = new_manifest(place, spec, epoch);
    code = create_objects(manifest, spec.schema, spec.budget, data_rights(spec.sharing), control_rights(spec.sharing),
                          out);
  }
  return code;
}

int create_epoch(const Place& place, const Spec& spec, std::uint32_t epoch, std::shared_ptr<Attachment>& out) {
  layout::Manifest manifest;
  int code = create_next_objects(place, spec, epoch, manifest, out);
  if (code != WB_OK) return code;
  int error = platform::replace_file(place.manifest(), layout::to_text(manifest), data_rights(spec.sharing));
  sync::SharedMemory::step(sync::Step::kCreateNamed);
  if (error == 0) return WB_OK;
  remove_objects(manifest);
  return fail_system(error, "cannot write " + place.manifest());
}

// Its locks are of another kind: whether its writer lives cannot be told.
int other_backend(const layout::Manifest& manifest) {
  return fail(WB_ERR_INCOMPATIBLE,
              "stream '" + manifest.stream + "' belongs to backend '" + manifest.backend + "', this library has '" +
                  platform::backend() +
                  "': end its writer and run `wingbeat gc` of that build, or use another WINGBEAT_DIR");
}

// With the stream's lock held: goes on in the memory that `before` names, or makes a new epoch.
int begin_stream(const Place& place, const Spec& spec, const layout::Manifest* before,
                 std::shared_ptr<Attachment>& out) {
  if (before != nullptr && before->backend != platform::backend()) return other_backend(*before);
  if (int code = share_files(place, spec.sharing, spec.budget.readers)) return code;
  std::shared_ptr<Attachment> old;
  const bool is_ours = before != nullptr && place.owns(*before);
  if (is_ours) remove_left_epoch(place, *before);
  const bool had_objects = is_ours && attach(*before, Access::kWriter, place.owner(), old) == WB_OK;
  if (had_objects && has_same_layout(*old, spec) && can_share_memory(*before, spec.sharing)) {
    if (int code = share_memory(place, *before, spec.sharing)) return code;
    sync::SharedMemory::step(sync::Step::kTakeOverShared);
    sweep_readers(place, *old);
    take_over(*old);
    out = std::move(old);
    return WB_OK;
  }
  if (int code = create_epoch(place, spec, before != nullptr ? place.epoch_after(before->epoch) : 1, out)) return code;
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
  const Place place(runtime_directory(), spec.schema.stream);  // now that it exists, by its canonical name
  platform::FileLock lock;
  if ((code = lock_writer(place, lock)) != WB_OK) return code;
  sync::SharedMemory::step(sync::Step::kCreateLocked);

  bring_manifest_back(place);
  layout::Manifest manifest;
  const bool had_manifest = read_manifest(place, manifest) == WB_OK;
  std::shared_ptr<Attachment> mine;
  code = begin_stream(place, spec, had_manifest ? &manifest : nullptr, mine);
  if (code != WB_OK) {
    if (had_manifest) return code;
    const std::string message = last_message();
    wb_collect_report ignored{};
    collect_locked(place, lock, ignored);
    return fail(code, message);
  }
  const std::uint64_t huge_bytes = spec.huge_pages ? platform::make_huge(mine->data) : 0;
  platform::prefault(mine->data, true);
  platform::prefault(mine->control, true);
  out.reset(new Writer(place, std::move(lock), std::move(mine), huge_bytes));
  return WB_OK;
}

Writer::Writer(Place place, platform::FileLock lock, std::shared_ptr<Attachment> attachment, std::uint64_t huge_bytes)
    : place_(std::move(place)),
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
  collect_locked(place_, lock_, ignored);
}

}  // namespace wingbeat::stream
