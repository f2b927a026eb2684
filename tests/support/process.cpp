#include "process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <thread>

#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace wbtest {
namespace {

constexpr int kLimitMs = 60'000;  // only a hang reaches it
constexpr const char* kPuppet = "--puppet";

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

[[noreturn]] void become_puppet(int in, int out, const std::string& program) {
#ifdef __linux__
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  // A program for another processor is started through the emulator that runs this process.
  if (const char* emulator = std::getenv("WINGBEAT_EMULATOR"))
    ::execlp(emulator, emulator, program.c_str(), kPuppet, nullptr);
  else
    ::execl(program.c_str(), program.c_str(), kPuppet, nullptr);
  ::_exit(127);
}

}  // namespace

Puppet::Puppet() {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  int down[2], up[2];
  if (::pipe2(down, O_CLOEXEC) != 0 || ::pipe2(up, O_CLOEXEC) != 0) std::abort();
  pid_ = ::fork();
  if (pid_ == 0) become_puppet(down[0], up[1], program);
  ::close(down[0]);
  ::close(up[1]);
  to_ = down[1];
  from_ = up[0];
}

Puppet::~Puppet() {
  if (pid_ > 0) kill();
  ::close(to_);
  ::close(from_);
}

void Puppet::tell(const std::string& line) {
  struct sigaction ignore {
  }, before;
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &before);
  const std::string text = line + "\n";
  [[maybe_unused]] ssize_t written = ::write(to_, text.data(), text.size());
  ::sigaction(SIGPIPE, &before, nullptr);
}

std::vector<std::string> Puppet::hear() {
  for (;;) {
    const std::size_t end = unread_.find('\n');
    if (end != std::string::npos) {
      std::vector<std::string> words = words_of(unread_.substr(0, end));
      unread_.erase(0, end + 1);
      return words;
    }
    pollfd waiting{from_, POLLIN, 0};
    if (::poll(&waiting, 1, kLimitMs) <= 0) return {"hung"};
    char bytes[512];
    const ssize_t got = ::read(from_, bytes, sizeof bytes);
    if (got <= 0) return {"dead"};
    unread_.append(bytes, static_cast<std::size_t>(got));
  }
}

std::vector<std::string> Puppet::ask(const std::string& question) {
  tell(question);
  return hear();
}

std::string Puppet::answer(const std::string& question) {
  std::string all;
  for (const std::string& word : ask(question)) all += (all.empty() ? "" : " ") + word;
  return all;
}

void Puppet::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

Ended Puppet::wait() {
  Ended ended;
  for (int waited_ms = 0; pid_ > 0 && waited_ms < kLimitMs; ++waited_ms) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      ended.in_time = true;
      if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
      if (WIFEXITED(status)) ended.status = WEXITSTATUS(status);
      return ended;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return ended;
}

Ended Puppet::kill() {
  signal(SIGKILL);
  return wait();
}

int run_puppet(Answer answer_line) {
  // Standard input is read without a buffer, so that is_line_waiting sees unread lines.
  std::string line;
  for (char c; ::read(STDIN_FILENO, &c, 1) == 1;) {
    if (c != '\n') {
      line += c;
      continue;
    }
    const std::string reply = answer_line(words_of(line)) + "\n";
    line.clear();
    if (::write(STDOUT_FILENO, reply.data(), reply.size()) < 0) return 1;
  }
  return 0;
}

bool is_line_waiting() {
  pollfd waiting{STDIN_FILENO, POLLIN, 0};
  return ::poll(&waiting, 1, 0) > 0;
}

bool is_puppet(int argc, char** argv) { return argc > 1 && std::strcmp(argv[1], kPuppet) == 0; }

}  // namespace wbtest
