#include "asking.hpp"

#include <fmt/format.h>

#include "interrupts.hpp"
#include "text.hpp"

namespace wingbeat::cli {

namespace {

std::chrono::nanoseconds nanoseconds(double seconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

Reader attach(const std::string& stream, std::chrono::nanoseconds timeout) {
  ReaderOptions options;
  options.copy = true;  // asking needs no lease
  options.label = "wingbeat command";
  Reader reader = Reader::open(stream, options).value();
  reader.attach(timeout).value();
  if (reader.stats().writer_alive == 0)
    throw Failure(kNo, fmt::format("the writer of '{}' has ended: nobody would answer; start it again", stream));
  return reader;
}

wb_control_info find_control(const Reader& reader, const std::string& name) {
  const int index = wb_schema_find_control(reader.schema(), name.c_str());
  if (index < 0) throw Error::last(index);
  wb_control_info info;
  detail::require(wb_schema_control(reader.schema(), static_cast<std::uint32_t>(index), &info));
  return info;
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
      return "the writer was restarted before it answered; ask again";
  }
}

void print_receipt(const Address& address, const Receipt& receipt, bool json) {
  if (!json) {
    fmt::print("{}.{}: {}\n", address.stream, address.control, sentence(receipt));
    return;
  }
  fmt::print("{}\n", json_text({{"stream", address.stream},
                                {"control", address.control},
                                {"status", receipt_text(receipt.status)},
                                {"step", receipt.step},
                                {"seq", receipt.seq},
                                {"reason", receipt.reason}}));
}

}  // namespace

ExitCode ask(const Address& address, const AskOptions& options, const Send& send) {
  catch_interrupts();  // so that the reader is closed in order
  const auto timeout = nanoseconds(options.timeout_s);
  Reader reader = attach(address.stream, timeout);
  SentRequest sent = send(reader, find_control(reader, address.control));
  const auto receipt = sent.wait(timeout);
  if (!receipt && receipt.error().code() == WB_PENDING)
    throw Failure(kNo, fmt::format("'{}' did not answer within {:g} s: its writer is alive but takes no requests",
                                   address.stream, options.timeout_s));
  print_receipt(address, receipt.value(), options.json);
  return receipt.value().applied() ? kDone : kNo;
}

void add_ask_options(CLI::App& verb, AskOptions& options) {
  verb.add_option("--timeout", options.timeout_s, "How long to wait for the answer, in seconds")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  verb.add_flag("--json", options.json, "The receipt as one JSON object");
}

}  // namespace wingbeat::cli
