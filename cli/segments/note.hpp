// Says in the runtime directory which segment a mirror made, so that it can be found and taken away when all who kept it are dead.
//
// 1. A note is a small file of its own, `segment-<random number>.note`. It is there before its segment has a name.
// 2. Each mirror that uses the segment holds a shared lock on it, which goes with the process, not with any time.
// 3. Only who has it alone (an exclusive lock) takes the segment away, if the name still leads to exactly that one; then the note.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "segment.hpp"

namespace wingbeat::segments {

// What a note says.
struct Record {
  std::string boot;   // which one of the machine: a segment does not live through the next
  std::string space;  // the name space that a System V key belongs to
  Name name;
  Trace trace;
  bool is_complete = false;  // if not, its trace has only the maker and the size
};

std::string to_text(const Record& record);
// Nothing if it is no note: a file may hold anything.
std::optional<Record> parse_record(const std::string& text);

class Note {
 public:
  // A new one, held. Makes the runtime directory if there is none. Throws cli::Failure.
  static Note write(const Name& name, std::size_t bytes);
  // That of this segment, held together with those who hold it already, or taken over from the dead.
  static std::optional<Note> join(const Segment& segment);
  // All that nobody holds, held alone.
  static std::vector<Note> all_dead();

  Note(Note&& other) noexcept;
  Note& operator=(Note&& other) noexcept;
  // Takes the note away if nobody else holds it.
  ~Note();

  // What the segment turned out to be.
  void complete(const Trace& trace);
  // What it says; nothing if that is no note.
  const std::optional<Record>& record() const { return record_; }
  // Whether nobody else holds it. If somebody does, it is theirs from then on.
  bool is_last();
  // Lets go of it and leaves it there.
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

// What is left of the segment that a note tells of.
enum class Remains {
  nothing,    // it never came, or its name leads nowhere or to another one
  segment,    // it is there
  elsewhere,  // it cannot be seen from here, or is in use: to be left alone
};
Remains look_at(const Record& record, Trace& found);

}  // namespace wingbeat::segments
