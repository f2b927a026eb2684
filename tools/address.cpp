#include "address.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "verbs.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::tool {

Address resolve_address(const std::string& text) {
  const auto names = streams().value();
  bool has_dot = false;
  for (std::size_t dot = text.rfind('.'); dot != std::string::npos && dot > 0; dot = text.rfind('.', dot - 1)) {
    if (dot + 1 == text.size()) continue;
    has_dot = true;
    const std::string stream = text.substr(0, dot);
    if (std::find(names.begin(), names.end(), stream) != names.end()) return {stream, text.substr(dot + 1)};
  }
  if (!has_dot) throw Failure(kUsage, fmt::format("'{}' should be STREAM.NAME, as in swarm.alignment", text));
  throw Failure(kNotFound, fmt::format("there is no stream for '{}'; `wingbeat ls` lists those there are", text));
}

}  // namespace wingbeat::tool
