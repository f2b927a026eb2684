#include "publish.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include "wingbeat/wingbeat.h"

namespace wingbeat::cli::bench {

using wingbeat::bench::now_ns;
using wingbeat::bench::pin_to_core;
using wingbeat::bench::spin_until;
using wingbeat::bench::wait_for;

namespace {

constexpr std::uint64_t kGapNs = 2'000;          // between frames, so that the other core's stores settle
constexpr std::uint64_t kReaderNapNs = 200'000;  // between a live reader's frames
constexpr std::uint64_t kSettleNs = 100'000;     // after a reader's last frame, until it is surely asleep
constexpr std::uint32_t kEntries = 32;           // the default of a stream

void need(int code) {
  if (code != WB_OK) throw std::runtime_error(wb_error_message());
}

void nap(std::uint64_t duration_ns) {
  timespec time{0, static_cast<long>(duration_ns)};
  ::nanosleep(&time, nullptr);
}

// Shared by both processes.
struct Stage {
  std::atomic<std::uint32_t> ready{0};
  std::atomic<std::uint32_t> over{0};
  std::atomic<std::uint64_t> taken{0};  // frames, by all sleepers
};

class StageMemory {
 public:
  StageMemory() {
    void* memory = ::mmap(nullptr, sizeof(Stage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("not enough memory");
    stage_ = new (memory) Stage;
  }
  ~StageMemory() { ::munmap(stage_, sizeof(Stage)); }
  Stage& operator*() { return *stage_; }

 private:
  Stage* stage_ = nullptr;
};

wb_writer* make_writer(const std::string& stream) {
  wb_spec* spec = nullptr;
  wb_writer* writer = nullptr;
  need(wb_spec_create(stream.c_str(), 2, &spec));
  int code = wb_spec_add_per_agent(spec, "payload", WB_F32, 8, nullptr, nullptr);
  if (code == WB_OK) code = wb_spec_set_option(spec, WB_OPTION_LEASE_BUDGET, kEntries);
  if (code == WB_OK) code = wb_spec_set_option(spec, WB_OPTION_MAX_READERS, kEntries);
  if (code == WB_OK) code = wb_writer_create(spec, &writer);
  wb_spec_destroy(spec);
  need(code);
  return writer;
}

void publish(wb_writer* writer) {
  wb_slot slot;
  need(wb_writer_begin(writer, &slot));
  static_cast<float*>(slot.data)[0] = 1;
  need(wb_writer_publish(writer, slot.seq, 0));
}

// Each reader holds a frame, and takes the newest now and then.
void read_on(Stage& stage, const std::string& stream, std::uint32_t readers) {
  std::vector<wb_reader*> all(readers);
  std::vector<wb_frame> frames(readers);
  wb_reader_options options{};
  options.struct_size = sizeof options;
  options.leases = 1;
  for (std::uint32_t i = 0; i < readers; ++i) {
    need(wb_reader_open(stream.c_str(), &options, &all[i]));
    need(wb_reader_latest(all[i], &frames[i]));
  }
  stage.ready.store(1);
  while (stage.over.load() == 0) {
    stop_if_interrupted();
    for (std::uint32_t i = 0; i < readers; ++i) {
      wb_frame_release(&frames[i]);
      if (wb_reader_latest(all[i], &frames[i]) != WB_OK) frames[i].attachment = nullptr;
    }
    nap(kReaderNapNs);
  }
  for (std::uint32_t i = 0; i < readers; ++i) {
    wb_frame_release(&frames[i]);
    wb_reader_close(all[i]);
  }
}

wb_reader* open_sleeper(const std::string& stream) {
  wb_reader_options options{};
  options.struct_size = sizeof options;
  options.leases = 1;
  options.spin_ns = 1;
  wb_reader* reader = nullptr;
  need(wb_reader_open(stream.c_str(), &options, &reader));
  need(wb_reader_attach(reader, static_cast<std::int64_t>(kWaitLimitNs)));
  return reader;
}

void sleep_on(Stage& stage, const std::string& stream, std::uint32_t readers) {
  std::vector<std::thread> sleepers;
  std::atomic<std::uint32_t> opened{0};
  for (std::uint32_t i = 0; i < readers; ++i) {
    sleepers.emplace_back([&] {
      wb_reader* reader = open_sleeper(stream);
      ++opened;
      for (wb_frame frame; stage.over.load() == 0;) {
        if (wb_reader_wait(reader, static_cast<std::int64_t>(kSettleNs * 1000), &frame) != WB_OK) continue;
        wb_frame_release(&frame);
        ++stage.taken;
      }
      wb_reader_close(reader);
    });
  }
  while (opened.load() < readers) nap(kSettleNs);
  stage.ready.store(1);
  for (std::thread& sleeper : sleepers) sleeper.join();
}

// Waits until all sleepers have taken every frame and are asleep again.
void let_them_sleep(const Stage& stage, std::uint64_t taken) {
  wait_for([&] { return stage.taken.load() >= taken; }, kWaiting, "the readers of the bench");
  spin_until(now_ns() + kSettleNs);
}

Figures publish_all(wb_writer* writer, const PublishPlan& plan, const Stage& stage) {
  std::vector<std::uint64_t> samples;
  samples.reserve(plan.frames);
  for (std::uint32_t i = 0; i < plan.frames; ++i) {
    if (plan.do_what == Readers::kAsleep) let_them_sleep(stage, std::uint64_t{plan.readers} * i);
    const std::uint64_t start_ns = wb_now_ns();
    publish(writer);
    const std::uint64_t end_ns = wb_now_ns();
    samples.push_back(end_ns - start_ns);
    stop_if_interrupted();
    spin_until(end_ns + kGapNs);
  }
  return figures_of(samples);
}

[[noreturn]] void be_the_readers(Stage& stage, const std::string& stream, const PublishPlan& plan) {
  int code = 0;
  try {
    if (plan.do_what == Readers::kAsleep)
      sleep_on(stage, stream, plan.readers);
    else
      read_on(stage, stream, plan.readers);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wingbeat bench, readers: %s\n", error.what());
    code = 1;
  }
  ::_exit(code);
}

}  // namespace

Figures measure_publish(const PublishPlan& plan, const std::string& stream) {
  StageMemory stage;
  pin_to_core(1);  // inherited by the readers
  wb_writer* writer = make_writer(stream);
  // Readers that hold a frame need one to hold.
  if (plan.do_what != Readers::kAsleep) publish(writer);
  const pid_t readers = ::fork();
  if (readers < 0) throw std::runtime_error("cannot start the reading process");
  if (readers == 0) be_the_readers(*stage, stream, plan);
  pin_to_core(0);
  Figures figures;
  try {
    const auto is_ready = [&] {
      nap(kSettleNs);
      return (*stage).ready.load() != 0;
    };
    wait_for(is_ready, kWaiting, "the reading process of the bench");
    if (plan.do_what == Readers::kStopped) ::kill(readers, SIGSTOP);
    figures = publish_all(writer, plan, *stage);
  } catch (...) {
    ::kill(readers, SIGKILL);
    ::waitpid(readers, nullptr, 0);
    wb_writer_close(writer);
    throw;
  }
  (*stage).over.store(1);
  // A stopped process does not see that it is over.
  ::kill(readers, SIGCONT);
  ::waitpid(readers, nullptr, 0);
  wb_writer_close(writer);
  return figures;
}

Line line_through(const std::vector<Measured>& measured) {
  const double count = static_cast<double>(measured.size());
  double x = 0, y = 0, xx = 0, xy = 0;
  for (const Measured& point : measured) {
    x += point.readers / count;
    y += point.figures.p50_ns / count;
  }
  for (const Measured& point : measured) {
    xx += (point.readers - x) * (point.readers - x);
    xy += (point.readers - x) * (point.figures.p50_ns - y);
  }
  const double slope = xx > 0 ? xy / xx : 0;
  return {y - slope * x, slope};
}

}  // namespace wingbeat::cli::bench
