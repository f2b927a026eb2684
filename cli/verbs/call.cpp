// wingbeat call: pulls a trigger or issues a command of a running simulation.
#include <fmt/format.h>

#include <memory>
#include <vector>

#include "request.hpp"
#include "verbs.hpp"

namespace wingbeat::cli {

namespace {

struct CallArguments {
  std::string address;
  std::vector<double> numbers;
  RequestOptions options;
};

int call(const CallArguments& arguments) {
  const Address address = resolve_address(arguments.address);
  return request(address, arguments.options, [&](Reader& reader, const wb_control_info& control) {
    if (control.kind == WB_PARAMETER)
      throw Failure(
          kUsage, fmt::format("'{}' is a parameter; use `wingbeat set {} VALUE`", address.control, arguments.address));
    if (arguments.numbers.size() != control.argument_count)
      throw Failure(kUsage,
                    fmt::format("'{}' takes {} numbers{}{}, not {}", address.control, control.argument_count,
                                control.argument_count > 0 ? ": " : "", control.choices, arguments.numbers.size()));
    if (control.kind == WB_TRIGGER) return reader.trigger(control.name);
    return reader.command(control.name, Span<const double>(arguments.numbers.data(), arguments.numbers.size()));
  });
}

}  // namespace

void add_call(CommandLine& line) {
  auto verb = line.add_verb(kSteering, "call", "Pull a trigger or run a command and wait for the receipt",
                            "Examples:\nwingbeat call swarm.pause\nwingbeat call swarm.place 3 0 0 0");
  auto arguments = std::make_shared<CallArguments>();
  verb.add("name", arguments->address, "STREAM.TRIGGER or STREAM.COMMAND").required();
  verb.add("numbers", arguments->numbers, "The arguments of the command");
  arguments->options.verb = "call";
  add_request_options(verb, arguments->options);
  verb.run([arguments] { return call(*arguments); });
}

}  // namespace wingbeat::cli
