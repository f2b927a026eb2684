#include "registry.hpp"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "../layout/schema.hpp"
#include "attachment.hpp"
#include "error.hpp"

namespace wingbeat::stream {
namespace {

constexpr std::uint64_t kLockPatienceNs = 200'000'000;

// Reads and checks a manifest. Each failure has its own message, because each has another remedy.
int read_manifest_file(const Location& location, const std::string& path, layout::Manifest& out) {
  std::string text;
  int error = platform::read_file(path, layout::kMaxManifestBytes, location.owner(), text);
  if (error == ENOENT)
    return fail(WB_NOT_READY, "there is no stream '" + location.stream() + "' in " + location.directory() +
                                  " yet: start its writer, or check WINGBEAT_DIR");
  if (error == EPERM)
    return fail(WB_ERR_ACCESS, path + " or its directory belongs to another user than the stream, and is not used");
  if (error == EACCES)
    return fail(WB_ERR_ACCESS, "this user may not read " + path + ": the stream's writer must set WB_OPTION_ACCESS");
  if (error == EFBIG || error == ELOOP || error == EINVAL)
    return fail(WB_ERR_CORRUPT, path + " is not a manifest: run `wingbeat gc`");
  if (error != 0) return fail_system(error, "cannot read " + path);
  if (layout::Fault fault = layout::from_text(text, out)) {
    fault.text = path + ": " + fault.text + "; end the writer and run `wingbeat gc`";
    return fail(fault);
  }
  if (out.stream != location.stream())
    return fail(WB_ERR_CORRUPT, path + " names another stream, '" + out.stream + "': run `wingbeat gc`");
  return WB_OK;
}

bool strip_suffix(std::string& name, std::string_view suffix) {
  if (name.size() <= suffix.size() || name.compare(name.size() - suffix.size(), suffix.size(), suffix) != 0)
    return false;
  name.resize(name.size() - suffix.size());
  return true;
}

// The number of a reader entry, as it is in the name of its lock file. No leading sign, no overflow.
bool parse_entry(std::string_view digits, std::uint32_t& entry) {
  if (digits.empty() || digits.size() > 4) return false;
  entry = 0;
  for (char c : digits) {
    if (c < '0' || c > '9') return false;
    entry = entry * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return entry < layout::kMaxReaders;
}

// Clears a dead reader's entry. Release: the writer's acquire loads (any_lease) see the leases end before the
// entry is free. The state comes last.
void clear_entry(const Attachment& attachment, std::uint32_t entry) {
  const sync::SharedMemory& memory = attachment.memory;
  for (std::uint32_t i = 0; i < layout::kMaxLeases; ++i) memory.lease(entry, i).store(0, std::memory_order_release);
  memory.asleep(entry).store(0, std::memory_order_relaxed);
  memory.claim(entry).store(0, std::memory_order_release);
  sync::SharedMemory::word(memory.cold_entry(entry).state).store(layout::kEntryFree, std::memory_order_release);
}

// Whether an entry must be swept. A reader may have died after it claimed leases and before it described
// itself.
bool is_in_use(const Attachment& attachment, std::uint32_t entry) {
  return sync::SharedMemory::word(attachment.memory.cold_entry(entry).state).load(std::memory_order_acquire) !=
             layout::kEntryFree ||
         attachment.memory.claim(entry).load(std::memory_order_relaxed) != 0;
}

// WB_ERR_BUSY, with the writer's process id if that can be read.
int busy(const Location& location) {
  std::string text = "another process is the writer of stream '" + location.stream() + "'";
  layout::Manifest manifest;
  std::shared_ptr<Attachment> attachment;
  if (read_manifest(location, manifest) == WB_OK &&
      attach(manifest, Access::kInspection, location.owner(), attachment) == WB_OK) {
    text += " (pid " + std::to_string(attachment->memory.hot().pid) + ")";
  }
  return fail(WB_ERR_BUSY, text + ": end it or choose another name");
}

// Unlinks an object and counts it if it existed.
void unlink_counted(const std::string& object, std::uint64_t bytes, wb_collect_report& report) {
  if (platform::unlink_object(object) != 0) return;
  ++report.objects;
  report.bytes += bytes;
}

// Unlinks all objects of the stream. The manifest leads to its own; a writer that died while it changed epochs
// left those of the neighbouring epochs. Where the system can list objects, the list finds all others.
void remove_objects(const Location& location, const layout::Manifest* manifest, wb_collect_report& report) {
  if (manifest != nullptr && location.owns(*manifest)) {
    unlink_counted(manifest->data_object, manifest->data_bytes, report);
    unlink_counted(manifest->control_object, manifest->control_bytes, report);
    // A writer that died while it changed epochs left the one before, or the one it was making.
    for (std::uint32_t epoch : {manifest->epoch - 1, manifest->epoch + 1}) {
      for (char kind : {'d', 'c'}) unlink_counted(location.object(epoch, kind), 0, report);
    }
  } else {
    for (char kind : {'d', 'c'}) unlink_counted(location.object(1, kind), 0, report);
  }
  for (const std::string& object : platform::list_objects(location.object_prefix())) unlink_counted(object, 0, report);
}

// Links are resolved only if the directory belongs to the user. Otherwise another user may have put a link
// there; it is left alone, and the owner check refuses it later.
std::string default_directory(std::uint32_t user) {
  const std::string path = platform::default_runtime_directory(user);
  return platform::owner_of_directory(path) == static_cast<std::int64_t>(user) ? platform::canonical_path(path) : path;
}

// Where a collector puts the manifest; the draft of a new manifest lies there too, so that each replaces a
// left-over of the other.
std::string moved_manifest(const Location& location) { return location.manifest() + ".new"; }

// Locks the lock files of all readers. False if one of them is held, because that reader is alive.
bool lock_dead_readers(const Location& location, std::vector<platform::FileLock>& locks) {
  for (std::uint32_t entry : location.reader_entries()) {
    platform::FileLock lock;
    if (lock.try_lock(location.reader_lock(entry)) != 0) return false;
    locks.push_back(std::move(lock));
  }
  return true;
}

}  // namespace

std::string runtime_directory() {
  const char* chosen = std::getenv("WINGBEAT_DIR");
  if (chosen != nullptr && *chosen != '\0') return platform::canonical_path(chosen);
  return default_directory(platform::user_id());
}

int prepare_directory(const std::string& directory) {
  int error = platform::ensure_directory(directory);
  if (error == 0) return WB_OK;
  return fail_system(
      error,
      "cannot use " + directory +
          " as the runtime directory: it must be a directory that belongs to you; WINGBEAT_DIR can name another one");
}

Location::Location(std::string directory, std::string_view stream, std::int64_t owner)
    : directory_(std::move(directory)), stream_(stream), owner_(owner) {}

int Location::find(std::string_view name, Location& out) {
  const std::size_t slash = name.find('/');
  const std::string_view stream = slash == std::string_view::npos ? name : name.substr(slash + 1);
  if (!layout::is_name(stream) || slash == 0) {
    return fail(WB_ERR_NAME, "stream name '" + std::string(name.substr(0, 80)) +
                                 "' is not allowed: use 1 to 63 characters of A-Z a-z 0-9 _ . - (and user/ before "
                                 "them for another user's stream)");
  }
  if (slash == std::string_view::npos) {
    out = Location(runtime_directory(), stream);
    return WB_OK;
  }
  const std::string user(name.substr(0, slash));
  const std::int64_t id = platform::user_named(user);
  if (id == platform::kNoUser)
    return fail(WB_ERR_NOT_FOUND, "there is no user '" + user.substr(0, 80) + "' on this machine");
  out = Location(default_directory(static_cast<std::uint32_t>(id)), stream, id);
  return WB_OK;
}

// Asked anew at each call, because the directory can be replaced while a reader waits for a stream.
std::int64_t Location::owner() const {
  const std::int64_t owner = platform::owner_of_directory(directory_);
  return owner_ == platform::kAnyUser || owner == owner_ ? owner : platform::kNoUser;
}

// A hash, because macOS allows 30 characters: 12 hexadecimal digits of directory and stream.
std::string Location::object_prefix() const {
  char text[24];
  std::snprintf(text, sizeof text, "/wb-%012" PRIx64 "-", layout::hash(directory_ + '\n' + stream_) >> 16);
  return text;
}

std::string Location::object(std::uint32_t epoch, char kind) const {
  return object_prefix() + std::to_string(epoch) + kind;
}

bool Location::owns(const layout::Manifest& manifest) const {
  return manifest.data_object == object(manifest.epoch, 'd') && manifest.control_object == object(manifest.epoch, 'c');
}

std::vector<std::uint32_t> Location::reader_entries() const {
  std::vector<std::string> names;
  platform::list_directory(directory_, names);
  std::vector<std::uint32_t> entries;
  const std::string prefix = stream_ + ".reader";
  for (const std::string& name : names) {
    std::uint32_t entry;
    if (name.compare(0, prefix.size(), prefix) == 0 &&
        parse_entry(std::string_view(name).substr(prefix.size()), entry)) {
      entries.push_back(entry);
    }
  }
  return entries;
}

int read_manifest(const Location& location, layout::Manifest& out) {
  return read_manifest_file(location, location.manifest(), out);
}

std::vector<std::string> list_streams(const std::string& directory) {
  std::vector<std::string> files, streams;
  platform::list_directory(directory, files);
  for (std::string& name : files) {
    if ((strip_suffix(name, ".manifest") || strip_suffix(name, ".writer")) && layout::is_name(name))
      streams.push_back(name);
  }
  std::sort(streams.begin(), streams.end());
  streams.erase(std::unique(streams.begin(), streams.end()), streams.end());
  return streams;
}

int lock_writer(const Location& location, platform::FileLock& out) {
  const std::uint64_t start = platform::now_ns();
  for (;;) {
    int error = out.try_lock(location.writer_lock());
    if (error == 0) return WB_OK;
    if (error != EWOULDBLOCK) return fail_system(error, "cannot lock " + location.writer_lock());
    if (platform::now_ns() - start > kLockPatienceNs) return busy(location);
    platform::sleep_ns(1'000'000);
  }
}

// The probe comes first, because it does not disturb; only an entry that seems dead is locked. The lock keeps a
// new reader from taking the entry while it is cleared.
std::uint32_t sweep_readers(const Location& location, const Attachment& attachment) {
  std::uint32_t swept = 0;
  for (std::uint32_t entry = 0; entry < attachment.memory.reader_count(); ++entry) {
    if (!is_in_use(attachment, entry) || platform::probe_lock(location.reader_lock(entry)) == platform::Party::kAlive)
      continue;
    platform::FileLock lock;
    if (lock.try_lock(location.reader_lock(entry)) != 0) continue;
    sync::SharedMemory::step(sync::Step::kSweepLocked);
    clear_entry(attachment, entry);
    sync::SharedMemory::step(sync::Step::kSweepCleared);
    lock.leave();
    ++swept;
  }
  return swept;
}

void restore_manifest(const Location& location) {
  if (!platform::file_exists(location.manifest())) platform::rename_file(moved_manifest(location), location.manifest());
}

// The order is what makes it safe. The manifest is moved aside first: a reader that locks its entry after this
// finds no manifest and steps back (Reader::attach_once). Then all readers' files are locked: if one is held,
// its reader was there before, and the manifest goes back. The model tests/model/spin/collecting.pml checks it.
bool collect_locked(const Location& location, platform::FileLock& writer_lock, wb_collect_report& report) {
  layout::Manifest manifest;
  const bool there = platform::file_exists(location.manifest());
  // Without a manifest, another collector may have died after moving it aside.
  const bool known =
      read_manifest_file(location, there ? location.manifest() : moved_manifest(location), manifest) == WB_OK;
  if (known && manifest.backend != platform::backend()) return false;  // its locks say nothing here
  if (there && platform::rename_file(location.manifest(), moved_manifest(location)) != 0) return false;
  sync::SharedMemory::step(sync::Step::kCollectAside);
  std::vector<platform::FileLock> readers;
  if (!lock_dead_readers(location, readers)) {
    if (there) platform::rename_file(moved_manifest(location), location.manifest());
    sync::SharedMemory::step(sync::Step::kCollectBack);
    return false;
  }
  sync::SharedMemory::step(sync::Step::kCollectLocked);
  remove_objects(location, known ? &manifest : nullptr, report);
  sync::SharedMemory::step(sync::Step::kCollectUnlinked);
  if (platform::remove_file(moved_manifest(location)) == 0) ++report.files;
  sync::SharedMemory::step(sync::Step::kCollectRemoved);
  for (platform::FileLock& reader : readers) reader.remove_and_close();
  writer_lock.remove_and_close();
  report.files += static_cast<std::uint32_t>(readers.size()) + 1;
  ++report.streams;
  return true;
}

void collect(const Location& location, wb_collect_report& report) {
  platform::FileLock lock;
  const bool have = platform::probe_lock(location.writer_lock()) != platform::Party::kAlive &&
                    lock.try_lock(location.writer_lock()) == 0;
  if (have && collect_locked(location, lock, report)) return;
  layout::Manifest manifest;
  std::shared_ptr<Attachment> attachment;
  if (read_manifest(location, manifest) == WB_OK && location.owns(manifest) &&
      attach(manifest, Access::kReader, location.owner(), attachment) == WB_OK) {
    report.readers += sweep_readers(location, *attachment);
  }
}

}  // namespace wingbeat::stream
