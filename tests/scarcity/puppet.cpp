#include "puppet.hpp"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
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

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <map>

int create_big(std::uint64_t bytes, wbtest::Writer& out) {
  wb_spec* raw_spec = nullptr;
  wb_spec_create("swarm", 1, &raw_spec);
  const wbtest::Spec spec(raw_spec);
  const std::uint64_t shape[1] = {bytes};
  wb_spec_add_field(raw_spec, "bytes", WB_U8, 1, shape, nullptr, nullptr);
  wb_spec_set_option(raw_spec, WB_OPTION_LEASE_BUDGET, 1);
  wb_spec_set_option(raw_spec, WB_OPTION_HISTORY, 0);
  wb_writer* raw = nullptr;
  const int code = wb_writer_create(raw_spec, &raw);
  out.reset(raw);
  return code;
}

namespace {

using namespace wbtest;
using Words = std::vector<std::string>;

Writer writer;
Reader reader;
Window window;

std::uint64_t number(const Words& words, std::size_t index, std::uint64_t otherwise) {
  return index < words.size() ? std::strtoull(words[index].c_str(), nullptr, 10) : otherwise;
}

std::string text(long long code) { return std::to_string(code); }

// ----------------------------------------------------------------------------------------------------------- poverty

std::string limit(const Words& words) {
  static const std::map<std::string, int> resources = {{"files", RLIMIT_NOFILE},
                                                       {"size", RLIMIT_FSIZE},
                                                       {"memory", RLIMIT_AS},
                                                       {"threads", RLIMIT_NPROC},
                                                       {"locked", RLIMIT_MEMLOCK}};
  const rlimit value{number(words, 2, 0), number(words, 2, 0)};
  if (words.at(1) == "size") ::signal(SIGXFSZ, SIG_IGN);  // the system's way to ask for an error instead of death
  return text(::setrlimit(static_cast<decltype(RLIMIT_NOFILE)>(resources.at(words.at(1))), &value));
}

std::string become(const Words& words) {
  return text(::setgroups(0, nullptr) | ::setuid(static_cast<uid_t>(number(words, 1, 0))));
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
  return text(file < 0 ? -1 : 0);
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

std::string join(const Words& words) {
  const int mounts = ::open(("/proc/" + words.at(1) + "/ns/mnt").c_str(), O_RDONLY | O_CLOEXEC);
  const bool joined = mounts >= 0 && ::setns(mounts, CLONE_NEWNS) == 0;
  ::close(mounts);
  return joined ? "0" : "refused";
}

pid_t inner = -1;

// Only a child is in the new namespace: it goes on as the puppet. This process stays to end it from outside (the first process of a
// PID namespace cannot be killed from within) and to end when it does.
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
  return text(::getpid());
}

#else

std::string memory(const Words&) { return "refused"; }
std::string directory(const Words&) { return "refused"; }
std::string join(const Words&) { return "refused"; }
std::string clock(const Words&) { return "refused"; }
std::string processes(const Words&) { return "refused"; }

#endif

// ---------------------------------------------------------------------------------------------------------- streams

std::string make(const Words& words) {
  return text(create({16, 8, number(words, 2, 32), number(words, 1, 4), 3}, writer));
}

std::string publish_some(const Words& words) {
  int code = WB_OK;
  for (std::uint64_t i = 0; i < number(words, 1, 1) && code == WB_OK; ++i) code = publish(writer.get());
  return text(code);
}

std::string answer(const Words&) {
  wb_request request;
  std::uint64_t count = 0;
  while (wb_writer_next_request(writer.get(), &request) == WB_OK) ++count;
  return text(static_cast<long long>(count));
}

std::string open_reader(const Words& words) {
  const std::string mode = words.size() > 1 ? words[1] : "latest";
  wb_reader_options options{};
  options.struct_size = sizeof options;
  options.mode = mode == "latest" ? WB_LATEST : mode == "lockstep" ? WB_LOCK_STEP : WB_EVERY;
  options.flags = mode == "observe" ? WB_READER_OBSERVE : 0;
  wb_reader* raw = nullptr;
  reader.reset();
  const int code = wb_reader_open("swarm", &options, &raw);
  reader.reset(raw);
  wb_reader_stats stats{};
  if (raw != nullptr) wb_reader_get_stats(raw, &stats);
  return text(code) + " " + text(stats.way);
}

std::string take(const Words& words) {
  wb_frame frame;
  const auto limit_ns = static_cast<std::int64_t>(number(words, 1, 100)) * kMillisecond;
  const int code = wb_reader_wait(reader.get(), limit_ns, &frame);
  if (code != WB_OK) return text(code);
  const bool whole = is_whole(frame);
  wb_frame_release(&frame);
  return whole ? "0 whole" : "0 torn";
}

std::string set(const Words& words) {
  std::uint64_t id = 0;
  const int code = wb_reader_set(reader.get(), "speed", f64(std::atof(words.at(1).c_str())), &id);
  return text(code) + " " + text(static_cast<long long>(id));
}

std::string receipt(const Words& words) {
  wb_receipt result{};
  const auto limit_ns = static_cast<std::int64_t>(number(words, 2, 0)) * kMillisecond;
  const int code = wb_reader_receipt(reader.get(), number(words, 1, 0), limit_ns, &result);
  return text(code) + " " + text(result.status);
}

std::string open_window(const Words& words) {
  const char* fields[] = {"words"};
  wb_window* raw = nullptr;
  const int code = wb_window_open(reader.get(), fields, 1, static_cast<std::uint32_t>(number(words, 1, 8)), &raw);
  window.reset(raw);
  return text(code == WB_OK ? wb_window_next(raw, reader.get(), 100 * kMillisecond) : code);
}

wb_stream_info seen_from_outside() {
  wb_inspection* raw = nullptr;
  wb_stream_info info{};
  if (wb_inspect("swarm", &raw) == WB_OK) wb_inspection_stream(raw, &info);
  wb_inspection_close(raw);
  return info;
}

std::string answer_line(const Words& words) {
  static const std::map<std::string, std::string (*)(const Words&)> verbs = {
      {"limit", limit},
      {"user", become},
      {"memory", memory},
      {"directory", directory},
      {"join", join},
      {"fill", fill},
      {"empty", [](const Words& w) { return text(::unlink(w.at(1).c_str())); }},
      {"clock", clock},
      {"processes", processes},
      {"create", make},
      {"big", [](const Words& w) { return text(create_big(number(w, 1, 1), writer)); }},
      {"publish", publish_some},
      {"answer", answer},
      {"lock_step",
       [](const Words& w) {
         return text(
             wb_writer_lock_step(writer.get(), nullptr, static_cast<std::int64_t>(number(w, 1, 0)) * kMillisecond));
       }},
      {"open", open_reader},
      {"take", take},
      {"fd", [](const Words&) { return text(std::min(0, wb_reader_fd(reader.get()))); }},
      {"set", set},
      {"receipt", receipt},
      {"window", open_window},
      {"collect", [](const Words&) { return text(wb_collect(nullptr, nullptr)); }},
      {"close_writer", [](const Words&) { return writer.reset(), text(0); }},
      {"close_reader", [](const Words&) { return window.reset(), reader.reset(), text(0); }},
      {"alive", [](const Words&) { return text(seen_from_outside().writer_state == WB_WRITER_ALIVE); }},
      {"writer_pid", [](const Words&) { return text(seen_from_outside().writer_pid); }},
      {"readers", [](const Words&) { return text(seen_from_outside().readers); }},
      {"pid", [](const Words&) { return text(::getpid()); }},
      {"error", [](const Words&) { return std::string(wb_error_message()); }},
  };
  const auto verb = words.empty() ? verbs.end() : verbs.find(words[0]);
  return verb == verbs.end() ? "what?" : verb->second(words);
}

}  // namespace

int main(int argc, char** argv) {
  if (is_puppet(argc, argv)) {
    const int status = run_puppet(answer_line);
    window.reset();
    reader.reset();
    writer.reset();
    return status;
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
