#include "address.hpp"

#include <fmt/format.h>

#include "verbs.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::cli {

namespace {

// Also of a stream that is there and cannot be opened: whoever uses it says why.
bool is_stream(const std::string& name) {
  const auto inspection = Inspection::open(name);
  if (inspection) return true;
  const int code = inspection.error().code();
  return code != WB_NOT_READY && code != WB_ERR_NAME && code != WB_ERR_NOT_FOUND;
}

}  // namespace

Address resolve_address(const std::string& text) {
  bool has_dot = false;
  for (std::size_t dot = text.rfind('.'); dot != std::string::npos && dot > 0; dot = text.rfind('.', dot - 1)) {
    if (dot + 1 == text.size()) continue;
    has_dot = true;
    const std::string stream = text.substr(0, dot);
    if (is_stream(stream)) return {stream, text.substr(dot + 1)};
  }
  if (!has_dot) throw Failure(kUsage, fmt::format("'{}' should be STREAM.NAME, as in swarm.alignment", text));
  throw Failure(kNotFound, fmt::format("there is no stream for '{}'; `wingbeat ls` lists those there are", text));
}

}  // namespace wingbeat::cli
