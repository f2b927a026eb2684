// The second process of each test in this folder: a writer and a reader that a test controls by lines of text. Each
// line is a command and its arguments; each answer begins with the result of the call.
//
//   at STEP N kill|stop       kills or stops itself when it reaches STEP for the N-th time from now
//   create [COMPONENTS [BUDGET READERS HISTORY CAPACITY]]    -> result epoch generation
//   publish N | answer | close_writer                        -> result seq
//   run PERIOD_US             publishes until a line arrives -> result seq frames median_ns
//   open every|latest|copy|lockstep LEASES [SPIN_NS] | close_reader -> result
//   lock_step MS              waits up to MS for readers in lock-step -> result
//   chase                     adds a reader that moves its lease on whenever the writer skips that slot -> result
//   take LIMIT_MS             takes a frame and holds it     -> result seq missed whole
//   check | release           all held frames                -> whole | 0
//   follow                    takes and releases frames until a line arrives -> received missed torn restarts last
//   set VALUE | receipt ID LIMIT_MS                          -> result id | result status
//   make_array NAME [FLOATS] | attach_array NAME LIMIT_MS -> result
//   lock LIMIT_MS | unlock                                   -> result
//   grind TURNS               locks, adds 1 to the first number and unlocks, TURNS times -> result
//   limit files|size|memory|threads|locked N | user NUMBER        lowers its own limit, or becomes another user
//   memory BYTES | directory BYTES [FILES]     mounts its own /dev/shm, or runtime directory, of that size; else "refused"
//   join PID                                   enters the mount namespace of that puppet
//   fill PATH [BYTES] | empty PATH             makes a file as large as will fit, or of BYTES; removes it
//   clock SECONDS | processes                  continues in a time namespace shifted by SECONDS, or in a PID namespace;
//                                              else "refused". Afterwards SIGTERM kills it at once, and a parent can
//                                              wait for that.
//   make [HISTORY [READERS]] | big BYTES                     -> result
//   enter [latest|every|observe|lockstep]                    -> result way
//   look [LIMIT_MS]           takes and releases a frame     -> result, and "whole" or "torn"
//   fd | window FRAMES | collect                             -> result
//   alive | writer_pid | readers                             values of an inspection
//   error                                                    -> the last message
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif
#endif

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <thread>
#include <vector>

#include "support/process.hpp"
#include "support/streams.hpp"
#include "sync/steps.hpp"

