#include "notice.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "text.hpp"

namespace wingbeat::segments {

void say(const std::string& verb, const std::string& text) {
  fmt::print(stderr, "wingbeat {}: {}\n", verb, tool::printable(text));
}

void Notice::set(const std::string& kind, const std::string& text) {
  if (kind_ == kind) return;
  kind_ = kind;
  say(verb_, text);
}

void Notice::clear(const std::string& text) {
  if (kind_.empty()) return;
  kind_.clear();
  say(verb_, text);
}

}  // namespace wingbeat::segments
