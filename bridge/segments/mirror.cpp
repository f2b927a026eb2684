// wingbeat mirror: writes a stream's newest frame into a raw shared memory segment, for programs that know only that.
#include <fmt/format.h>

#include <memory>

#include "interrupts.hpp"
#include "mirroring.hpp"
#include "shape.hpp"
#include "text.hpp"
#include "verbs.hpp"

namespace wingbeat::tool {

namespace {

struct MirrorArguments {
  std::string stream, segment, lock, field, type;
  std::size_t offset = 0, lock_offset = 0;
  double rate = 0, lock_limit_s = 0.1;
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
  options.keep = a.keep;
  options.site.verb = "mirror";
  options.site.data = segments::parse_name(a.segment);
  options.site.offset = a.offset;
  if (!a.lock.empty()) options.site.lock = segments::parse_name(a.lock);
  options.site.lock_offset = a.lock_offset;
  options.site.lock_limit_s = a.lock_limit_s;
  options.site.access = segments::Access::write;
  options.site.create = true;
  return options;
}

Json to_json(const MirrorArguments& a, const segments::MirrorTotals& t) {
  return {{"stream", a.stream},
          {"segment", a.segment},
          {"verified", t.unverified.empty()},
          {"frames", t.frames},
          {"restarts", t.restarts},
          {"attachments", t.site.attachments},
          {"lock_missed", t.site.lock_missed},
          {"recovered", t.site.recovered},
          {"spoiled", t.site.spoiled},
          {"hold_p50_ns", t.site.hold_p50_ns},
          {"hold_max_ns", t.site.hold_max_ns},
          {"wall_seconds", t.wall_seconds}};
}

void report(const MirrorArguments& a, const segments::MirrorTotals& t) {
  if (a.json) return fmt::print("{}\n", json_text(to_json(a, t)));
  if (a.quiet) return;
  fmt::print("{}: in {:.1f} s {} frames written to {} ({} times without the lock, {} spoiled)\n", a.stream,
             t.wall_seconds, t.frames, a.segment, t.site.lock_missed + t.site.recovered, t.site.spoiled);
}

int run(const MirrorArguments& arguments) {
  catch_interrupts();
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
  verb->add_option("--to", a->segment, "The segment, made if it is not there: /NAME, or key:0x1234 or id:7 (System V)")
      ->required()
      ->option_text("SEGMENT");
  verb->add_option("--lock", a->lock,
                   "The segment with the pthread_mutex_t of those who read; made and initialised if it is not there");
  verb->add_option("--lock-limit", a->lock_limit_s,
                   "Seconds to try to lock it each time; then the newest frame is tried")
      ->check(CLI::Range(0.0, 10.0))
      ->capture_default_str();
  verb->add_option("--offset", a->offset, "Where the numbers begin in the segment, in bytes")->capture_default_str();
  verb->add_option("--lock-offset", a->lock_offset, "Where the mutex begins in its segment, in bytes")
      ->capture_default_str();
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

}  // namespace wingbeat::tool
