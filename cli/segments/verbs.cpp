// wingbeat adopt: publishes a raw shared memory segment of another program as a stream.
// wingbeat mirror: writes the newest frame of a stream into a raw segment, for programs that read only segments.
#include <fmt/format.h>

#include <memory>

#include "adoption.hpp"
#include "messages.hpp"
#include "mirroring.hpp"
#include "terminal.hpp"
#include "text.hpp"
#include "verbs.hpp"

namespace wingbeat::cli {

namespace {

using segments::AttachmentOptions;
using segments::AttachmentTotals;

// What both verbs take.
struct Arguments {
  std::string segment, lock, stream, field, type;
  std::uint64_t offset = 0, lock_offset = 0;
  double lock_limit_s = 0.1;
  std::optional<double> seconds;
  WaitOptions wait;
  bool json = false;
};

struct AdoptArguments : Arguments {
  std::string shape, components, unit;
  double rate = 100;
  bool fixed = false, repeat = false;
};

struct MirrorArguments : Arguments {
  double rate = 0;
  bool keep = false;
};

AttachmentOptions attachment_of(const Arguments& a, const std::string& verb) {
  AttachmentOptions options;
  options.verb = verb;
  options.data = segments::parse_name(a.segment);
  options.offset = a.offset;
  if (!a.lock.empty()) options.lock = segments::parse_name(a.lock);
  options.lock_offset = a.lock_offset;
  options.lock_limit_s = a.lock_limit_s;
  options.wait = a.wait;
  return options;
}

segments::AdoptionOptions options_of(const AdoptArguments& a) {
  segments::AdoptionOptions options;
  options.shape = segments::parse_shape(a.type, a.shape, a.components);
  options.segment = attachment_of(a, "adopt");
  options.segment.what = options.shape.text();
  options.segment.bytes = options.shape.bytes();
  options.is_fixed = a.fixed;
  options.stream = a.stream;
  options.field = a.field.empty() ? segments::field_name_of(options.segment.data) : a.field;
  options.unit = a.unit;
  options.rate = a.rate;
  options.repeat = a.repeat;
  options.seconds = a.seconds;
  return options;
}

segments::MirrorOptions options_of(const MirrorArguments& a) {
  segments::MirrorOptions options;
  options.stream = a.stream;
  options.field = a.field;
  if (!a.type.empty()) options.type = segments::parse_type(a.type);
  options.rate = a.rate;
  options.seconds = a.seconds;
  options.segment = attachment_of(a, "mirror");
  options.segment.access = segments::Access::write;
  options.segment.create = true;
  options.segment.keep = a.keep;
  return options;
}

Json to_json(const AttachmentTotals& t) {
  return {{"attachments", t.attachments}, {"lock_missed", t.lock_missed}, {"recovered", t.recovered},
          {"spoiled", t.spoiled},         {"hold_p50_ns", t.hold_p50_ns}, {"hold_max_ns", t.hold_max_ns}};
}

void print(Json json, const AttachmentTotals& totals, double wall_seconds) {
  json.update(to_json(totals));
  json["wall_seconds"] = wall_seconds;
  fmt::print("{}\n", json_text(json));
}

void report(const AdoptArguments& a, const segments::AdoptionTotals& t) {
  if (a.json)
    return print({{"stream", a.stream},
                  {"segment", a.segment},
                  {"verified", !a.lock.empty()},
                  {"frames", t.frames},
                  {"looks", t.looks},
                  {"unchanged", t.unchanged}},
                 t.segment, t.wall_seconds);
  if (a.wait.quiet) return;
  fmt::print("{}: {} frames in {:.1f} s, from {} reads of {} ({} unchanged, {} without the lock, {} spoiled)\n",
             a.stream, t.frames, t.wall_seconds, t.looks, a.segment, t.unchanged,
             t.segment.lock_missed + t.segment.recovered, t.segment.spoiled);
}

void report(const MirrorArguments& a, const segments::MirrorTotals& t) {
  if (a.json)
    return print({{"stream", a.stream},
                  {"segment", a.segment},
                  {"verified", t.unverified.empty()},
                  {"frames", t.frames},
                  {"restarts", t.restarts}},
                 t.segment, t.wall_seconds);
  if (a.wait.quiet) return;
  fmt::print("{}: {} frames in {:.1f} s written to {} ({} without the lock, {} spoiled)\n", a.stream, t.frames,
             t.wall_seconds, a.segment, t.segment.lock_missed + t.segment.recovered, t.segment.spoiled);
}

template <class Bridge, class Some>
int run(const Some& arguments) {
  catch_interrupts();
  survive_closed_pipes();
  Bridge bridge(options_of(arguments));
  bridge.run();
  const auto totals = bridge.totals();
  report(arguments, totals);
  return totals.segment.problems() == 0 ? kDone : kNo;
}

void add_lock_options(Verb& verb, Arguments& a, const std::string& lock_help, const std::string& limit_help) {
  verb.add("--lock", a.lock, lock_help).shown_as("SEGMENT");
  verb.add("--lock-limit", a.lock_limit_s, limit_help).between(0, 10).with_default();
  verb.add("--offset", a.offset, "Set where the numbers begin in the segment, in bytes").with_default();
  verb.add("--lock-offset", a.lock_offset, "Set where the mutex begins in its segment, in bytes").with_default();
}

void add_end_options(Verb& verb, Arguments& a, const std::string& waited_for) {
  verb.add("--seconds", a.seconds, "End after this time").between(0, 1e9);
  verb.add("--timeout", a.wait.timeout_s,
           "End with exit code 3 if " + waited_for + " does not appear within this time in seconds; 0: wait forever")
      .between(0, 1e9)
      .with_default();
  verb.add("--quiet", a.wait.quiet, "Print no summary and no messages about waiting; problems are still reported");
  verb.add("--json", a.json, "Print the summary as one JSON object");
}

}  // namespace

void add_adopt(CommandLine& line) {
  auto verb =
      line.add_verb(kServing, "adopt", "Publish a raw shared memory segment as a stream, until Ctrl-C",
                    "Examples:\n"
                    "wingbeat adopt /position_data --type f32 --shape 3x100 --component x,y,z --lock /mutex_lock "
                    "--as flock\n"
                    "wingbeat adopt key:0x1234 --type f64 --shape 2x50 --as pair");
  auto a = std::make_shared<AdoptArguments>();
  verb.add("segment", a->segment,
           "The segment, which may disappear and return: /NAME (POSIX), key:0x1234 or id:7 (System V)")
      .required();
  verb.add("--type", a->type, "Set the type of the numbers: f32 f64 i8 i16 i32 i64 u8 u16 u32 u64").required();
  verb.add("--shape", a->shape, "Set the sizes, fastest first: 3x100 is 100 agents of 3 numbers each").required();
  verb.add("--as", a->stream, "Name the stream").required().shown_as("STREAM REQUIRED");
  verb.add("--component", a->components, "Name the numbers of an agent: x,y,z");
  add_lock_options(verb, *a,
                   "Lock the pthread_mutex_t in this segment, which the writing programs use; without it frames may be "
                   "torn, and the stream is marked as unverified",
                   "Limit the seconds of each attempt to lock it; after that no frame is made");
  verb.add("--field", a->field, "Name the field; default: the segment's name");
  verb.add("--unit", a->unit, "Set the unit of the field");
  verb.add("--fixed", a->fixed, "Say that the last size is not a number of agents; with three sizes it never is");
  verb.add("--rate", a->rate, "Set the reads per second; changes between two reads are lost")
      .between(0.01, 100000)
      .with_default();
  verb.add("--repeat", a->repeat, "Make a frame of each read, not only of changes");
  add_end_options(verb, *a, "the segment");
  verb.run([a] { return run<segments::Adoption>(*a); });
}

void add_mirror(CommandLine& line) {
  auto verb = line.add_verb(kServing, "mirror", "Write a stream's newest frame into a raw segment, until Ctrl-C",
                            "For programs that read only raw segments.\n"
                            "Example: wingbeat mirror flock --to /position_data --lock /mutex_lock");
  auto a = std::make_shared<MirrorArguments>();
  verb.add("stream", a->stream, "The stream, which may end and return").required();
  verb.add("--to", a->segment,
           "Write into this segment and make it if it does not exist: /NAME (POSIX), key:0x1234 or id:7 (System V)")
      .required()
      .shown_as("SEGMENT REQUIRED");
  add_lock_options(
      verb, *a,
      "Lock the pthread_mutex_t in this segment, which the reading programs use; it is made and initialised if "
      "it does not exist",
      "Limit the seconds of each attempt to lock it; the next attempt uses the newest frame");
  verb.add("--field", a->field, "Choose the field; default: the first");
  verb.add("--type", a->type, "Convert the numbers to f32 or f64; default: the field's own type")
      .one_of({"f32", "f64"});
  verb.add("--rate", a->rate, "Limit the frames written per second, the newest each time; 0: every new frame")
      .between(0, 100000)
      .with_default();
  verb.add("--keep", a->keep, "Do not remove the segments at the end");
  add_end_options(verb, *a, "the stream");
  verb.run([a] { return run<segments::Mirror>(*a); });
}

}  // namespace wingbeat::cli
