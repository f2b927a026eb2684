// wingbeat bench: compares Wingbeat with bare shared memory (the floor) in one run.
#include <fmt/format.h>
#include <unistd.h>

#include <functional>
#include <memory>

#include "bench/duel.hpp"
#include "bench/publish.hpp"
#include "terminal.hpp"
#include "text.hpp"
#include "verbs.hpp"

namespace wingbeat::cli {

namespace {

using bench::Duel;
using bench::Figures;
using bench::Measured;
using bench::Plan;
using bench::Readers;
using bench::Wait;

struct Options {
  double scale = 1;  // of the number of frames
  bool json = false;
};

// A name that no other stream has, and that `wingbeat gc` finds if the bench is killed.
std::string stream_name() { return fmt::format("bench-{}", ::getpid()); }

std::uint32_t scaled(double count, double scale) { return static_cast<std::uint32_t>(std::max(10.0, count * scale)); }

Duel signal_spin(double scale, const std::string& stream) {
  return bench::run_duel({{64, Wait::kSpin, false}, 40, scaled(1000, scale), 1'000}, stream);
}

Duel frame_3200000(double scale, const std::string& stream) {
  return bench::run_duel({{3'200'000, Wait::kSpin, true}, 20, scaled(40, scale), 1'000}, stream);
}

Duel wake(double scale, const std::string& stream) {
  return bench::run_duel({{64, Wait::kSleep, false}, 20, scaled(200, scale), 100'000}, stream);
}

Json duel_json(const Duel& duel) {
  return {{"p50_ns", duel.wingbeat.p50_ns},    {"p99_ns", duel.wingbeat.p99_ns},
          {"p999_ns", duel.wingbeat.p999_ns},  {"floor_p50_ns", duel.floor.p50_ns},
          {"floor_p99_ns", duel.floor.p99_ns}, {"floor_p999_ns", duel.floor.p999_ns},
          {"ratio_p50", duel.ratio_p50}};
}

std::string ns(double value) { return duration_text(static_cast<std::uint64_t>(value)); }

std::vector<std::string> duel_row(const std::string& what, const Duel& duel) {
  return {what,
          ns(duel.wingbeat.p50_ns),
          ns(duel.wingbeat.p99_ns),
          ns(duel.wingbeat.p999_ns),
          ns(duel.floor.p50_ns),
          ns(duel.floor.p99_ns),
          ns(duel.floor.p999_ns),
          fmt::format("{:.2f}", duel.ratio_p50)};
}

void progress(const std::string& what) { show_progress(fmt::format("measuring: {} ...", what)); }

struct Results {
  Duel signal, frame, wake;
  std::vector<Measured> busy, asleep;
  Figures stopped;
};

Results measure_all(double scale) {
  const std::string stream = stream_name();
  Results results;
  progress("signal to a spinning reader");
  results.signal = signal_spin(scale, stream);
  progress("frames of 3.2 MB");
  results.frame = frame_3200000(scale, stream);
  progress("waking a sleeping reader");
  results.wake = wake(scale, stream);
  progress("publishing");
  const std::uint32_t frames = scaled(20'000, scale);
  for (const std::uint32_t readers : {0u, 1u, 4u, 16u, 32u})
    results.busy.push_back({readers, bench::measure_publish({readers, Readers::kBusy, frames}, stream)});
  results.stopped = bench::measure_publish({1, Readers::kStopped, frames}, stream);
  progress("publishing to sleepers");
  for (const std::uint32_t readers : {1u, 2u, 4u, 16u, 32u})
    results.asleep.push_back(
        {readers, bench::measure_publish({readers, Readers::kAsleep, scaled(500, scale)}, stream)});
  show_progress("");
  return results;
}

Json publish_json(const Results& results) {
  Json json;
  for (const Measured& point : results.busy) {
    json[fmt::format("readers_{}_ns", point.readers)] = point.figures.p50_ns;
    json[fmt::format("readers_{}_p99_ns", point.readers)] = point.figures.p99_ns;
  }
  json["stopped_reader_ns"] = results.stopped.p50_ns;
  json["stopped_reader_p99_ns"] = results.stopped.p99_ns;
  for (const Measured& point : results.asleep) {
    json[fmt::format("asleep_{}_ns", point.readers)] = point.figures.p50_ns;
    json[fmt::format("asleep_{}_p99_ns", point.readers)] = point.figures.p99_ns;
  }
  const bench::Line line = bench::line_through(results.busy);
  json["base_ns"] = line.base_ns;
  json["per_reader_ns"] = line.per_reader_ns;
  return json;
}

void print_json(const Results& results) {
  fmt::print("{}\n", json_text({{"signal_spin", duel_json(results.signal)},
                                {"frame_3200000", duel_json(results.frame)},
                                {"wake", duel_json(results.wake)},
                                {"publish", publish_json(results)}}));
}

std::vector<std::string> publish_row(const std::string& what, const Figures& figures) {
  return {what, ns(figures.p50_ns), ns(figures.p99_ns), ns(figures.p999_ns)};
}

std::string counted(std::uint32_t readers) { return fmt::format("{} reader{}", readers, readers == 1 ? "" : "s"); }

void print_publish(const Results& results) {
  std::vector<std::vector<std::string>> rows = {{"begin and publish, 64 B", "p50", "p99", "p99.9"}};
  for (const Measured& point : results.busy) rows.push_back(publish_row(counted(point.readers), point.figures));
  rows.push_back(publish_row("1 reader, stopped", results.stopped));
  for (const Measured& point : results.asleep)
    rows.push_back(publish_row(counted(point.readers) + ", woken", point.figures));
  for (const std::string& line : table(rows)) fmt::print("{}\n", line);
  const bench::Line line = bench::line_through(results.busy);
  fmt::print("{} and {:.1f} ns for each reader that need not be woken\n", ns(line.base_ns), line.per_reader_ns);
}

void print_text(const Results& results) {
  const std::vector<std::vector<std::string>> rows = {
      {"writer to reader", "p50", "p99", "p99.9", "floor p50", "p99", "p99.9", "ratio p50"},
      duel_row("signal, 64 B, spinning", results.signal),
      duel_row("3.2 MB written and summed", results.frame),
      duel_row("waking a sleeper, 64 B", results.wake)};
  for (const std::string& line : table(rows)) fmt::print("{}\n", line);
  fmt::print("\n");
  print_publish(results);
}

int run(const Options& options) {
  if (::sysconf(_SC_NPROCESSORS_ONLN) < 2) throw Failure(kFailed, "the bench needs two cores: one for each process");
  catch_interrupts();
  const Results results = measure_all(options.scale);
  if (options.json)
    print_json(results);
  else
    print_text(results);
  return kDone;
}

}  // namespace

void add_bench(CommandLine& line) {
  auto verb = line.add_verb(
      kUpkeep, "bench", "Compare the speed of Wingbeat with that of bare shared memory",
      "The floor is two pinned processes without a library, with the same memory traffic, measured in turns "
      "with Wingbeat. Run it on an idle machine, and compare the ratios.");
  auto options = std::make_shared<Options>();
  verb.add("--scale", options->scale, "Multiply the number of frames").between(0.001, 1000).with_default();
  verb.add("--json", options->json, "Print one JSON object instead of text");
  verb.run([options] { return run(*options); });
}

}  // namespace wingbeat::cli
