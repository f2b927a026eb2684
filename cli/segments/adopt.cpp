// wingbeat adopt: turns a raw shared memory segment of another program into a stream.
#include <fmt/format.h>

#include <memory>

#include "adoption.hpp"
#include "interrupts.hpp"
#include "messages.hpp"
#include "site_arguments.hpp"

namespace wingbeat::cli {

namespace {

struct AdoptArguments {
  segments::SiteArguments site;
  std::string type, shape, components, stream, field, unit;
  double rate = 100;
  std::optional<double> seconds;
  bool fixed = false, repeat = false, quiet = false, json = false;
};

segments::AdoptionOptions options_of(const AdoptArguments& a) {
  segments::AdoptionOptions options;
  options.shape = segments::parse_shape(a.type, a.shape, a.components);
  options.site = segments::site_of(a.site, "adopt");
  options.site.what = options.shape.text();
  options.site.bytes = options.shape.bytes();
  options.is_fixed = a.fixed;
  options.stream = a.stream;
  options.field = a.field.empty() ? segments::field_name_of(options.site.data) : a.field;
  options.unit = a.unit;
  options.rate = a.rate;
  options.repeat = a.repeat;
  options.seconds = a.seconds;
  return options;
}

Json to_json(const AdoptArguments& a, const segments::AdoptionTotals& t) {
  Json json = {{"stream", a.stream}, {"segment", a.site.segment}, {"verified", !a.site.lock.empty()},
               {"frames", t.frames}, {"looks", t.looks},          {"unchanged", t.unchanged}};
  json.update(segments::to_json(t.site));
  json["wall_seconds"] = t.wall_seconds;
  return json;
}

void report(const AdoptArguments& a, const segments::AdoptionTotals& t) {
  if (a.json) return fmt::print("{}\n", json_text(to_json(a, t)));
  if (a.quiet) return;
  fmt::print("{}: in {:.1f} s {} frames of {} looks at {} ({} unchanged, {} without the lock, {} spoiled)\n", a.stream,
             t.wall_seconds, t.frames, t.looks, a.site.segment, t.unchanged, t.site.lock_missed + t.site.recovered,
             t.site.spoiled);
}

int run(const AdoptArguments& arguments) {
  catch_interrupts();
  outlive_listeners();
  segments::Adoption adoption(options_of(arguments));
  adoption.run();
  const auto totals = adoption.totals();
  report(arguments, totals);
  return totals.site.problems() == 0 ? kDone : kNo;
}

}  // namespace

void add_adopt(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand("adopt",
                                  "Make a stream of a raw shared memory segment: wingbeat adopt /position_data --type "
                                  "f32 --shape 3x100 --component "
                                  "x,y,z --lock /mutex_lock --as flock, until Ctrl-C. System V: wingbeat adopt "
                                  "key:0x1234 --type f64 --shape 2x50 --as "
                                  "pair");
  auto a = std::make_shared<AdoptArguments>();
  verb->add_option("segment", a->site.segment,
                   "The segment, which may come and go: /NAME, or key:0x1234 or id:7 (System V)")
      ->required();
  verb->add_option("--type", a->type, "Of its numbers: f32 f64 i8 to i64 u8 to u64")->required();
  verb->add_option("--shape", a->shape, "Sizes, fastest first: 3x100 is 100 agents with 3 numbers each")->required();
  verb->add_option("--as", a->stream, "The stream to make")->required()->option_text("STREAM REQUIRED");
  verb->add_option("--component", a->components, "Names of an agent's numbers: x,y,z");
  segments::add_site_options(
      *verb, a->site,
      "The segment with the pthread_mutex_t of those who write; without it frames may be torn, and the stream "
      "is marked as unverified",
      "Seconds to try to lock it each time; then no frame is made");
  verb->add_option("--field", a->field, "The field's name; the segment's if not given");
  verb->add_option("--unit", a->unit, "The field's unit");
  verb->add_flag("--fixed", a->fixed,
                 "The last of --shape is no number of agents; with three sizes or more it never is");
  verb->add_option("--rate", a->rate, "Looks per second: more often than the segment changes, or changes are missed")
      ->check(CLI::Range(0.01, 100000.0))
      ->capture_default_str();
  verb->add_flag("--repeat", a->repeat, "A frame for each look, not only if something has changed");
  verb->add_option("--seconds", a->seconds, "End after this time")->check(CLI::Range(0.0, 1e9));
  verb->add_flag("--quiet", a->quiet, "No line at the end; what happens is still told on standard error");
  verb->add_flag("--json", a->json, "One JSON object at the end, on standard output");
  verb->callback([&exit_code, a] { exit_code = run(*a); });
}

}  // namespace wingbeat::cli
