#include "duel.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <exception>
#include <new>
#include <stdexcept>

#include "failure.hpp"
#include "terminal.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::cli::bench {

using wingbeat::bench::now_ns;
using wingbeat::bench::pin_to_core;
using wingbeat::bench::spin_until;
using wingbeat::bench::wait_for;

namespace {

constexpr int kLanes = 2;  // 0: floor, 1: wingbeat

// What the two processes tell each other beside the lanes.
struct Talk {
  alignas(128) std::atomic<std::uint64_t> opened{0};  // 1: the writer has made the streams; 2: the reader is attached
  alignas(128) std::atomic<std::uint64_t> ready{0};   // reads that were begun, of both lanes
  alignas(128) std::atomic<std::uint64_t> start_ns{0};
  std::uint64_t sample_count = 0;
  std::uint64_t* samples() { return reinterpret_cast<std::uint64_t*>(this + 1); }
};

class TalkMemory {
 public:
  explicit TalkMemory(std::uint64_t samples) : bytes_(sizeof(Talk) + samples * sizeof(std::uint64_t)) {
    void* memory = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("not enough memory for the samples");
    talk_ = new (memory) Talk;
    std::fill_n(talk_->samples(), samples, 0);
  }
  ~TalkMemory() { ::munmap(talk_, bytes_); }
  Talk& talk() { return *talk_; }

 private:
  std::uint64_t bytes_;
  Talk* talk_ = nullptr;
};

void wait_until(const std::atomic<std::uint64_t>& word, std::uint64_t value) {
  wait_for([&] { return word.load(std::memory_order_acquire) >= value; }, kWaitLimitNs,
           "the other process of the bench", stop_if_interrupted);
}

class Contest {
 public:
  Contest(const Plan& plan, const std::string& stream)
      : plan_(plan), memory_(std::uint64_t{plan.rounds} * plan.frames * kLanes), talk_(memory_.talk()) {
    lanes_[0] = make_floor(plan.shape);
    lanes_[1] = make_wingbeat(plan.shape, stream);
  }

  void write_all() {
    for (auto& lane : lanes_) lane->open_writer();
    talk_.opened.store(1, std::memory_order_release);
    wait_until(talk_.opened, 2);
    std::uint64_t frame = 0;
    for (std::uint32_t round = 0; round < plan_.rounds; ++round) {
      for (auto& lane : lanes_) {
        for (std::uint32_t i = 0; i < plan_.frames; ++i) write_one(*lane, ++frame);
      }
    }
    wait_until(talk_.ready, frame + 1);
  }

  void read_all() {
    wait_until(talk_.opened, 1);
    for (auto& lane : lanes_) lane->open_reader();
    talk_.opened.store(2, std::memory_order_release);
    std::uint64_t frame = 0;
    for (std::uint32_t round = 0; round < plan_.rounds; ++round) {
      for (auto& lane : lanes_) {
        for (std::uint32_t i = 0; i < plan_.frames; ++i) read_one(*lane, ++frame);
      }
    }
    talk_.ready.store(frame + 1, std::memory_order_release);
  }

  void close() {
    for (auto& lane : lanes_) lane->close();
  }

  std::vector<std::uint64_t> samples_of(int lane) {
    std::vector<std::uint64_t> samples;
    for (std::uint32_t round = 1; round < plan_.rounds; ++round) {  // the first round warms up
      const std::uint64_t* first =
          talk_.samples() + (std::uint64_t{round} * kLanes + static_cast<unsigned>(lane)) * plan_.frames;
      samples.insert(samples.end(), first, first + plan_.frames);
    }
    return samples;
  }

 private:
  // The reader announces each read, so a frame is written only when it is awaited; the pause lets the reader begin to
  // wait.
  void write_one(Lane& lane, std::uint64_t frame) {
    wait_until(talk_.ready, frame);
    spin_until(now_ns() + plan_.pause_ns);
    const std::uint64_t start_ns = lane.write();
    if (plan_.shape.whole) talk_.start_ns.store(start_ns, std::memory_order_release);
  }

  void read_one(Lane& lane, std::uint64_t frame) {
    if (plan_.shape.whole) talk_.start_ns.store(0, std::memory_order_relaxed);
    talk_.ready.store(frame, std::memory_order_release);
    const Seen seen = lane.read();
    std::uint64_t from_ns = seen.publish_ns;
    if (!seen.is_whole) throw std::runtime_error("the payload of a frame is wrong");
    if (plan_.shape.whole) {
      wait_until(talk_.start_ns, 1);
      from_ns = talk_.start_ns.load(std::memory_order_acquire);
    }
    talk_.samples()[frame - 1] = seen.seen_ns - from_ns;
  }

  Plan plan_;
  TalkMemory memory_;
  Talk& talk_;
  std::unique_ptr<Lane> lanes_[kLanes];
};

[[noreturn]] void be_the_reader(Contest& contest) {
  int code = 0;
  try {
    contest.read_all();
    contest.close();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wingbeat bench, reader: %s\n", error.what());
    code = 1;
  }
  ::_exit(code);
}

}  // namespace

void stop_if_interrupted() {
  if (interrupted()) throw Failure(kInterrupted, "interrupted");
}

Figures figures_of(std::vector<std::uint64_t>& samples) {
  std::sort(samples.begin(), samples.end());
  const auto at = [&](double q) {
    return samples.empty()
               ? 0.0
               : static_cast<double>(samples[static_cast<std::size_t>(q * static_cast<double>(samples.size() - 1))]);
  };
  return {at(0.5), at(0.99), at(0.999)};
}

Duel run_duel(const Plan& plan, const std::string& stream) {
  Contest contest(plan, stream);
  // Before the fork, so that the reader never runs on the writer's core.
  pin_to_core(1);
  const pid_t reader = ::fork();
  if (reader < 0) throw std::runtime_error("cannot start the reading process");
  if (reader == 0) be_the_reader(contest);
  pin_to_core(0);
  std::exception_ptr failure;
  try {
    contest.write_all();
  } catch (...) {
    failure = std::current_exception();
    // The reader may wait for a frame that will not come.
    ::kill(reader, SIGKILL);
  }
  int status = 0;
  ::waitpid(reader, &status, 0);
  contest.close();
  if (failure) std::rethrow_exception(failure);
  if (status != 0) throw std::runtime_error("the reading process of the bench failed");
  Duel duel;
  auto floor = contest.samples_of(0), wingbeat = contest.samples_of(1);
  duel.floor = figures_of(floor);
  duel.wingbeat = figures_of(wingbeat);
  duel.ratio_p50 = duel.floor.p50_ns > 0 ? duel.wingbeat.p50_ns / duel.floor.p50_ns : 0;
  return duel;
}

}  // namespace wingbeat::cli::bench
