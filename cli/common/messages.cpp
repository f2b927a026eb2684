#include "messages.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "failure.hpp"
#include "text.hpp"

namespace wingbeat::cli {

namespace {

constexpr std::size_t kMostSubjects = 1000;         // a flood of invented addresses must not fill the memory
constexpr std::uint64_t kSilentNs = 2'000'000'000;  // a wait that is shorter needs no explanation

std::string list_text(const std::vector<std::string>& names) {
  return names.empty() ? "; there are none" : fmt::format("; there are: {}", fmt::join(names, ", "));
}

}  // namespace

void occupy_standard_descriptors() {
  // open() gives the lowest free descriptor, so this fills the gaps in their order.
  int lowest = -1;
  do lowest = open("/dev/null", O_RDWR);
  while (lowest >= 0 && lowest <= STDERR_FILENO);
  if (lowest >= 0) close(lowest);
}

void survive_closed_pipes() { std::signal(SIGPIPE, SIG_IGN); }

// Not with fmt::print, which throws when nothing can be written.
void say(const std::string& verb, const std::string& text) {
  const std::string line = fmt::format("wingbeat {}: {}\n", verb, printable(text));
  static_cast<void>(std::fputs(line.c_str(), stderr));
}

void Condition::set(const std::string& kind, const std::string& text) {
  if (kind_ == kind) return;
  kind_ = kind;
  say(verb_, text);
}

void Condition::clear(const std::string& text) {
  if (kind_.empty()) return;
  kind_.clear();
  say(verb_, text);
}

// A subject is an address or a part of the program. A peer may invent addresses, so their number is limited.
void ProblemLog::add(const std::string& subject, const std::string& problem) {
  ++count_;
  if (reported_.size() >= kMostSubjects || !reported_.insert(subject).second) return;
  say(verb_, fmt::format("{}: {}; further problems of it are only counted", subject, problem));
  if (reported_.size() == kMostSubjects)
    say(verb_, fmt::format("{} subjects have had problems: from now on all are only counted", kMostSubjects));
}

// The names are asked for only when they are printed: that takes system calls for each.
void WaitMessage::wait_for(const std::string& what, const std::function<std::vector<std::string>()>& there_are) {
  const std::uint64_t now_ns = wb_now_ns();
  if (start_ns_ == 0) start_ns_ = now_ns, said_.clear();
  const std::uint64_t waited_ns = now_ns - start_ns_;
  const bool is_over = options_.timeout_s > 0 && static_cast<double>(waited_ns) >= options_.timeout_s * 1e9;
  if (!is_over && (options_.quiet || waited_ns < kSilentNs || said_ == what)) return;
  const std::string list = there_are ? list_text(there_are()) : "";
  if (is_over) throw WaitFailure(fmt::format("{} did not appear within {:g} s{}", what, options_.timeout_s, list));
  said_ = what;
  say(verb_, fmt::format("waiting for {}{}", what, list));
}

void WaitMessage::done(const std::string& text) {
  if (start_ns_ != 0 && !said_.empty() && !text.empty()) say(verb_, text);
  start_ns_ = 0;
}

void WaitMessage::wait_for_stream(const std::string& name) {
  wait_for(fmt::format("stream '{}'", name), [] {
    const auto names = streams();
    return names ? names.value() : std::vector<std::string>();
  });
}

}  // namespace wingbeat::cli
