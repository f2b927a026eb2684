#include "segment.hpp"

#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>

#include <cstring>
#include <numeric>

#include "failure.hpp"
#include "segments_names.hpp"

namespace wingbeat::segments {
namespace {

using SegmentsSegment = Segments;

int sum(const Segment& segment) {
  return std::accumulate(segment.data(), segment.data() + segment.bytes(), 0,
                         [](int total, std::byte b) { return total + static_cast<int>(b); });
}

TEST_F(SegmentsSegment, what_is_not_there_or_empty_is_missing) {
  EXPECT_EQ(Segment::attach(data, Access::read, missing), nullptr);
  EXPECT_EQ(missing, data.text);
  close(make_object(data, 0));
  EXPECT_EQ(Segment::attach(data, Access::read, missing), nullptr);
  EXPECT_EQ(missing, data.text + ", which is still empty");
}

TEST_F(SegmentsSegment, one_without_rights_is_an_error) {
  if (geteuid() == 0) GTEST_SKIP() << "root has all rights";
  close(make_object(data, 100));
  const int object = shm_open(data.text.c_str(), O_RDWR, 0);
  fchmod(object, 0);
  close(object);
  EXPECT_THROW(Segment::attach(data, Access::read, missing), cli::Failure);
}

TEST_F(SegmentsSegment, what_another_wrote_is_read_and_zeros_after_it_was_cut_short) {
  const int object = make_object(data, 10000);
  EXPECT_EQ(pwrite(object, "\x05", 1, 0), 1);
  const auto segment = Segment::attach(data, Access::write, missing);
  EXPECT_EQ(sum(*segment), 5);
  EXPECT_EQ(sum(*Segment::attach(data, Access::read, missing)), 5);
  EXPECT_TRUE(segment->is_whole());
  segment->touch();
  EXPECT_EQ(sum(*segment), 5);
  EXPECT_EQ(ftruncate(object, 0), 0);
  EXPECT_FALSE(segment->is_whole());
  EXPECT_EQ(sum(*segment), 0);
  std::memset(segment->data(), 1, segment->bytes());
  EXPECT_EQ(ftruncate(object, 10000), 0);
  EXPECT_FALSE(segment->is_whole());  // the object of this mapping was removed
  EXPECT_EQ(sum(*Segment::attach(data, Access::read, missing)), 0);
  close(object);
}

TEST_F(SegmentsSegment, another_bus_error_still_ends_the_process) {
  const int object = make_object(data, 100);
  const auto segment = Segment::attach(data, Access::read, missing);
  const int other = make_object(lock, 100);
  auto* memory = static_cast<char*>(mmap(nullptr, 100, PROT_READ, MAP_SHARED, other, 0));
  EXPECT_EQ(ftruncate(other, 0), 0);
  EXPECT_EXIT(static_cast<void>(*static_cast<volatile char*>(memory)), ::testing::KilledBySignal(SIGBUS), "");
  munmap(memory, 100);
  close(object);
  close(other);
}

TEST_F(SegmentsSegment, a_name_that_leads_elsewhere_or_nowhere_is_seen) {
  close(make_object(data, 100));
  const auto segment = Segment::attach(data, Access::read, missing);
#if !defined(__APPLE__)
  EXPECT_EQ(segment->presence(), Presence::same);
#endif
  shm_unlink(data.text.c_str());
  EXPECT_EQ(segment->presence(), Presence::gone);
  close(make_object(data, 100));
#if !defined(__APPLE__)
  EXPECT_EQ(segment->presence(), Presence::other);
  segment->remove();  // does not remove the object of this test
  EXPECT_NE(Segment::attach(data, Access::read, missing), nullptr);
#endif
}

TEST_F(SegmentsSegment, one_is_made_once_with_memory_behind_it_and_for_its_user_alone) {
  const auto segment = Segment::create(data, 100000);
  ASSERT_NE(segment, nullptr);
  EXPECT_EQ(Segment::create(data, 100000), nullptr);
  struct stat status = {};
  const int object = shm_open(data.text.c_str(), O_RDONLY, 0);
  EXPECT_EQ(fstat(object, &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
#if defined(__linux__)
  EXPECT_GE(status.st_blocks * 512, 100000);
#endif
  close(object);
  segment->remove();
  EXPECT_EQ(Segment::attach(data, Access::read, missing), nullptr);
  EXPECT_THROW(Segment::create(data, std::size_t{1} << 46), cli::Failure) << "more than there is memory for";
  EXPECT_EQ(Segment::attach(data, Access::read, missing), nullptr);
}

TEST_F(SegmentsSegment, system_v_segments_are_attached_by_key_and_by_id) {
  const Name key = parse_name(fmt::format("key:{}", 0x57500000 + getpid() % 65536));
  EXPECT_EQ(Segment::attach(key, Access::read, missing), nullptr);
  EXPECT_EQ(missing, key.text);
  const auto made = Segment::create(key, 100);
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(Segment::create(key, 100), nullptr);
  std::memset(made->data(), 1, 100);
  const auto by_key = Segment::attach(key, Access::read, missing);
  const Name id = parse_name(fmt::format("id:{}", shmget(key.number, 0, 0)));
  const auto by_id = Segment::attach(id, Access::write, missing);
  EXPECT_EQ(sum(*by_key), 100);
  EXPECT_EQ(by_id->bytes(), 100u);
  EXPECT_EQ(by_key->presence(), Presence::same);
  EXPECT_EQ(by_id->presence(), Presence::same);
  made->remove();
  EXPECT_EQ(by_key->presence(), Presence::gone);
  EXPECT_EQ(by_id->presence(), Presence::gone);
  EXPECT_TRUE(by_key->is_whole());
  const auto next = Segment::create(key, 100);
  EXPECT_EQ(by_key->presence(), Presence::other);
  next->remove();
  EXPECT_THROW(Segment::create(id, 100), cli::Failure);
}

}  // namespace
}  // namespace wingbeat::segments
