// Notes in the runtime directory about segments that mirrors made, so that a segment can be found and removed when
// every process that kept it is dead.
//
// 1. A note is a small file, `segment-<random number>.note`. It exists before its segment has a name.
// 2. Each mirror that uses the segment holds a shared lock on the note. The lock ends with the process, not after some
// time.
// 3. Only a process with an exclusive lock removes the segment, if the name still leads to exactly that one, and then
// the note.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "segment.hpp"

namespace wingbeat::segments {

// The content of a note.
struct Record {
  std::string boot;   // of the machine: no segment survives the next
  std::string space;  // the name space that a System V key belongs to
  Name name;
  Identity identity;
  bool is_complete = false;  // otherwise the identity has only the maker and the size
};

std::string to_text(const Record& record);
// Nothing if the text is not a note: the file may have been written by others.
std::optional<Record> parse_record(const std::string& text);

class Note {
 public:
  // Makes and holds a new note, and the runtime directory if there is none. Throws cli::Failure.
  static Note write(const Name& name, std::size_t bytes);
  // Holds the note of this segment, together with the processes that hold it already, or instead of dead ones.
  static std::optional<Note> join(const Segment& segment);
  // Holds, alone, every note that no process holds.
  static std::vector<Note> all_dead();

  Note(Note&& other) noexcept;
  Note& operator=(Note&& other) noexcept;
  // Removes the note if no other process holds it.
  ~Note();

  // Adds the identity of the segment, which is known only after it was made.
  void complete(const Identity& identity);
  // The content; nothing if the file is not a note.
  const std::optional<Record>& record() const { return record_; }
  // Whether no other process holds it. If one does, this object lets go of it.
  bool is_last();
  // Lets go of the note without removing it.
  void leave();

 private:
  Note(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  static std::optional<Note> open(const std::string& path);
  bool lock(int how);
  bool is_there() const;
  void read();

  std::string path_;
  int descriptor_ = -1;
  std::optional<Record> record_;
};

// What is left of the segment that a note names.
enum class Remains {
  nothing,    // it was never made, or its name leads nowhere or to another segment
  segment,    // it is there
  elsewhere,  // it cannot be seen from here, or is in use: leave it alone
};
Remains look_at(const Record& record, Identity& found);

}  // namespace wingbeat::segments

namespace wingbeat::cli {

struct LeftSegment {
  std::string name;  // "/position_data", "key:0x1234"
  std::uint64_t bytes = 0;
};

// What killed mirrors left, for `wingbeat doctor` and `wingbeat gc`.
struct LeftSegments {
  std::vector<LeftSegment> segments;
  std::uint32_t files = 0;  // notes
};

LeftSegments find_left_segments();
// Removes it, and returns what was removed.
LeftSegments remove_left_segments();

}  // namespace wingbeat::cli
