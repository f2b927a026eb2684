#include "duel.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <stdexcept>

#include "failure.hpp"
#include "terminal.hpp"
#include "turns.hpp"

namespace wingbeat::cli::bench {

using wingbeat::bench::Board;
using wingbeat::bench::pin_to_core;
using wingbeat::bench::ReaderTurns;
using wingbeat::bench::WriterTurns;

namespace {

constexpr int kLanes = 2;  // 0: floor, 1: wingbeat

// What the two processes share beside the lanes.
class Shared {
 public:
  explicit Shared(std::uint64_t samples) : bytes_(sizeof(Board) + samples * sizeof(std::uint64_t)) {
    memory_ = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    if (memory_ == MAP_FAILED) throw std::runtime_error("not enough memory for the samples");
    std::fill_n(this->samples(), samples, 0);  // so that no page is missing later
  }
  ~Shared() { ::munmap(memory_, bytes_); }
  Board& board() { return *static_cast<Board*>(memory_); }
  std::uint64_t* samples() { return reinterpret_cast<std::uint64_t*>(&board() + 1); }

 private:
  std::uint64_t bytes_;
  void* memory_ = nullptr;
};

class Contest {
 public:
  Contest(const Plan& plan, const std::string& stream)
      : plan_(plan), shared_(std::uint64_t{plan.rounds} * plan.frames * kLanes) {
    lanes_[0] = make_floor(plan.shape);
    lanes_[1] = make_wingbeat(plan.shape, stream);
  }

  void write_all() {
    WriterTurns turns(shared_.board(), 1, kWaiting);
    for (auto& lane : lanes_) lane->open_writer();
    turns.open();
    std::uint64_t frame = 0;
    for (std::uint32_t round = 0; round < plan_.rounds; ++round) {
      for (auto& lane : lanes_) {
        for (std::uint32_t i = 0; i < plan_.frames; ++i) {
          turns.await(++frame, plan_.pause_ns);
          lane->write();
        }
      }
    }
    turns.await_end();
  }

  void read_all() {
    ReaderTurns turns(shared_.board(), 0, kWaiting);
    turns.await_writer();
    for (auto& lane : lanes_) lane->open_reader();
    turns.open();
    std::uint64_t frame = 0;
    for (std::uint32_t round = 0; round < plan_.rounds; ++round) {
      for (auto& lane : lanes_) {
        for (std::uint32_t i = 0; i < plan_.frames; ++i) {
          turns.announce(++frame);
          const Seen seen = lane->read();
          if (!seen.is_whole) throw std::runtime_error("the payload of a frame is wrong");
          // The publish time is exact to a microsecond (platform::TickClock). It can be later than the reader's time.
          shared_.samples()[frame - 1] = seen.seen_ns - std::min(seen.from_ns, seen.seen_ns);
        }
      }
    }
    turns.leave();
  }

  void close() {
    for (auto& lane : lanes_) lane->close();
  }

  std::vector<std::uint64_t> samples_of(int lane) {
    std::vector<std::uint64_t> samples;
    for (std::uint32_t round = 1; round < plan_.rounds; ++round) {  // the first round warms up
      const std::uint64_t* first =
          shared_.samples() + (std::uint64_t{round} * kLanes + static_cast<unsigned>(lane)) * plan_.frames;
      samples.insert(samples.end(), first, first + plan_.frames);
    }
    return samples;
  }

 private:
  Plan plan_;
  Shared shared_;
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
