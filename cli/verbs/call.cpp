// wingbeat call: pulls a trigger or issues a command of a running simulation.
#include <memory>
#include <vector>

#include <fmt/format.h>
#include "asking.hpp"

namespace wingbeat::cli {

namespace {

struct CallArguments {
  std::string address;
  std::vector<double> numbers;
  AskOptions options;
};

int call(const CallArguments& arguments) {
  const Address address = resolve_address(arguments.address);
  return ask(address, arguments.options, [&](Reader& reader, const wb_control_info& control) {
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

void add_call(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand(
      "call", "Pull a trigger or issue a command and wait for the receipt: wingbeat call swarm.place 3 0 0 0");
  auto arguments = std::make_shared<CallArguments>();
  verb->add_option("name", arguments->address, "STREAM.TRIGGER or STREAM.COMMAND")->required();
  verb->add_option("numbers", arguments->numbers, "The command's arguments");
  add_ask_options(*verb, arguments->options);
  verb->callback([&exit_code, arguments] { exit_code = call(*arguments); });
}

}  // namespace wingbeat::cli
