#include "request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "messages.hpp"
#include "terminal.hpp"
#include "text.hpp"

namespace wingbeat::cli {

namespace {

using std::chrono::nanoseconds;

// A stream that cannot be opened counts as well: the caller's attempt to use it says why.
bool is_stream(const std::string& name) {
  const auto inspection = Inspection::open(name);
  if (inspection) return true;
  const int code = inspection.error().code();
  return code != WB_NOT_READY && code != WB_ERR_NAME && code != WB_ERR_NOT_FOUND;
}

nanoseconds to_nanoseconds(double seconds) { return nanoseconds(static_cast<std::int64_t>(seconds * 1e9)); }

Reader attach(const std::string& stream, nanoseconds timeout) {
  ReaderOptions options;
  options.copy = true;  // a request needs no lease
  options.label = "wingbeat command";
  Reader reader = Reader::open(stream, options).value();
  reader.attach(timeout).value();
  if (reader.stats().writer_alive == 0)
    throw Failure(kNo, fmt::format("the writer of '{}' has ended and cannot answer; start it again", stream));
  return reader;
}

wb_control_info find_control(const Reader& reader, const std::string& name) {
  const int index = wb_schema_find_control(reader.schema(), name.c_str());
  if (index < 0) throw Error::last(index);
  wb_control_info info;
  detail::require(wb_schema_control(reader.schema(), static_cast<std::uint32_t>(index), &info));
  return info;
}

// Waits in two parts, so that a long wait is explained after the first.
Result<Receipt> wait_for_receipt(SentRequest& sent, const Address& address, const RequestOptions& options) {
  constexpr double kSilent_s = 2;
  auto receipt = sent.wait(to_nanoseconds(std::min(options.timeout_s, kSilent_s)));
  const bool is_pending = !receipt && receipt.error().code() == WB_PENDING;
  if (!is_pending || options.timeout_s <= kSilent_s) return receipt;
  if (!options.quiet)
    say(options.verb,
        fmt::format("waiting for the writer of '{}' to answer the request for '{}'", address.stream, address.control));
  return sent.wait(to_nanoseconds(options.timeout_s - kSilent_s));
}

std::string sentence(const Receipt& receipt) {
  switch (receipt.status) {
    case WB_APPLIED:
      return fmt::format("applied at step {}", receipt.step);
    case WB_SUPERSEDED:
      return "superseded: a later request for the same parameter was applied instead";
    case WB_REFUSED:
      return fmt::format("refused: {}", printable(receipt.reason));
    default:
      return "the writer was restarted before it answered; repeat the request";
  }
}

void print_receipt(const Address& address, const Receipt& receipt, const RequestOptions& options) {
  if (options.json) {
    fmt::print("{}\n", json_text({{"stream", address.stream},
                                  {"control", address.control},
                                  {"status", receipt_text(receipt.status)},
                                  {"step", receipt.step},
                                  {"seq", receipt.seq},
                                  {"reason", receipt.reason}}));
  } else if (!options.quiet || !receipt.applied()) {
    fmt::print("{}.{}: {}\n", address.stream, address.control, sentence(receipt));
  }
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
  if (!has_dot)
    throw Failure(kUsage, fmt::format("'{}' has no dot; give STREAM.NAME, for example swarm.alignment", text));
  throw Failure(kNotFound, fmt::format("there is no stream for '{}'; `wingbeat ls` lists the streams", text));
}

Reader open_reader(const std::string& stream, const std::string& label, Mode mode, std::uint32_t stride) {
  ReaderOptions options;
  options.mode = mode;
  options.every = stride;
  options.leases = 1;
  options.label = label.c_str();
  return Reader::open(stream, options).value();
}

void add_request_options(Verb& verb, RequestOptions& options) {
  verb.add("--timeout", options.timeout_s, "Limit the seconds of the wait for the answer")
      .between(0, 1e6)
      .with_default();
  verb.add("--quiet", options.quiet, "Print nothing unless the request fails");
  verb.add("--json", options.json, "Print the receipt as one JSON object");
}

int request(const Address& address, const RequestOptions& options, const Send& send) {
  catch_interrupts();  // so that the reader is closed in order
  Reader reader = attach(address.stream, to_nanoseconds(options.timeout_s));
  SentRequest sent = send(reader, find_control(reader, address.control));
  const auto receipt = wait_for_receipt(sent, address, options);
  if (!receipt && receipt.error().code() == WB_PENDING)
    throw Failure(kNo, fmt::format("the writer of '{}' is alive but did not answer within {:g} s", address.stream,
                                   options.timeout_s));
  print_receipt(address, receipt.value(), options);
  return receipt.value().applied() ? kDone : kNo;
}

}  // namespace wingbeat::cli
