// The wall clock steps forward and back by hours and by years between any two readings. In this program every reading,
// including those of the library, goes through the functions below.
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "support/runtime.hpp"
#include "support/streams.hpp"

namespace {

std::atomic<unsigned> looks{0};

// Shifts each reading by the next of several steps. Two steps in a row are equal, so that two readings can return the
// same time.
std::time_t stepped(std::time_t seconds) {
  constexpr std::time_t kHour = 3600;
  constexpr std::time_t kSteps[] = {0, 5 * kHour, -7 * kHour, -7 * kHour, 24 * 365 * kHour, -24 * 365 * 20 * kHour};
  return seconds + kSteps[looks.fetch_add(1) % (sizeof kSteps / sizeof *kSteps)];
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* out) noexcept {
  const long code = ::syscall(SYS_clock_gettime, clock, out);
  const bool is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
  if (code == 0 && is_wall) out->tv_sec = stepped(out->tv_sec);
  return static_cast<int>(code);
}

int gettimeofday(timeval* __restrict out, void* __restrict) noexcept {
  timespec time;
  ::syscall(SYS_clock_gettime, CLOCK_REALTIME, &time);
  out->tv_sec = stepped(time.tv_sec);
  out->tv_usec = time.tv_nsec / 1000;
  return 0;
}

std::time_t time(std::time_t* out) noexcept {
  timeval now;
  ::gettimeofday(&now, nullptr);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

}  // extern "C"

namespace {

using namespace wbtest;

class WallClock : public Streams {
 protected:
  // Returns the duration of a call in milliseconds, by the clock that does not step.
  template <class Call>
  static std::uint64_t took(Call&& call) {
    const std::uint64_t start = wb_now_ns();
    call();
    return (wb_now_ns() - start) / 1'000'000;
  }
};

TEST_F(WallClock, really_steps_here) {
  std::set<std::time_t> hours;
  for (int i = 0; i < 12; ++i) hours.insert(std::time(nullptr) / 3600);
  EXPECT_GE(hours.size(), 4u);
  const unsigned before = looks.load();
  const Writer writer = make_writer();
  EXPECT_GT(looks.load(), before) << "the library reads the clock to make distinct numbers";
}

TEST_F(WallClock, that_steps_moves_no_limit_of_a_wait) {
  constexpr std::int64_t kLimit = 60 * kMillisecond;
  constexpr std::uint64_t kLimitMs = 60, kHangMs = 10'000;
  wb_frame frame;
  const Reader early = make_reader();
  const auto expect_limit = [&](int expected, auto&& call) {
    int code = 0;
    const std::uint64_t ms = took([&] { code = call(); });
    EXPECT_EQ(code, expected);
    EXPECT_GE(ms, kLimitMs);
    EXPECT_LT(ms, kHangMs);
  };
  for (int i = 0; i < 3; ++i) {
    expect_limit(WB_NOT_READY, [&] { return wb_reader_attach(early.get(), kLimit); });
    expect_limit(WB_NOT_READY, [&] { return wb_reader_wait(early.get(), kLimit, &frame); });
  }
  const Writer writer = make_writer();
  const Reader sleeper = make_reader(), spinner = make_reader("swarm", WB_EVERY, 2, -1);
  std::uint64_t id = 0;
  ASSERT_OK(wb_reader_set(sleeper.get(), "speed", f64(2), &id));
  wb_receipt receipt;
  for (int i = 0; i < 3; ++i) {
    expect_limit(WB_NO_FRAME, [&] { return wb_reader_wait(sleeper.get(), kLimit, &frame); });
    expect_limit(WB_NO_FRAME, [&] { return wb_reader_wait(spinner.get(), kLimit, &frame); });
    expect_limit(WB_PENDING, [&] { return wb_reader_receipt(sleeper.get(), id, kLimit, &receipt); });
  }
  ASSERT_OK(wb_writer_lock_step(writer.get(), nullptr, kLimit));
  const Reader trainer = make_reader("swarm", WB_LOCK_STEP);
  EXPECT_EQ(wb_reader_wait(trainer.get(), 0, &frame), WB_NO_FRAME);
  publish(writer.get(), 1);
  expect_limit(WB_OVERRUN, [&] { return wb_writer_await_readers(writer.get()); });
}

TEST_F(WallClock, that_steps_disturbs_no_frame) {
  const Writer writer = make_writer();
  const Reader reader = make_reader("swarm", WB_EVERY);
  std::thread running([&] {
    for (int i = 0; i < 300; ++i) {
      publish(writer.get(), 1);
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  });
  std::uint64_t last = 0, last_time_ns = 0, missed = 0;
  while (last < 300) {
    wb_frame frame;
    ASSERT_OK(wb_reader_wait(reader.get(), kLong, &frame));
    EXPECT_TRUE(is_whole(frame));
    EXPECT_EQ(frame.seq, last + 1 + frame.missed);
    EXPECT_GE(frame.publish_time_ns, last_time_ns);
    EXPECT_LE(frame.publish_time_ns, wb_now_ns());
    missed += frame.missed;
    last = frame.seq, last_time_ns = frame.publish_time_ns;
    wb_frame_release(&frame);
  }
  running.join();
  wb_reader_stats stats;
  ASSERT_OK(wb_reader_get_stats(reader.get(), &stats));
  EXPECT_EQ(stats.received + missed, 300u);
}

TEST_F(WallClock, that_shows_the_same_time_again_makes_no_two_streams_alike) {
  std::set<std::string> identities;
  constexpr int kStreams = 60;
  for (int i = 0; i < kStreams; ++i) {
    const Writer writer = make_writer();
    const std::string manifest = directory.read("swarm.manifest");
    identities.insert(manifest.substr(manifest.find("identity"), sizeof "identity 0123456789abcdef" - 1));
  }
  EXPECT_EQ(identities.size(), static_cast<std::size_t>(kStreams));
}

TEST_F(WallClock, that_steps_makes_nobody_look_dead) {
  const Writer writer = make_writer();
  const Reader reader = make_reader("swarm", WB_EVERY);
  for (int i = 0; i < 50; ++i) {
    wb_collect_report report;
    ASSERT_OK(wb_collect(nullptr, &report));
    ASSERT_EQ(report.readers + report.streams + report.objects, 0u);
    Writer second;
    if (i % 10 == 0) {
      ASSERT_EQ(create({}, second), WB_ERR_BUSY);
    }
    publish(writer.get(), 1);
    wb_frame frame;
    ASSERT_OK(wb_reader_wait(reader.get(), kLong, &frame));
    wb_frame_release(&frame);
  }
}

}  // namespace
