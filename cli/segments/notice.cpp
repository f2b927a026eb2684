#include "notice.hpp"

#include "messages.hpp"

namespace wingbeat::segments {

void Notice::set(const std::string& kind, const std::string& text) {
  if (kind_ == kind) return;
  kind_ = kind;
  cli::say(verb_, text);
}

void Notice::clear(const std::string& text) {
  if (kind_.empty()) return;
  kind_.clear();
  cli::say(verb_, text);
}

}  // namespace wingbeat::segments