namespace {

using namespace wbtest;
using wingbeat::sync::Step;
using Words = std::vector<std::string>;

Writer writer;
Reader reader;
Window window;
Array array;
std::vector<wb_frame> held;

Step fatal_step = Step::kCount;
int steps_left = 0, fatal_signal = 0;

Reader chaser;
wb_frame chased{};

// The lease moves to the next frame just after the writer has skipped its slot, so the writer finds it again at the
// next slot.
void move_on() {
  wb_frame_release(&chased);
  if (wb_reader_wait(chaser.get(), 0, &chased) != WB_OK) chased = wb_frame{};
}

void on_step(Step step) {
  if (step == Step::kWriterHopped && chaser != nullptr) move_on();
  if (step == fatal_step && --steps_left == 0) ::kill(::getpid(), fatal_signal);
}

Step step_named(const std::string& name) {
#define WINGBEAT_X(step) \
  if (name == #step) return Step::step;
  WINGBEAT_STEP_LIST(WINGBEAT_X)
#undef WINGBEAT_X
  return Step::kCount;
}

template <class... Parts>
std::string join(const Parts&... parts) {
  std::string all;
  ((all += (all.empty() ? "" : " ") + std::to_string(parts)), ...);
  return all;
}

std::uint64_t number(const Words& words, std::size_t index, std::uint64_t otherwise) {
  return index < words.size() ? std::strtoull(words[index].c_str(), nullptr, 10) : otherwise;
}

std::int64_t milliseconds(const Words& words, std::size_t index, std::uint64_t otherwise) {
  return static_cast<std::int64_t>(number(words, index, otherwise)) * kMillisecond;
}

std::string at(const Words& words) {
  fatal_step = step_named(words.at(1));
  steps_left = static_cast<int>(number(words, 2, 1));
  fatal_signal = words.at(3) == "kill" ? SIGKILL : SIGSTOP;
  wingbeat::sync::step_hook = on_step;
  return join(fatal_step == Step::kCount ? -1 : 0);
}

std::string make(const Words& words) {
  const Shape shape{number(words, 5, 16), number(words, 2, 8), number(words, 3, 32), number(words, 4, 4),
                    static_cast<std::uint32_t>(number(words, 1, 3))};
  const int code = create(shape, writer);
  wb_writer_stats stats{};
  if (code == WB_OK) wb_writer_get_stats(writer.get(), &stats);
  return join(code, stats.epoch, stats.generation);
}

std::string publish_some(const Words& words) {
  std::uint64_t seq = 0;
  int code = WB_OK;
  for (std::uint64_t i = 0; i < number(words, 1, 1) && code == WB_OK; ++i) code = publish(writer.get(), &seq);
  return join(code, seq);
}

std::string answer(const Words&) {
  wb_request request;
  int code;
  std::uint64_t count = 0;
  while ((code = wb_writer_next_request(writer.get(), &request)) == WB_OK) ++count;
  return join(code, count);
}

std::string run(const Words& words) {
  std::vector<std::uint64_t> times;
  std::uint64_t seq = 0;
  int code = WB_OK;
  while (!is_line_waiting() && code == WB_OK) {
    const std::uint64_t start = wb_now_ns();
    code = publish(writer.get(), &seq);
    times.push_back(wb_now_ns() - start);
    std::this_thread::sleep_for(std::chrono::microseconds(number(words, 1, 1000)));
  }
  if (times.empty()) return join(code, seq, 0, 0);
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  return join(code, seq, times.size(), times[times.size() / 2]);
}

std::string open_reader(const Words& words) {
  wb_reader_options options{};
  options.struct_size = sizeof options;
  const std::string& mode = words.at(1);
  options.mode = mode == "latest" || mode == "observe" ? WB_LATEST : mode == "lockstep" ? WB_LOCK_STEP : WB_EVERY;
  options.flags = mode == "copy" ? WB_READER_COPY : mode == "observe" ? WB_READER_OBSERVE : 0;
  options.leases = static_cast<std::uint32_t>(number(words, 2, 2));
  options.spin_ns = static_cast<std::int64_t>(number(words, 3, 0));
  reader.reset();
  wb_reader* opened = nullptr;
  const int code = wb_reader_open("swarm", &options, &opened);
  reader.reset(opened);
  return join(code);
}

std::string lock_step(const Words& words) {
  return join(wb_writer_lock_step(writer.get(), nullptr, milliseconds(words, 1, 0)));
}

std::string chase(const Words&) {
  chaser = make_reader("swarm", WB_EVERY, 1);
  wingbeat::sync::step_hook = on_step;
  return join(wb_reader_wait(chaser.get(), 0, &chased));
}

std::string take(const Words& words) {
  wb_frame frame{};
  const int code = wb_reader_wait(reader.get(), milliseconds(words, 1, 0), &frame);
  if (code != WB_OK) return join(code, 0, 0, 0);
  held.push_back(frame);
  return join(code, frame.seq, frame.missed, is_whole(frame) ? 1 : 0);
}

std::string check(const Words&) { return join(std::all_of(held.begin(), held.end(), is_whole) ? 1 : 0); }

std::string release(const Words&) {
  for (wb_frame& frame : held) wb_frame_release(&frame);
  held.clear();
  return join(0);
}

struct Followed {
  std::uint64_t received = 0, missed = 0, torn = 0, restarts = 0, last = 0;
};

// Takes and releases one frame. Returns the result of the wait.
int follow_one(std::int64_t limit_ns, Followed& all) {
  wb_frame frame;
  const int code = wb_reader_wait(reader.get(), limit_ns, &frame);
  all.restarts += code == WB_RESTARTED ? 1u : 0u;
  if (code != WB_OK) return code;
  ++all.received;
  all.missed += frame.missed;
  all.torn += is_whole(frame) ? 0u : 1u;
  all.last = frame.seq;
  wb_frame_release(&frame);
  return code;
}

// After the line that ends it, the reader still takes the frames that are available.
std::string follow(const Words&) {
  Followed all;
  for (bool stop = false; !stop;) {
    stop = is_line_waiting();
    int code;
    do {
      code = follow_one(stop ? 0 : 5 * kMillisecond, all);
      if (code < 0) return join(code);
    } while (code == WB_OK || code == WB_RESTARTED);
  }
  return join(all.received, all.missed, all.torn, all.restarts, all.last);
}

std::string set(const Words& words) {
  std::uint64_t id = 0;
  const int code = wb_reader_set(reader.get(), "speed", f64(std::atof(words.at(1).c_str())), &id);
  return join(code, id);
}

std::string receipt(const Words& words) {
  wb_receipt result{};
  const int code = wb_reader_receipt(reader.get(), number(words, 1, 0), milliseconds(words, 2, 0), &result);
  return join(code, result.status);
}

std::string make_array(const Words& words) {
  wb_array* made = nullptr;
  const std::uint64_t floats = number(words, 2, 3);
  const int code = wb_array_create(words.at(1).c_str(), WB_F64, 1, &floats, &made);
  array.reset(made);
  return join(code);
}

std::string attach_array(const Words& words) {
  wb_array* attached = nullptr;
  const int code = wb_array_attach(words.at(1).c_str(), WB_F64, 0, nullptr, milliseconds(words, 2, 0), &attached);
  array.reset(attached);
  return join(code);
}

std::string lock(const Words& words) { return join(wb_array_lock(array.get(), milliseconds(words, 1, 0))); }

std::string unlock(const Words&) { return join(wb_array_unlock(array.get())); }

std::string grind(const Words& words) {
  int code = WB_OK;
  for (std::uint64_t i = 0; i < number(words, 1, 1) && code == WB_OK; ++i) {
    code = wb_array_lock(array.get(), kLong);
    if (code == WB_ABANDONED) code = WB_OK;
    if (code != WB_OK) break;
    *static_cast<double*>(wb_array_data(array.get())) += 1;
    code = wb_array_unlock(array.get());
  }
  return join(code);
}

// Opens a reader with the options in `words`. The answer includes its way of reading.
std::string enter(const Words& words) {
  const std::string opened = open_reader({"open", words.size() > 1 ? words[1] : "latest", "0"});
  wb_reader_stats stats{};
  if (reader != nullptr) wb_reader_get_stats(reader.get(), &stats);
  return opened + " " + std::to_string(stats.way);
}

std::string look(const Words& words) {
  Followed one;
  const int code = follow_one(milliseconds(words, 1, 100), one);
  return code != WB_OK ? join(code) : one.torn == 0 ? "0 whole" : "0 torn";
}

std::string open_window(const Words& words) {
  const char* fields[] = {"words"};
  wb_window* raw = nullptr;
  const int code = wb_window_open(reader.get(), fields, 1, static_cast<std::uint32_t>(number(words, 1, 8)), &raw);
  window.reset(raw);
  return join(code == WB_OK ? wb_window_next(raw, reader.get(), 100 * kMillisecond) : code);
}

wb_stream_info seen_from_outside() {
  wb_inspection* raw = nullptr;
  wb_stream_info info{};
  if (wb_inspect("swarm", &raw) == WB_OK) wb_inspection_stream(raw, &info);
  wb_inspection_close(raw);
  return info;
}

// ------------------------------------------------------------------------------------------------------------ limits

std::string limit(const Words& words) {
  static const std::map<std::string, int> resources = {{"files", RLIMIT_NOFILE},
                                                       {"size", RLIMIT_FSIZE},
                                                       {"memory", RLIMIT_AS},
                                                       {"threads", RLIMIT_NPROC},
                                                       {"locked", RLIMIT_MEMLOCK}};
  const rlimit value{number(words, 2, 0), number(words, 2, 0)};
  if (words.at(1) == "size") ::signal(SIGXFSZ, SIG_IGN);  // write() then returns an error instead of ending the process
  return join(::setrlimit(static_cast<decltype(RLIMIT_NOFILE)>(resources.at(words.at(1))), &value));
}

std::string become(const Words& words) {
  return join(::setgroups(0, nullptr) | ::setuid(static_cast<uid_t>(number(words, 1, 0))));
}

std::string fill(const Words& words) {
  const int file = ::open(words.at(1).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  static const std::string zeros(4096, '\0');
  std::uint64_t left = number(words, 2, UINT64_MAX);
  while (file >= 0 && left > 0) {
    const ssize_t written = ::write(file, zeros.data(), std::min<std::uint64_t>(zeros.size(), left));
    if (written <= 0) break;
    left -= static_cast<std::uint64_t>(written);
  }
  ::close(file);
  return join(file < 0 ? -1 : 0);
}

// ------------------------------------------------------------------------------------------------------- namespaces

#ifdef __linux__

bool have_own_mounts() {
  if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

std::string mount_small(const std::string& place, const std::string& options) {
  if (!have_own_mounts() || ::mount("small", place.c_str(), "tmpfs", 0, options.c_str()) != 0) return "refused";
  return "0";
}

std::string memory(const Words& words) { return mount_small("/dev/shm", "size=" + words.at(1)); }

std::string directory(const Words& words) {
  const std::string files = words.size() > 2 ? ",nr_inodes=" + words[2] : "";
  return mount_small(std::getenv("WINGBEAT_DIR"), "mode=0700,size=" + words.at(1) + files);
}

std::string join_mounts(const Words& words) {
  const int mounts = ::open(("/proc/" + words.at(1) + "/ns/mnt").c_str(), O_RDONLY | O_CLOEXEC);
  const bool joined = mounts >= 0 && ::setns(mounts, CLONE_NEWNS) == 0;
  ::close(mounts);
  return joined ? "0" : "refused";
}

pid_t inner = -1;

// Only a child enters the new namespace; it continues as the puppet. This process stays, to kill the child from outside
// (the first process of a PID namespace cannot be killed from within), and ends with it.
void go_on_in_child() {
  inner = ::fork();
  if (inner == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    return;
  }
  ::signal(SIGTERM, [](int) { ::kill(inner, SIGKILL); });
  int status = 0;
  while (::waitpid(inner, &status, 0) < 0 && errno == EINTR) {
  }
  ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

std::string clock(const Words& words) {
  if (::unshare(CLONE_NEWTIME) != 0) return "refused";
  std::ofstream offsets("/proc/self/timens_offsets");
  offsets << "monotonic " << words.at(1) << " 0\n" << std::flush;
  if (!offsets) return "refused";
  go_on_in_child();
  return "0";
}

std::string processes(const Words&) {
  if (::unshare(CLONE_NEWPID) != 0) return "refused";
  go_on_in_child();
  return join(::getpid());
}

#else

std::string memory(const Words&) { return "refused"; }
std::string directory(const Words&) { return "refused"; }
std::string join_mounts(const Words&) { return "refused"; }
std::string clock(const Words&) { return "refused"; }
std::string processes(const Words&) { return "refused"; }

#endif

std::string answer_line(const Words& words) {
  static const std::map<std::string, std::string (*)(const Words&)> verbs = {
      {"at", at},
      {"create", make},
      {"publish", publish_some},
      {"answer", answer},
      {"run", run},
      {"open", open_reader},
      {"lock_step", lock_step},
      {"chase", chase},
      {"take", take},
      {"check", check},
      {"release", release},
      {"follow", follow},
      {"set", set},
      {"receipt", receipt},
      {"make_array", make_array},
      {"attach_array", attach_array},
      {"lock", lock},
      {"unlock", unlock},
      {"grind", grind},
      {"limit", limit},
      {"user", become},
      {"memory", memory},
      {"directory", directory},
      {"join", join_mounts},
      {"fill", fill},
      {"empty", [](const Words& w) { return join(::unlink(w.at(1).c_str())); }},
      {"clock", clock},
      {"processes", processes},
      {"make",
       [](const Words& w) {
         return join(create({16, 8, number(w, 2, 32), number(w, 1, 4), 3}, writer));
       }},
      {"big", [](const Words& w) { return join(create_big(number(w, 1, 1), writer)); }},
      {"enter", enter},
      {"look", look},
      {"fd", [](const Words&) { return join(std::min(0, wb_reader_fd(reader.get()))); }},
      {"window", open_window},
      {"collect", [](const Words&) { return join(wb_collect(nullptr, nullptr)); }},
      {"alive", [](const Words&) { return join(seen_from_outside().writer_state == WB_WRITER_ALIVE); }},
      {"writer_pid", [](const Words&) { return join(seen_from_outside().writer_pid); }},
      {"readers", [](const Words&) { return join(seen_from_outside().readers); }},
      {"close_writer", [](const Words&) { return writer.reset(), join(0); }},
      {"close_reader", [](const Words&) { return window.reset(), reader.reset(), join(0); }},
      {"error", [](const Words&) { return std::string(wb_error_message()); }},
  };
  const auto verb = words.empty() ? verbs.end() : verbs.find(words[0]);
  return verb == verbs.end() ? "what?" : verb->second(words);
}

}  // namespace

int main(int argc, char** argv) {
  if (is_puppet(argc, argv)) {
    const int status = run_puppet(answer_line);
    release({});
    wb_frame_release(&chased);
    chaser.reset();
    window.reset();
    array.reset();
    reader.reset();
    writer.reset();
    return status;
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
