// The sender's or one receiver's part of a batch, the same for every peer.
#include <signal.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "board.hpp"
#include "peer.hpp"

namespace wingbeat::bench {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr auto kTurnLimit = milliseconds(250);  // a frame that takes longer counts as lost
constexpr Waiting kPatience{20'000'000'000};

struct Part {
  Setup setup;
  std::string board, out;
  int core = -1;
  double rate = 0;                 // frames per second; 0: in turns, or flat out
  bool flat_out = false;           // no pause at all
  std::uint64_t pause_ns = 1'000;  // in turns: from the time when all receivers are ready to the next frame
  std::uint64_t frames = 1000, seconds_ns = 0;
  std::uint64_t nap_ns = 0;  // a slow receiver holds each frame for this time
  bool stopped = false;      // a receiver that stops itself when it is warm

  bool in_turns() const { return rate == 0 && !flat_out; }
};

void pin_to(int core) {
  if (core >= 0 && !run_on_core(static_cast<unsigned>(core)))
    throw std::runtime_error("cannot run on core " + std::to_string(core));
}

std::uint64_t cpu_ns() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto ns = [](const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_usec) * 1'000;
  };
  return ns(usage.ru_utime) + ns(usage.ru_stime);
}

// Sleeps for most of the time, so that the core is free, and spins for the rest, to be exact.
void wait_until(std::uint64_t time_ns) {
  constexpr std::uint64_t kSpinNs = 100'000;
  const std::uint64_t now = now_ns();
  if (time_ns > now + kSpinNs) std::this_thread::sleep_for(nanoseconds(time_ns - now - kSpinNs));
  spin_until(time_ns);
}

// Writes the numbers in raw form to OUT.KIND.
void write_samples(const std::string& out, const char* kind, const std::vector<std::uint64_t>& samples) {
  std::ofstream file(out + "." + kind, std::ios::binary);
  file.write(reinterpret_cast<const char*>(samples.data()), static_cast<std::streamsize>(samples.size() * 8));
}

void write_summary(const std::string& out, const Json& summary) {
  std::ofstream(out + ".json") << summary.dump() << '\n';
}

// ---------------------------------------------------------------------------------------------------------- sender

class Sending {
 public:
  Sending(const Part& part, Board& board)
      : part_(part),
        board_(board),
        turns_(board, part.setup.readers, kPatience),
        sender_(peer().make_sender(part.setup)) {}

  void run() {
    turns_.open();
    warm_up();
    const std::uint64_t cpu_before_ns = cpu_ns(), start_ns = now_ns();
    std::uint64_t seq = 0;
    while (!is_over(seq, start_ns)) {
      ++seq;
      send(seq, due_ns(seq, start_ns));
    }
    const std::uint64_t took_ns = now_ns() - start_ns;
    board_.over = 1;
    write_samples(part_.out, "publish", publish_ns_);
    write_summary(part_.out,
                  {{"role", "send"}, {"sent", seq}, {"took_ns", took_ns}, {"cpu_ns", cpu_ns() - cpu_before_ns}});
    turns_.await_end();  // the memory that receivers read may end with the sender
  }

 private:
  void warm_up() {
    wait_for(
        [&] {
          send(0, now_ns());
          std::this_thread::sleep_for(milliseconds(2));
          return turns_.all_warm();
        },
        kPatience, "the receivers to get a frame");
    publish_ns_.clear();
    std::this_thread::sleep_for(milliseconds(20));  // frames in transit arrive
  }

  bool is_over(std::uint64_t seq, std::uint64_t start_ns) const {
    return seq >= part_.frames || (part_.seconds_ns > 0 && now_ns() - start_ns > part_.seconds_ns);
  }

  // Waits until the frame is due (at once, when all receivers are ready, or at its scheduled time) and returns that
  // time.
  std::uint64_t due_ns(std::uint64_t seq, std::uint64_t start_ns) {
    if (part_.rate > 0) {
      const std::uint64_t due = start_ns + static_cast<std::uint64_t>(static_cast<double>(seq) * 1e9 / part_.rate);
      wait_until(due);
      return due;
    }
    if (part_.in_turns()) turns_.await(seq, part_.pause_ns);
    return now_ns();
  }

  void send(std::uint64_t seq, std::uint64_t start_ns) {
    const std::uint64_t before_begin_ns = now_ns();
    std::byte* frame = sender_->begin();
    const std::uint64_t begun_ns = now_ns();
    fill(frame, part_.setup.bytes, seq);
    Stamp stamp{seq, start_ns, 0};
    stamp.publish_ns = now_ns();
    std::memcpy(frame, &stamp, sizeof stamp);
    board_.sent.store(seq, std::memory_order_relaxed);
    sender_->send();
    publish_ns_.push_back(now_ns() - stamp.publish_ns + begun_ns - before_begin_ns);
  }

  const Part& part_;
  Board& board_;
  WriterTurns turns_;
  std::unique_ptr<Sender> sender_;
  std::vector<std::uint64_t> publish_ns_;
};

// -------------------------------------------------------------------------------------------------------- receiver

class Receiving {
 public:
  Receiving(const Part& part, Board& board) : part_(part), board_(board), turns_(board, part.setup.reader, kPatience) {
    if (part.stopped || part.nap_ns > 0) turns_.ignore();
    turns_.await_writer();
    receiver_ = peer().make_receiver(part.setup);
  }

