#include "attachment.hpp"

#include <cstring>

#include "failure.hpp"
#include "segments_names.hpp"

namespace wingbeat::segments {
namespace {

class SegmentsSite : public Segments {
 protected:
  AttachmentOptions options(std::size_t bytes = 100) const {
    AttachmentOptions options;
    options.verb = "test";
    options.data = data;
    options.bytes = bytes;
    options.what = "u8 100";
    options.lock = lock;
    options.lock_limit_s = 0.01;
    return options;
  }
  AttachmentOptions maker(std::size_t bytes = 100) const {
    AttachmentOptions made = options(bytes);
    made.access = Access::write;
    made.create = true;
    return made;
  }
  static int first_of(Attachment& site) {
    int first = -1;
    EXPECT_TRUE(site.with([&](const std::byte* bytes) { first = static_cast<int>(*bytes); }));
    return first;
  }
};

TEST_F(SegmentsSite, both_names_have_to_be_there_and_what_was_there_before_its_maker_stays) {
  Attachment site(options());
  EXPECT_FALSE(site.find());
  close(make_object(data, 100));
  EXPECT_FALSE(site.find());
  Attachment other(maker());
  EXPECT_TRUE(other.find());
  EXPECT_TRUE(site.find());
  EXPECT_EQ(first_of(site), 0);
  EXPECT_EQ(site.totals().attachments, 1u);
  other.remove_created();
  EXPECT_NE(Segment::attach(data, Access::read, missing), nullptr);
  EXPECT_EQ(Segment::attach(lock, Access::read, missing), nullptr);
}

TEST_F(SegmentsSite, what_one_writes_the_other_reads_and_the_maker_takes_away) {
  Attachment writer(maker()), reader(options());
  EXPECT_TRUE(writer.find());
  EXPECT_TRUE(reader.find());
  EXPECT_TRUE(writer.with([](std::byte* bytes) { std::memset(bytes, 7, 100); }));
  EXPECT_EQ(first_of(reader), 7);
  writer.remove_created();
  EXPECT_TRUE(reader.find());  // the reader keeps its mapping
  EXPECT_EQ(first_of(reader), 7);
  EXPECT_EQ(Segment::attach(data, Access::read, missing), nullptr);
  EXPECT_EQ(Segment::attach(lock, Access::read, missing), nullptr);
}

TEST_F(SegmentsSite, too_small_is_an_error_at_first_and_waited_for_later) {
  close(make_object(data, 50));
  Attachment maker_of_lock(maker(50));
  EXPECT_TRUE(maker_of_lock.find());
  EXPECT_THROW(Attachment(options()).find(), cli::Failure);
  AttachmentOptions patient = options();
  patient.is_patient = true;
  Attachment site(patient);
  EXPECT_FALSE(site.find());
  close(make_object(data, 100));
  EXPECT_TRUE(site.find());
}

TEST_F(SegmentsSite, only_a_complete_new_pair_takes_the_place_of_the_old) {
  Attachment writer(maker()), reader(options());
  EXPECT_TRUE(writer.find() && reader.find());
  writer.with([](std::byte* bytes) { std::memset(bytes, 1, 100); });
  writer.remove_created();
  close(make_object(data, 100));
  EXPECT_TRUE(reader.find());
  EXPECT_EQ(first_of(reader), 1);
  Attachment next(maker());
  EXPECT_TRUE(next.find());
  next.with([](std::byte* bytes) { std::memset(bytes, 2, 100); });
#if !defined(__APPLE__)
  EXPECT_TRUE(reader.find());
  EXPECT_EQ(first_of(reader), 2);
  EXPECT_EQ(reader.totals().attachments, 2u);
#endif
}

TEST_F(SegmentsSite, one_cut_short_is_left_and_found_again) {
  const int object = make_object(data, 100);
  Attachment writer(maker());
  EXPECT_TRUE(writer.find());
  EXPECT_EQ(ftruncate(object, 0), 0);
  EXPECT_FALSE(writer.with([](std::byte* bytes) { std::memset(bytes, 1, 100); }));
  EXPECT_EQ(writer.totals().spoiled, 1u);
  EXPECT_FALSE(writer.find());
  EXPECT_EQ(ftruncate(object, 100), 0);
  EXPECT_TRUE(writer.find());
  EXPECT_EQ(first_of(writer), 0);
  close(object);
}

TEST_F(SegmentsSite, a_lock_at_an_odd_place_is_refused) {
  AttachmentOptions odd = options();
  odd.lock_offset = 4;
  EXPECT_THROW(Attachment{odd}, cli::Failure);
}

TEST_F(SegmentsSite, where_no_note_can_be_kept_it_works_and_says_once_what_a_death_would_leave) {
  if (!Segment::is_identifiable(Kind::posix)) GTEST_SKIP() << "objects have no numbers";
  setenv("WINGBEAT_DIR", "/dev/null/none", 1);
  ::testing::internal::CaptureStderr();
  Attachment site(maker());
  EXPECT_TRUE(site.find());
  const std::string said = ::testing::internal::GetCapturedStderr();
  const std::string what = "if this process is killed";
  ASSERT_NE(said.find(what), std::string::npos) << said;
  EXPECT_EQ(said.find(what), said.rfind(what)) << said;
  site.remove_created();
  EXPECT_EQ(Segment::attach(data, Access::read, missing), nullptr);
}

}  // namespace
}  // namespace wingbeat::segments
