// wingbeat osc: maps a stream's parameters, triggers, commands and fields to addresses of Open Sound Control.
#include <fmt/format.h>

#include <memory>

#include "bridge.hpp"
#include "interrupts.hpp"
#include "messages.hpp"
#include "text.hpp"
#include "verbs.hpp"

namespace wingbeat::cli {

namespace {

struct OscArguments {
  std::string stream, listen, send, map;
  double rate = 100;
  std::optional<double> seconds;
  bool list = false, quiet = false, json = false;
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
                         fmt::format("{} numbers, a frame of stream {}", rule.size, rule.stream)});
  for (const auto& rule : map.out)
    addresses.push_back({rule.address, "out", rule.stream + "." + rule.field,
                         fmt::format("nothing: {}.{} is sent to it", rule.stream, rule.field)});
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
  if (arguments.quiet) return;
  fmt::print(
      "{}: in {:.1f} s {} messages in ({} requests applied, {} refused, {} frames), {} out ({} bundles, {} frames)\n",
      arguments.stream, t.wall_seconds, t.messages_in, t.applied, t.refused, t.frames_in, t.messages_out, t.bundles_out,
      t.frames_out);
}

int run(const OscArguments& arguments) {
  if (arguments.listen.empty() && arguments.send.empty())
    throw Failure(kUsage, "osc needs --listen PORT, --send HOST:PORT, or both");
  osc::BridgeOptions options;
  options.stream = arguments.stream;
  if (!arguments.listen.empty()) options.listen = osc::parse_endpoint(arguments.listen);
  if (!arguments.send.empty()) options.send = osc::parse_endpoint(arguments.send);
  if (options.send && std::stoi(options.send->port) == 0)
    throw Failure(kUsage, fmt::format("--send {}: nobody listens on port 0", arguments.send));
  options.map = map_of(arguments);
  options.listing =
      fmt::format("wingbeat osc {}{} --list", arguments.stream, arguments.map.empty() ? "" : " --map " + arguments.map);
  options.rate = arguments.rate;
  options.seconds = arguments.seconds;
  catch_interrupts();
  outlive_listeners();
  osc::Bridge bridge(std::move(options));
  bridge.run();
  const osc::Totals totals = bridge.totals();
  report(arguments, totals);
  return totals.problems == 0 ? kDone : kNo;
}

}  // namespace

void add_osc(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand(
      "osc", "Bridge to Open Sound Control: wingbeat osc swarm --listen 12345 --send 127.0.0.1:7779, until Ctrl-C");
  auto a = std::make_shared<OscArguments>();
  verb->add_option("stream", a->stream, "The stream to steer; it may come and go")->required();
  verb->add_option("--listen", a->listen,
                   "UDP port to listen on, of loopback alone unless a host is given (0.0.0.0:12345: all interfaces; "
                   "whoever reaches "
                   "it may steer); 0: any that is free")
      ->option_text("PORT|HOST:PORT");
  verb->add_option("--send", a->send,
                   "Where changes and frames are sent to; one peer, for each further one another bridge")
      ->option_text("PORT|HOST:PORT");
  verb->add_option(
          "--map", a->map,
          "A TOML file, or the name of one of those installed (origin), which says what has which address; without it "
          "everything is /STREAM/NAME")
      ->option_text("NAME|FILE");
  verb->add_option("--rate", a->rate, "How often per second to look for changed parameters")
      ->check(CLI::Range(0.1, 10000.0))
      ->capture_default_str();
  verb->add_option("--seconds", a->seconds, "End after this time")->check(CLI::Range(0.0, 1e9));
  verb->add_flag("--list", a->list, "Print the addresses of the stream, which has to be there, and end");
  verb->add_flag("--quiet", a->quiet, "No line at the end; what happens is still told on standard error");
  verb->add_flag("--json", a->json, "One JSON object at the end, on standard output; with --list an array");
  verb->callback([&exit_code, a] { exit_code = a->list ? list(*a) : run(*a); });
}

}  // namespace wingbeat::cli