  void run() {
    turns_.open();
    warm_up();
    const std::uint64_t cpu_before_ns = cpu_ns();
    bool go_on = true;
    while (go_on) {
      if (part_.in_turns()) turns_.announce(last_ + 1);
      go_on = take(kTurnLimit) || board_.over == 0;
    }
    write_samples(part_.out, "signal", signal_ns_);
    write_samples(part_.out, "age", age_ns_);
    write_summary(part_.out, {{"role", "receive"},
                              {"reader", part_.setup.reader},
                              {"received", received_},
                              {"lost", lost_},
                              {"torn", torn_},
                              {"cpu_ns", cpu_ns() - cpu_before_ns}});
    receiver_.reset();
    turns_.leave();
  }

 private:
  void warm_up() {
    wait_for(
        [&] {
          const std::byte* frame = receiver_->receive(milliseconds(50));
          if (frame != nullptr) receiver_->release();
          return frame != nullptr;
        },
        kPatience, "a first frame");
    turns_.set_warm();
    if (part_.stopped) ::raise(SIGSTOP);
  }

  // Returns false if no frame arrived.
  bool take(nanoseconds limit) {
    const std::byte* frame = receiver_->receive(limit);
    const std::uint64_t seen_ns = now_ns();
    if (frame == nullptr) {
      if (part_.in_turns() && board_.over == 0 && board_.sent > last_) ++lost_, ++last_;
      return false;
    }
    Stamp stamp;
    std::memcpy(&stamp, frame, sizeof stamp);
    const bool whole = sums_up(frame, part_.setup.bytes, stamp.seq);
    const std::uint64_t summed_ns = now_ns();
    if (part_.nap_ns > 0) std::this_thread::sleep_for(nanoseconds(part_.nap_ns));
    receiver_->release();
    count(stamp, whole, seen_ns, summed_ns);
    return true;
  }

  void count(const Stamp& stamp, bool whole, std::uint64_t seen_ns, std::uint64_t summed_ns) {
    if (stamp.seq <= last_) return;  // from the warm-up, or already counted as lost
    lost_ += stamp.seq - last_ - 1;
    last_ = stamp.seq;
    ++received_;
    torn_ += whole ? 0 : 1;
    signal_ns_.push_back(seen_ns - stamp.publish_ns);
    age_ns_.push_back(summed_ns - stamp.start_ns);
  }

  const Part& part_;
  Board& board_;
  ReaderTurns turns_;
  std::unique_ptr<Receiver> receiver_;
  std::uint64_t last_ = 0, received_ = 0, lost_ = 0, torn_ = 0;
  std::vector<std::uint64_t> signal_ns_, age_ns_;
};

void describe() {
  const Peer p = peer();
  const Json text = {{"name", p.name},     {"version", p.version},       {"settings", p.settings},
                     {"copies", p.copies}, {"most_bytes", p.most_bytes}, {"needs_daemon", p.serve != nullptr}};
  std::printf("%s\n", text.dump().c_str());
}

void play(const std::string& role, const Part& part) {
  pin_to(part.core);
  if (role == "serve") return peer().serve(part.setup);
  Board& board = map_board(part.board);
  if (role == "send")
    Sending(part, board).run();
  else
    Receiving(part, board).run();
}

void add_options(CLI::App& app, Part& part) {
  app.add_option("--name", part.setup.name, "Name of the batch, unique on the machine");
  app.add_option("--directory", part.setup.directory, "Folder of the batch, for sockets and files");
  app.add_option("--board", part.board, "File that all processes of the batch map");
  app.add_option("--out", part.out,
                 "Results: OUT.json, and samples in ns as raw 64-bit numbers in OUT.{publish,signal,age}");
  app.add_option("--bytes", part.setup.bytes, "Size of a frame, a multiple of 8")->check(CLI::Range(64ull, 1ull << 32));
  app.add_option("--readers", part.setup.readers, "Number of receivers")->check(CLI::Range(0u, kMostReaders));
  app.add_option("--reader", part.setup.reader, "Index of this receiver, from 0");
  app.add_option("--wait", part.setup.wait, "How receivers wait")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Wait>{{"spin", Wait::kSpin}, {"sleep", Wait::kSleep}}));
  app.add_option("--core", part.core, "Core to run on");
  app.add_option("--rate", part.rate,
                 "Frames per second, on a schedule; default: the next frame when all receivers are ready");
  app.add_flag("--flat-out", part.flat_out, "Send frames as fast as possible");
  app.add_option("--pause-ns", part.pause_ns, "Pause before each frame, if receivers take turns");
  app.add_option("--frames", part.frames, "Maximum number of frames");
  app.add_option(
      "--seconds",
      [&](const CLI::results_t& text) {
        part.seconds_ns = static_cast<std::uint64_t>(std::stod(text[0]) * 1e9);
        return true;
      },
      "Maximum duration");
  app.add_option("--nap-ns", part.nap_ns, "Make a slow receiver, which holds each frame for this time");
  app.add_flag("--stopped", part.stopped, "Make a receiver that stops itself (SIGSTOP) after its first frame");
}

}  // namespace
}  // namespace wingbeat::bench

int main(int argc, char** argv) {
  using namespace wingbeat::bench;
  CLI::App app("One process of a batch of the benchmark: a sender, a receiver, or the peer's daemon.");
  std::string role;
  Part part;
  app.add_option("role", role, "Role of this process")
      ->required()
      ->check(CLI::IsMember({"describe", "send", "receive", "serve"}));
  add_options(app, part);
  CLI11_PARSE(app, argc, argv);
  try {
    if (role == "describe")
      describe();
    else
      play(role, part);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s, %s: %s\n", peer().name, role.c_str(), error.what());
    return 1;
  }
}
