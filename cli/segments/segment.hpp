// A shared memory segment that other programs made, or that is made for them. It does not describe its content.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "description.hpp"
#include "guard.hpp"

namespace wingbeat::segments {

enum class Access { read, write };

// Where a name leads to now, compared with the segment that was attached by it. Some systems cannot tell.
enum class Presence { same, other, gone, unknown };

// What a name leads to, found without attaching to it. No other object has the same device and number until the next
// boot.
struct Identity {
  std::uint64_t device = 0, number = 0;  // device and inode; 0 and the id of a System V segment
  std::int64_t maker = 0;                // the process that made a System V segment
  std::size_t bytes = 0;
  bool is_own = false;      // of this user
  bool is_claimed = false;  // see Segment::claim
};

// A segment that does not exist is ordinary, see attach(). All other errors throw cli::Failure.
class Segment {
 public:
  // nullptr if it does not exist or is still empty; `missing` tells which. Never changes its size.
  static std::unique_ptr<Segment> attach(const Name& name, Access access, std::string& missing);
  // Makes a segment for this user alone, with its memory reserved and zero. nullptr if it exists already. `known` is
  // called with its identity, before it has its name where the system can make objects without one.
  static std::unique_ptr<Segment> create(const Name& name, std::size_t bytes,
                                         const std::function<void(const Identity&)>& known = {});
  // Nothing if the name leads nowhere. Throws cli::Failure if that cannot be found out.
  static std::optional<Identity> look_up(const Name& name);
  // Removes the name if it leads to this identity.
  static bool unlink(const Name& name, const Identity& identity);
  // Whether a segment of this kind can be told from a later one of the same name.
  static bool is_identifiable(Kind kind);
  ~Segment();
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  std::byte* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  const Name& name() const { return name_; }

  // False once another program truncated it: what was read or written since the last call may be lost.
  bool is_whole() const;
  Presence presence() const;
  // Nothing on systems that cannot tell.
  std::optional<Identity> identity() const;
  // Claims these bytes until this object or its process ends. False if another process has claimed some of them. Always
  // true for System V segments, and on systems without locks of open files.
  bool claim(std::size_t offset, std::size_t bytes) const;
  // Removes the name if it still leads here. Attached processes stay attached.
  void remove() const;
  // Maps every page, so that later copies do not have to wait for that.
  void touch() const;

 private:
  Segment(Name name, int handle) : name_(std::move(name)), handle_(handle) {}
  void attach_object(Access access);
  void attach_system_v(Access access);

  Name name_;
  int handle_;  // a descriptor, or the id of a System V segment
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
  std::unique_ptr<Guard> guard_;  // of a POSIX object; System V segments cannot be truncated
};

// The POSIX segments of this machine, those of streams excepted. Empty on systems that cannot list them.
std::vector<std::string> segment_names();

}  // namespace wingbeat::segments
