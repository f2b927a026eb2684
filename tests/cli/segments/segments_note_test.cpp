#include "note.hpp"

#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

#include <fstream>

#include "failure.hpp"
#include "segments_names.hpp"

namespace wingbeat::segments {
namespace {

class SegmentsNote : public Segments {
 protected:
  // Runs the function in a process that then ends without cleaning up.
  template <typename Work>
  static void die_after(const Work& work) {
    const pid_t child = fork();
    if (child == 0) {
      work();
      _exit(0);
    }
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
  }
  bool is_there(const Name& name) { return Segment::attach(name, Access::read, missing) != nullptr; }
  long files() const {
    return std::distance(std::filesystem::directory_iterator(directory), std::filesystem::directory_iterator());
  }
  // The process dies before or after it has recorded the new object in the note.
  void expect_nothing_left_of(const Name& name) {
    for (const bool is_complete : {false, true}) {
      die_after([&] {
        Note note = Note::write(name, 100);
        Segment::create(name, 100, [&](const Identity& identity) {
          if (is_complete) note.complete(identity);
          _exit(0);
        });
      });
      EXPECT_EQ(files(), 1);
      cli::remove_left_segments();
      EXPECT_FALSE(is_there(name)) << is_complete;
      EXPECT_EQ(files(), 0);
    }
  }
};

TEST_F(SegmentsNote, what_was_written_is_read) {
  Record record{"boot", "", data, Identity{}, true};
  record.identity = {7, 8, 9, 10};
  const auto read = parse_record(to_text(record));
#if defined(__APPLE__)
  EXPECT_FALSE(read);
#else
  ASSERT_TRUE(read);
  EXPECT_EQ(to_text(*read), to_text(record));
#endif
}

TEST_F(SegmentsNote, what_is_none_is_not_read) {
  const std::string good = to_text({"boot", "space", parse_name("key:7"), Identity{}, true});
  EXPECT_TRUE(parse_record(good));
  for (std::size_t bytes = 0; bytes < good.size(); ++bytes) EXPECT_FALSE(parse_record(good.substr(0, bytes))) << bytes;
  for (const char* name : {"/wb-0123456789ab-1d", "id:7", "key:0", "/a/b", "/..", ""})
    EXPECT_FALSE(parse_record(good.substr(0, good.size() - 5) + name)) << name;
}

TEST_F(SegmentsNote, one_is_held_by_the_living_and_found_when_they_are_dead) {
  EXPECT_EQ(files(), 0);
  {
    Note note = Note::write(data, 100);
    EXPECT_EQ(files(), 1);
    EXPECT_TRUE(Note::all_dead().empty());
  }
  EXPECT_EQ(files(), 0);
  die_after([&] { Note::write(data, 100).leave(); });
  EXPECT_EQ(Note::all_dead().size(), 1u);
  EXPECT_EQ(files(), 0);
}

TEST_F(SegmentsNote, a_maker_of_an_object_or_of_a_system_v_segment_may_die_at_any_moment) {
  if (Segment::is_identifiable(Kind::posix)) expect_nothing_left_of(data);
  expect_nothing_left_of(parse_name(fmt::format("key:{}", 0x57510000 + getpid() % 65536)));
}

TEST_F(SegmentsNote, one_that_is_in_use_by_an_unknown_mirror_is_left_alone) {
#if defined(F_OFD_SETLK)
  die_after([&] {
    Note note = Note::write(data, 100);
    Segment::create(data, 100, [&](const Identity& identity) { note.complete(identity); });
    _exit(0);
  });
  {
    const auto user = Segment::attach(data, Access::write, missing);
    EXPECT_TRUE(user->claim(0, 100));
    EXPECT_TRUE(cli::remove_left_segments().segments.empty());
    EXPECT_TRUE(is_there(data));
  }
  EXPECT_EQ(cli::find_left_segments().segments.size(), 1u);
  EXPECT_EQ(cli::remove_left_segments().segments.size(), 1u);
  EXPECT_FALSE(is_there(data));
#endif
}

TEST_F(SegmentsNote, those_of_another_boot_or_name_space_remove_nothing) {
  const Name key = parse_name(fmt::format("key:{}", 0x57520000 + getpid() % 65536));
  const auto made = Segment::create(key, 100);
  Record record;
  die_after([&] {
    Note note = Note::write(key, 100);
    note.complete(*made->identity());
    _exit(0);
  });
  record = *Note::all_dead().front().record();
  const auto put = [&](const Record& changed) {
    std::ofstream(directory / "segment-1.note") << to_text(changed);
    const auto left = cli::remove_left_segments();
    EXPECT_TRUE(left.segments.empty());
    EXPECT_TRUE(is_there(key));
    return left.files;
  };
  Record other = record;
  other.boot += "x";
  EXPECT_EQ(put(other), 1u);
  other = record;
  other.space += "x";
  EXPECT_EQ(put(other), 0u);  // another namespace: the process may be alive there
  made->remove();
}

TEST_F(SegmentsNote, without_a_directory_there_is_none_and_an_error_says_why) {
  setenv("WINGBEAT_DIR", "/dev/null/none", 1);
  EXPECT_THROW(Note::write(data, 100), cli::Failure);
  EXPECT_TRUE(cli::remove_left_segments().segments.empty());
  setenv("WINGBEAT_DIR", (directory / "new").c_str(), 1);
  Note::write(data, 100);
  EXPECT_TRUE(std::filesystem::is_directory(directory / "new"));
}

}  // namespace
}  // namespace wingbeat::segments
