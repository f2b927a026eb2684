// wingbeat osc: maps a stream's parameters, triggers, commands and fields to addresses of Open Sound Control.
#include <fmt/format.h>

#include <memory>

#include "bridge.hpp"
#include "messages.hpp"
#include "terminal.hpp"
#include "text.hpp"
#include "verbs.hpp"

namespace wingbeat::cli {

namespace {

struct OscArguments {
  std::string stream, listen, send, map;
  double rate = 100;
  std::optional<double> seconds;
  WaitOptions wait;
  bool list = false, json = false;
};

osc::Map map_of(const OscArguments& arguments) {
  return arguments.map.empty() ? osc::default_map(arguments.stream) : osc::read_map(arguments.map, arguments.stream);
}

struct ListedAddress {
  std::string address, kind, name, takes;
};

std::vector<ListedAddress> addresses_of(const OscArguments& arguments) {
  const auto inspection = Inspection::open(arguments.stream).value();
  const osc::Map map = map_of(arguments);
  std::vector<ListedAddress> addresses;
  for (const auto& control : osc::controls_of(inspection.schema(), map))
    addresses.push_back(
        {control.address, control_kind_text(control.info.kind), control.info.name, osc::expectation_of(control.info)});
  for (const auto& rule : map.in)
    addresses.push_back({rule.address, "in", rule.stream + "." + rule.field,
                         fmt::format("{} numbers, which become a frame of stream {}", rule.size, rule.stream)});
  for (const auto& rule : map.out)
    addresses.push_back({rule.address, "out", rule.stream + "." + rule.field,
                         fmt::format("nothing; {}.{} is sent to it", rule.stream, rule.field)});
  return addresses;
}

int list(const OscArguments& arguments) {
  std::vector<std::vector<std::string>> rows = {{"ADDRESS", "KIND", "TAKES"}};
  Json json = Json::array();
  for (const auto& [address, kind, name, takes] : addresses_of(arguments)) {
    rows.push_back({address, kind, takes});
    json.push_back({{"address", address}, {"kind", kind}, {"name", name}, {"takes", takes}});
  }
  if (arguments.json) return fmt::print("{}\n", json_text(json)), kDone;
  for (const auto& line : table(rows)) fmt::print("{}\n", line);
  return kDone;
}

Json to_json(const std::string& stream, const osc::Totals& t) {
  return {{"stream", stream},
          {"messages_in", t.messages_in},
          {"applied", t.applied},
          {"refused", t.refused},
          {"frames_in", t.frames_in},
          {"messages_out", t.messages_out},
          {"bundles_out", t.bundles_out},
          {"frames_out", t.frames_out},
          {"frames_missed", t.frames_missed},
          {"unsent", t.unsent},
          {"restarts", t.restarts},
          {"problems", t.problems},
          {"wall_seconds", t.wall_seconds}};
}

void report(const OscArguments& arguments, const osc::Totals& t) {
  if (arguments.json) return fmt::print("{}\n", json_text(to_json(arguments.stream, t)));
  if (arguments.wait.quiet) return;
  fmt::print(
      "{}: in {:.1f} s {} messages received ({} requests applied, {} refused, {} frames), {} sent ({} bundles, {} "
      "frames)\n",
      arguments.stream, t.wall_seconds, t.messages_in, t.applied, t.refused, t.frames_in, t.messages_out, t.bundles_out,
      t.frames_out);
}

int run(const OscArguments& arguments) {
  if (arguments.listen.empty() && arguments.send.empty())
    throw Failure(kUsage, "osc: give --listen PORT, --send HOST:PORT, or both");
  osc::BridgeOptions options;
  options.stream = arguments.stream;
  if (!arguments.listen.empty()) options.listen = osc::parse_endpoint(arguments.listen);
  if (!arguments.send.empty()) options.send = osc::parse_endpoint(arguments.send);
  if (options.send && std::stoi(options.send->port) == 0)
    throw Failure(kUsage, fmt::format("--send {}: port 0 cannot receive; give the port of the peer", arguments.send));
  options.map = map_of(arguments);
  options.listing =
      fmt::format("wingbeat osc {}{} --list", arguments.stream, arguments.map.empty() ? "" : " --map " + arguments.map);
  options.rate = arguments.rate;
  options.seconds = arguments.seconds;
  options.wait = arguments.wait;
  catch_interrupts();
  survive_closed_pipes();
  osc::Bridge bridge(std::move(options));
  bridge.run();
  const osc::Totals totals = bridge.totals();
  report(arguments, totals);
  return totals.problems == 0 ? kDone : kNo;
}

}  // namespace

void add_osc(CommandLine& line) {
  auto verb = line.add_verb(kServing, "osc", "Connect a stream with Open Sound Control, until Ctrl-C",
                            "Example: wingbeat osc swarm --listen 12345 --send 127.0.0.1:7779");
  auto a = std::make_shared<OscArguments>();
  verb.add("stream", a->stream, "The stream to steer, which may end and return").required();
  verb.add("--listen", a->listen,
           "Receive on this UDP port, of loopback unless a host is given (0.0.0.0:12345: all interfaces, so that every "
           "machine that reaches it may steer); 0: any free port")
      .shown_as("PORT|HOST:PORT");
  verb.add("--send", a->send, "Send changes and frames to this peer; start another bridge for each further peer")
      .shown_as("PORT|HOST:PORT");
  verb.add("--map", a->map,
           "Read the addresses from a TOML file, or from an installed one by its name (origin); default: /STREAM/NAME "
           "for "
           "everything")
      .shown_as("NAME|FILE");
  verb.add("--rate", a->rate, "Set how often per second parameters are compared").between(0.1, 10000).with_default();
  verb.add("--seconds", a->seconds, "End after this time").between(0, 1e9);
  verb.add("--timeout", a->wait.timeout_s,
           "End with exit code 3 if the stream does not appear within this time in seconds; 0: wait forever")
      .between(0, 1e9)
      .with_default();
  verb.add("--list", a->list, "Print the addresses of the stream, which must exist, and end");
  verb.add("--quiet", a->wait.quiet, "Print no summary and no messages about waiting; problems are still reported");
  verb.add("--json", a->json, "Print the summary as one JSON object, or the list as an array");
  verb.run([a] { return a->list ? list(*a) : run(*a); });
}

}  // namespace wingbeat::cli
