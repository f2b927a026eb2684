// wingbeat mirror: writes a stream's newest frame into a raw shared memory segment, for programs that know only that.
#include <fmt/format.h>

#include <memory>

#include "interrupts.hpp"
#include "messages.hpp"
#include "mirroring.hpp"
#include "shape.hpp"
#include "site_arguments.hpp"

namespace wingbeat::cli {

namespace {

struct MirrorArguments {
  segments::SiteArguments site;
  std::string stream, field, type;
  double rate = 0;
  std::optional<double> seconds;
  bool keep = false, quiet = false, json = false;
};

segments::MirrorOptions options_of(const MirrorArguments& a) {
  segments::MirrorOptions options;
  options.stream = a.stream;
  options.field = a.field;
  if (!a.type.empty()) options.type = segments::parse_type(a.type);
  options.rate = a.rate;
  options.seconds = a.seconds;
  options.site = segments::site_of(a.site, "mirror");
  options.site.access = segments::Access::write;
  options.site.create = true;
  options.site.keep = a.keep;
  return options;
}

Json to_json(const MirrorArguments& a, const segments::MirrorTotals& t) {
  Json json = {{"stream", a.stream},
               {"segment", a.site.segment},
               {"verified", t.unverified.empty()},
               {"frames", t.frames},
               {"restarts", t.restarts}};
  json.update(segments::to_json(t.site));
  json["wall_seconds"] = t.wall_seconds;
  return json;
}

void report(const MirrorArguments& a, const segments::MirrorTotals& t) {
  if (a.json) return fmt::print("{}\n", json_text(to_json(a, t)));
  if (a.quiet) return;
  fmt::print("{}: in {:.1f} s {} frames written to {} ({} times without the lock, {} spoiled)\n", a.stream,
             t.wall_seconds, t.frames, a.site.segment, t.site.lock_missed + t.site.recovered, t.site.spoiled);
}

int run(const MirrorArguments& arguments) {
  catch_interrupts();
  outlive_listeners();
  segments::Mirror mirror(options_of(arguments));
  mirror.run();
  const auto totals = mirror.totals();
  report(arguments, totals);
  return totals.site.problems() == 0 ? kDone : kNo;
}

}  // namespace

void add_mirror(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand(
      "mirror",
      "Keep a raw shared memory segment like a stream, for programs that read such: wingbeat mirror flock --to "
      "/position_data --lock /mutex_lock, until Ctrl-C");
  auto a = std::make_shared<MirrorArguments>();
  verb->add_option("stream", a->stream, "The stream, which may come and go")->required();
  verb->add_option("--to", a->site.segment,
                   "The segment, made if it is not there: /NAME, or key:0x1234 or id:7 (System V)")
      ->required()
      ->option_text("SEGMENT REQUIRED");
  segments::add_site_options(
      *verb, a->site, "The segment with the pthread_mutex_t of those who read; made and initialised if it is not there",
      "Seconds to try to lock it each time; then the newest frame is tried");
  verb->add_option("--field", a->field, "Which field; the first if not given");
  verb->add_option("--type", a->type, "f32 or f64: what the numbers become; the field's own type if not given")
      ->check(CLI::IsMember({"f32", "f64"}));
  verb->add_option("--rate", a->rate, "Frames per second at most, the newest each time; 0: each that is new")
      ->check(CLI::Range(0.0, 100000.0))
      ->capture_default_str();
  verb->add_flag("--keep", a->keep, "Leave what was made here behind at the end");
  verb->add_option("--seconds", a->seconds, "End after this time")->check(CLI::Range(0.0, 1e9));
  verb->add_flag("--quiet", a->quiet, "No line at the end; what happens is still told on standard error");
  verb->add_flag("--json", a->json, "One JSON object at the end, on standard output");
  verb->callback([&exit_code, a] { exit_code = run(*a); });
}

}  // namespace wingbeat::cli
