#include "rights.hpp"

#include <cerrno>

#include "error.hpp"

namespace wingbeat::stream {
namespace {

constexpr unsigned kOwner = 0600, kGroupRead = 0040, kGroupControl = 0060,
                   kAllRead = 0044;  // a member of the group is one of all

platform::Rights of_mode(const Sharing& sharing, unsigned mode) {
  const bool for_group = (sharing.access & (WB_GROUP_READ | WB_GROUP_CONTROL)) != 0;
  return {mode, for_group ? sharing.group : platform::kNobody};
}

unsigned reading(const Sharing& sharing) {
  unsigned mode = kOwner;
  if ((sharing.access & (WB_GROUP_READ | WB_GROUP_CONTROL)) != 0) mode |= kGroupRead;
  if ((sharing.access & WB_ALL_READ) != 0) mode |= kAllRead;
  return mode;
}

// Who may read a lock file can ask whether its party lives; where that would let it take the lock as well, it may not read it.
unsigned probing(const Sharing& sharing) { return platform::locks_need_writing() ? reading(sharing) : kOwner; }

int share_one(const std::string& path, const platform::Rights& rights) {
  const int error = platform::share_file(path, rights);
  if (error == 0) return WB_OK;
  return fail_system(error,
                     "cannot give " + path + " its rights (WB_OPTION_GROUP must be a group this process belongs to)");
}

// Members of the group cannot make files in the owner's directory: they find the reader entries' lock files ready.
int share_entries(const Place& place, const Sharing& sharing, std::uint32_t readers) {
  const platform::Rights rights = of_mode(sharing, probing(sharing) | kGroupControl);
  for (std::uint32_t entry = 0; entry < readers; ++entry) {
    if (int code = share_one(place.reader_lock(entry), rights)) return code;
  }
  return WB_OK;
}

// What an earlier writer shared and this one does not.
int take_entries_back(const Place& place) {
  for (std::uint32_t entry : place.reader_entries()) {
    if (int code = share_one(place.reader_lock(entry), {})) return code;
  }
  return WB_OK;
}

}  // namespace

platform::Rights data_rights(const Sharing& sharing) { return of_mode(sharing, reading(sharing)); }

platform::Rights control_rights(const Sharing& sharing) {
  return of_mode(sharing, (sharing.access & WB_GROUP_CONTROL) != 0 ? kOwner | kGroupControl : kOwner);
}

int share_files(const Place& place, const Sharing& sharing, std::uint32_t readers) {
  int code = share_one(place.writer_lock(), of_mode(sharing, probing(sharing)));
  const bool shares_entries = (sharing.access & WB_GROUP_CONTROL) != 0;
  if (code == WB_OK) code = shares_entries ? share_entries(place, sharing, readers) : take_entries_back(place);
  if (code != WB_OK || sharing.access == 0) return code;
  const int error = platform::let_others_enter(place.directory());
  return error == 0 ? WB_OK : fail_system(error, "cannot let other users enter " + place.directory());
}

bool can_share_memory(const layout::Manifest& manifest, const Sharing& sharing) {
  return platform::set_object_rights(manifest.data_object, data_rights(sharing)) != ENOTSUP &&
         platform::set_object_rights(manifest.control_object, control_rights(sharing)) != ENOTSUP;
}

int share_memory(const Place& place, const layout::Manifest& manifest, const Sharing& sharing) {
  int error = platform::set_object_rights(manifest.data_object, data_rights(sharing));
  if (error == 0) error = platform::set_object_rights(manifest.control_object, control_rights(sharing));
  if (error != 0) return fail_system(error, "cannot give the stream's memory objects their rights");
  return share_one(place.manifest(), data_rights(sharing));
}

}  // namespace wingbeat::stream
