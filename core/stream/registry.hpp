// Where streams are found, who lives, and how what the dead left is collected. One directory holds, for each stream,
//   <stream>.manifest    names the memory objects; its rename into place creates an epoch
//   <stream>.writer      locked by the stream's writer while it lives
//   <stream>.reader<i>   locked by the reader that owns entry i
// Object names follow from directory, stream and epoch, so whoever holds the writer's lock can find what a dead writer left.
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

std::string runtime_directory();

// Makes it if it is missing, and sees that it is this user's.
int prepare_directory(const std::string& directory);

// The files of one stream.
class Location {
 public:
  Location() = default;
  Location(std::string directory, std::string_view stream, std::int64_t owner = platform::kAnybody);

  // By a stream's name as readers give it: `swarm` in the runtime directory, `alice/swarm` in the default one of user alice (or
  // of a user's number). WB_ERR_NAME, WB_ERR_NOT_FOUND.
  static int find(std::string_view name, Location& out);

  const std::string& directory() const { return directory_; }
  const std::string& stream() const { return stream_; }
  std::int64_t owner()
      const;  // the user whom all of it must belong to: the directory's; kNobody if that is not as expected
  bool is_ours() const { return owner() == platform::user_id(); }
  std::string manifest() const { return file("manifest"); }
  std::string writer_lock() const { return file("writer"); }
  std::string reader_lock(std::uint32_t entry) const { return file("reader" + std::to_string(entry)); }
  std::string object(std::uint32_t epoch, char kind) const;  // kind: d (data) or c (control)
  std::string object_prefix() const;

  // Whether the manifest was made here. One that was copied from another directory names objects that are in use there, by parties
  // whose locks are there: they may be looked at, but not attached to, nor removed.
  bool owns(const layout::Manifest& manifest) const;

  static std::uint32_t epoch_after(std::uint32_t epoch) { return epoch == UINT32_MAX ? 1 : epoch + 1; }

  // Reader entries that have a lock file.
  std::vector<std::uint32_t> reader_entries() const;

 private:
  std::string file(const std::string& suffix) const { return directory_ + "/" + stream_ + "." + suffix; }

  std::string directory_;
  std::string stream_;
  std::int64_t owner_ = platform::kAnybody;  // expected
};

// WB_NOT_READY without a message if there is none.
int read_manifest(const Location& location, layout::Manifest& out);

// Names of the streams that have a manifest or a writer's lock file, sorted.
std::vector<std::string> list_streams(const std::string& directory);

// Takes the writer's lock; tries for a while, since collectors hold it briefly. WB_ERR_BUSY.
int lock_writer(const Location& location, platform::FileLock& out);

// Clears the entries of dead readers. Returns how many.
std::uint32_t sweep_readers(const Location& location, const Attachment& attachment);

// Puts back the manifest that a collector moved aside before it died, so that what it names is not forgotten. For the holder of
// the writer's lock.
void bring_manifest_back(const Location& location);

// Removes the stream if nobody alive is left: the holder of the writer's lock calls it last of all. True if it was removed.
bool collect_locked(const Location& location, platform::FileLock& writer_lock, wb_collect_report& report);

// The same for anybody: does nothing while a writer or a reader lives, except sweeping dead readers.
void collect(const Location& location, wb_collect_report& report);

}  // namespace wingbeat::stream
