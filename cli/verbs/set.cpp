// wingbeat set: changes a parameter of a running simulation.
#include <fmt/format.h>

#include <memory>

#include "request.hpp"
#include "verbs.hpp"

namespace wingbeat::cli {

namespace {

struct SetArguments {
  std::string address, value;
  RequestOptions options;
};

int set(const SetArguments& arguments) {
  const Address address = resolve_address(arguments.address);
  return request(address, arguments.options, [&](Reader& reader, const wb_control_info& control) {
    if (control.kind != WB_PARAMETER)
      throw Failure(
          kUsage, fmt::format("'{0}' is not a parameter; use `wingbeat call {1}`", address.control, arguments.address));
    wb_value value;
    detail::require(wb_value_parse(&control, arguments.value.c_str(), &value));
    return reader.set(control.name, value);
  });
}

}  // namespace

void add_set(CommandLine& line) {
  auto verb = line.add_verb(kSteering, "set", "Set a parameter and wait for the receipt",
                            "Example: wingbeat set swarm.alignment 0.02");
  auto arguments = std::make_shared<SetArguments>();
  verb.add("parameter", arguments->address, "STREAM.PARAMETER").required();
  verb.add("value", arguments->value, "A number, true, false, or the name of a choice").required();
  arguments->options.verb = "set";
  add_request_options(verb, arguments->options);
  verb.run([arguments] { return set(*arguments); });
}

}  // namespace wingbeat::cli
