#include "complaints.hpp"

#include <fmt/format.h>

#include "messages.hpp"

namespace wingbeat::osc {

namespace {

constexpr std::size_t kMaxAddresses = 1000;  // a flood of invented ones shall not fill the memory

}  // namespace

void say(const std::string& text) { cli::say("osc", text); }

void Complaints::add(const std::string& address, const std::string& what) {
  ++count_;
  if (told_.size() >= kMaxAddresses || !told_.insert(address).second) return;
  say(fmt::format("{}: {}; further ones are only counted", address, what));
  if (told_.size() == kMaxAddresses)
    say(fmt::format("{} addresses were complained about: from now on all are only counted", kMaxAddresses));
}

}  // namespace wingbeat::osc
