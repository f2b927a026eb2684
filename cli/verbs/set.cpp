// wingbeat set: gives a parameter of a running simulation another value.
#include <fmt/format.h>

#include <memory>

#include "asking.hpp"

namespace wingbeat::cli {

namespace {

struct SetArguments {
  std::string address, value;
  AskOptions options;
};

int set(const SetArguments& arguments) {
  const Address address = resolve_address(arguments.address);
  return ask(address, arguments.options, [&](Reader& reader, const wb_control_info& control) {
    if (control.kind != WB_PARAMETER)
      throw Failure(kUsage,
                    fmt::format("'{0}' is no parameter; use `wingbeat call {1}`", address.control, arguments.address));
    wb_value value;
    detail::require(wb_value_parse(&control, arguments.value.c_str(), &value));
    return reader.set(control.name, value);
  });
}

}  // namespace

void add_set(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand("set", "Set a parameter and wait for the receipt: wingbeat set swarm.alignment 0.02");
  auto arguments = std::make_shared<SetArguments>();
  verb->add_option("parameter", arguments->address, "STREAM.PARAMETER")->required();
  verb->add_option("value", arguments->value, "A number, true, false, or the name of a choice")->required();
  add_ask_options(*verb, arguments->options);
  verb->callback([&exit_code, arguments] { exit_code = set(*arguments); });
}

}  // namespace wingbeat::cli
