// A shared memory segment that other programs made, or that is made for them. Nothing in it says what it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "guard.hpp"
#include "name.hpp"

namespace wingbeat::segments {

enum class Access { read, write };

// Where a name leads to now, seen from a segment that was attached by it. Some systems cannot tell.
enum class Presence { same, other, gone, unknown };

// What a name leads to, seen without attaching to it.
struct Trace {
  std::uint64_t
      device = 0,
      number =
          0;  // no other object has these until the next boot: device and inode; 0 and the id of a System V segment
  std::int64_t maker = 0;  // the process that made a System V segment
  std::size_t bytes = 0;
  bool is_own = false;      // of this user
  bool is_claimed = false;  // see Segment::claim
};

// Not being there is ordinary: see attach(). Everything else that goes wrong throws cli::Failure.
class Segment {
 public:
  // nullptr if it is not there or still empty; `missing` says which. Never changes its size.
  static std::unique_ptr<Segment> attach(const Name& name, Access access, std::string& missing);
  // For the user alone, its memory reserved and zero. nullptr if there is one already. `known` hears what it is: before it has its name, where
  // the system can make objects without one.
  static std::unique_ptr<Segment> create(const Name& name, std::size_t bytes,
                                         const std::function<void(const Trace&)>& known = {});
  // Nothing if it leads nowhere. Throws cli::Failure if that cannot be seen.
  static std::optional<Trace> look_up(const Name& name);
  // Takes the name away if it leads to this.
  static bool unlink(const Name& name, const Trace& trace);
  // Whether such a segment can be told from a later one of the same name.
  static bool is_traceable(Kind kind);
  ~Segment();
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  std::byte* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  const Name& name() const { return name_; }

  // False once somebody cut it short, so that what was read or written since the last call may be nothing.
  bool is_whole() const;
  Presence presence() const;
  // What it is; nothing where that cannot be told.
  std::optional<Trace> trace() const;
  // False if another process has claimed some of these bytes, which only death or the end of its Segment takes from it. System V segments, and
  // systems that do not lock what an open file stands for, let everybody.
  bool claim(std::size_t offset, std::size_t bytes) const;
  // Takes the name away, if it still leads here. Who is attached stays so.
  void remove() const;
  // Maps every page, so that no later copy has to wait for it.
  void touch() const;

 private:
  Segment(Name name, int handle) : name_(std::move(name)), handle_(handle) {}
  void attach_object(Access access);
  void attach_system_v(Access access);

  Name name_;
  int handle_;  // a descriptor, or the id of a System V segment
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
  std::unique_ptr<Guard> guard_;  // System V segments cannot be cut short
};

}  // namespace wingbeat::segments
