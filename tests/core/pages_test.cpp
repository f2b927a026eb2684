// How a stream's memory lies in pages: mapped before the first frame, in huge pages on request.
#ifdef __linux__
#include <sys/mman.h>
#include <sys/resource.h>

#include <fstream>
#include <sstream>

#include "support/frames.hpp"
#include "support/sanitizers.hpp"

namespace {

using namespace wbtest;

constexpr std::uint64_t kFloats = 1 << 18;  // 1 MiB a frame
constexpr int kSlots = 4;                   // one lease, no history

long faults() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

constexpr const char* kOwnFaults = "what is touched has a shadow in the sanitizer's memory, which faults too";

class Pages : public ::testing::Test {
 protected:
  Writer make(bool huge = false) {
    wb_spec* raw = nullptr;
    EXPECT_OK(wb_spec_create("swarm", 1, &raw));
    const Spec spec(raw);
    EXPECT_OK(wb_spec_add_field(raw, "values", WB_F32, 1, &kFloats, nullptr, nullptr));
    EXPECT_OK(wb_spec_set_option(raw, WB_OPTION_LEASE_BUDGET, 1));
    EXPECT_OK(wb_spec_set_option(raw, WB_OPTION_HISTORY, 0));
    EXPECT_OK(wb_spec_set_option(raw, WB_OPTION_HUGE_PAGES, huge ? 1 : 0));
    wb_writer* writer = nullptr;
    EXPECT_OK(wb_writer_create(raw, &writer));
    return Writer(writer);
  }

  // The hints are Linux's, and not of the portable backend.
  bool has_hints() {
    constexpr int kPopulateWrite = 23;
    void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    const bool known = ::madvise(page, 4096, kPopulateWrite) == 0;
    ::munmap(page, 4096);
    std::stringstream manifest;
    manifest << std::ifstream(directory.file("swarm.manifest")).rdbuf();
    return known && manifest.str().find("backend linux") != std::string::npos;
  }

  static void publish(wb_writer* writer, float value) {
    wb_slot slot;
    ASSERT_OK(wb_writer_begin(writer, &slot));
    std::fill_n(static_cast<float*>(wb_writer_field(writer, 0)), kFloats, value);
    ASSERT_OK(wb_writer_publish(writer, slot.seq, 0));
  }

  static float sum(const wb_frame& frame) {
    const auto* values = static_cast<const float*>(frame.data);
    float all = 0;
    for (std::uint64_t i = 0; i < kFloats; i += 1024) all += values[i];
    return all;
  }

  // Of a reader that looks at each slot for the first time.
  static long faults_of_reading(wb_writer* writer, std::uint32_t flags) {
    wb_reader_options options = with(WB_EVERY, flags);
    options.leases = 1;
    const Reader reader = open_with(options);
    EXPECT_OK(wb_reader_attach(reader.get(), 0));
    long count = 0;
    for (int i = 0; i < kSlots; ++i) {
      publish(writer, 1);
      Frame frame;
      EXPECT_OK(wb_reader_wait(reader.get(), 0, &frame));
      const long before = faults();
      EXPECT_EQ(sum(frame), kFloats / 1024);
      count += faults() - before;
    }
    return count;
  }

  RuntimeDirectory directory;
};

TEST_F(Pages, of_a_new_stream_are_mapped_before_the_first_frame) {
  SKIP_IF_SANITIZED(kOwnFaults);
  const Writer writer = make();
  if (!has_hints()) GTEST_SKIP() << "this system maps pages when they are touched";
  publish(writer.get(), 0);  // whatever else is done for the first time
  const long before = faults();
  for (int i = 1; i < kSlots; ++i) publish(writer.get(), 1);
  EXPECT_LT(faults() - before, 16) << "of 768 pages touched";
}

TEST_F(Pages, are_mapped_by_a_reader_that_asks_for_it_and_by_no_other) {
  SKIP_IF_SANITIZED(kOwnFaults);
  const Writer writer = make();
  if (!has_hints()) GTEST_SKIP() << "this system maps pages when they are touched";
  EXPECT_LT(faults_of_reading(writer.get(), WB_READER_PREFAULT), 16);
  EXPECT_GE(faults_of_reading(writer.get(), 0), 32) << "else this test shows nothing";
}

TEST_F(Pages, that_are_huge_hold_frames_like_others) {
  SKIP_IF_SANITIZED(kOwnFaults);
  const Writer writer = make(true);
  const wb_writer_stats stats = stats_of(writer);
  EXPECT_LE(stats.huge_bytes, kSlots * kFloats * 4 + (2u << 20));
  EXPECT_GE(faults_of_reading(writer.get(), 0), 0);  // looks at each frame's content
  if (stats.huge_bytes == 0) GTEST_SKIP() << "this system has no huge pages for shared memory";
  EXPECT_GE(stats.huge_bytes, 2u << 20);
  EXPECT_LT(faults_of_reading(writer.get(), 0), 16) << "one for each huge page at most";
}

TEST_F(Pages, are_ordinary_ones_unless_asked_for) {
  const Writer writer = make();
  const wb_writer_stats stats = stats_of(writer);
  EXPECT_EQ(stats.huge_bytes, 0u);
}

TEST_F(Pages, that_are_huge_can_be_taken_over) {
  Writer writer = make(true);
  publish(writer.get(), 1);
  const Reader reader = make_reader();
  ASSERT_OK(wb_reader_attach(reader.get(), 0));
  writer.reset();
  writer = make(true);
  Frame frame;
  ASSERT_EQ(wb_reader_wait(reader.get(), kLong, &frame), WB_RESTARTED);
  ASSERT_OK(wb_reader_wait(reader.get(), kLong, &frame));
  EXPECT_EQ(sum(frame), kFloats / 1024);
}

}  // namespace
#endif
