// The registry: where streams are found, which processes are alive, and how the remains of dead processes are
// collected. One directory holds, for each stream,
//   <stream>.manifest    names the memory objects; its rename into place creates an epoch
//   <stream>.writer      locked by the stream's writer while it lives
//   <stream>.reader<i>   locked by the reader that owns reader entry i
// The names of objects follow from directory, stream and epoch. So a process that holds the writer's lock can
// find what a dead writer left. docs/design/0003-liveness.md gives the reasons.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../layout/manifest.hpp"
#include "../platform/platform.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::stream {

struct Attachment;

// $WINGBEAT_DIR if that is set, else the system's default for this user. Read from the environment at every
// call.
std::string runtime_directory();

// Makes the directory if it is missing, and checks that it belongs to this user.
int prepare_directory(const std::string& directory);

// Where one stream lives: the paths of its files and the names of its objects.
class Location {
 public:
  Location() = default;
  Location(std::string directory, std::string_view stream, std::int64_t owner = platform::kAnyUser);

  // The location of a stream, by its name as readers give it: `swarm` in the runtime directory, `alice/swarm`
  // in the default directory of user alice (or of a user's number). WB_ERR_NAME, WB_ERR_NOT_FOUND.
  static int find(std::string_view name, Location& out);

  const std::string& directory() const { return directory_; }
  const std::string& stream() const { return stream_; }
  // The user to whom everything must belong: the owner of the directory. kNoUser if that is not the expected user.
  std::int64_t owner() const;
  bool is_ours() const { return owner() == platform::user_id(); }
  std::string manifest() const { return file("manifest"); }
  std::string writer_lock() const { return file("writer"); }
  std::string reader_lock(std::uint32_t entry) const { return file("reader" + std::to_string(entry)); }
  std::string object(std::uint32_t epoch, char kind) const;  // kind: d (data) or c (control)
  std::string object_prefix() const;

  // Whether the manifest was made in this directory. A manifest that was copied from another one names objects
  // that are in use there, by processes whose locks are there. They may be inspected, but not attached to or
  // removed.
  bool owns(const layout::Manifest& manifest) const;

  static std::uint32_t epoch_after(std::uint32_t epoch) { return epoch == UINT32_MAX ? 1 : epoch + 1; }

  // The reader entries that have a lock file.
  std::vector<std::uint32_t> reader_entries() const;

 private:
  std::string file(const std::string& suffix) const { return directory_ + "/" + stream_ + "." + suffix; }

  std::string directory_;
  std::string stream_;
  std::int64_t owner_ = platform::kAnyUser;  // expected
};

// WB_NOT_READY if there is none; WB_ERR_ACCESS, WB_ERR_CORRUPT, WB_ERR_INCOMPATIBLE.
int read_manifest(const Location& location, layout::Manifest& out);

// The names of the streams that have a manifest or a writer's lock file, sorted.
std::vector<std::string> list_streams(const std::string& directory);

// Takes the writer's lock. Tries for 0.2 s, since collectors hold it briefly. WB_ERR_BUSY.
int lock_writer(const Location& location, platform::FileLock& out);

// Clears the entries of dead readers, and returns how many. Any process may do it, at any time: it locks an
// entry before it clears it.
std::uint32_t sweep_readers(const Location& location, const Attachment& attachment);

// Puts back the manifest that a collector moved aside before it died, so that the objects that it names are not
// forgotten. For the holder of the writer's lock.
void restore_manifest(const Location& location);

// Removes the stream unless a reader is alive. The last act of the holder of the writer's lock. True if it was
// removed.
bool collect_locked(const Location& location, platform::FileLock& writer_lock, wb_collect_report& report);

// The same for any process: does nothing while a writer or a reader lives, except for sweeping dead readers.
void collect(const Location& location, wb_collect_report& report);

}  // namespace wingbeat::stream
