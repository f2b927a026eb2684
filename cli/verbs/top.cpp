// wingbeat top: all streams and their readers, live.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>

#include "terminal.hpp"
#include "text.hpp"
#include "verbs.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::cli {

namespace {

struct Sample {
  wb_stream_info stream{};
  std::vector<wb_reader_info> readers;
  double rate = 0;  // frames/s since the sample before
  std::uint64_t time_ns = 0;
  std::string unverified;  // why, if it is
};

// One stream, looked at again and again.
class Watched {
 public:
  explicit Watched(Inspection inspection) : inspection_(std::move(inspection)) {}

  // False once it cannot be looked at any more.
  bool look() {
    auto stream = inspection_.stream();
    if (!stream) return false;
    auto readers = inspection_.readers();
    Sample next{*stream, readers ? *readers : std::vector<wb_reader_info>(), 0, wb_now_ns(),
                unverified(inspection_.schema())};
    next.rate = sample_ ? rate_between(*sample_, next) : recent_rate(next);
    sample_ = std::move(next);
    return true;
  }
  const Sample& sample() const { return *sample_; }

 private:
  static double rate_between(const Sample& a, const Sample& b) {
    if (b.stream.epoch != a.stream.epoch || b.stream.seq < a.stream.seq || b.time_ns <= a.time_ns) return 0;
    return static_cast<double>(b.stream.seq - a.stream.seq) * 1e9 / static_cast<double>(b.time_ns - a.time_ns);
  }
  // Of the first look: there is nothing to compare with yet, so it looks twice.
  double recent_rate(Sample& now) {
    const Sample before = now;
    pause_for(std::chrono::milliseconds(100));
    auto stream = inspection_.stream();
    if (!stream) return 0;
    now.stream = *stream;
    now.time_ns = wb_now_ns();
    return rate_between(before, now);
  }

  Inspection inspection_;
  std::optional<Sample> sample_;
};

class Watch {
 public:
  void look() {
    failures_.clear();
    const auto names = streams().value();
    for (const auto& name : names)
      if (watched_.find(name) == watched_.end()) open(name);
    for (auto it = watched_.begin(); it != watched_.end();) it = it->second.look() ? std::next(it) : watched_.erase(it);
  }
  const std::map<std::string, Watched>& watched() const { return watched_; }
  const std::map<std::string, std::string>& failures() const { return failures_; }

 private:
  void open(const std::string& name) {
    auto inspection = Inspection::open(name);
    if (inspection)
      watched_.emplace(name, Watched(std::move(inspection).value()));
    else if (inspection.error().code() != WB_NOT_READY)
      failures_[name] = inspection.error().what();
  }

  std::map<std::string, Watched> watched_;
  std::map<std::string, std::string> failures_;
};

std::vector<std::string> stream_row(const std::string& name, const Sample& sample) {
  const wb_stream_info& s = sample.stream;
  const double load = static_cast<double>(s.fill_time_ns) * sample.rate / 1e9;
  return {marked(name, sample.unverified),
          fmt::format("{} {}", writer_state_text(s.writer_state), s.writer_pid),
          fmt::format("{:.1f}/s", sample.rate),
          duration_text(s.fill_time_ns),
          fmt::format("{:.0f}%", load * 100),
          fmt::format("{}", s.seq),
          fmt::format("{}", s.count),
          bytes_text(s.memory_bytes),
          fmt::format("{}/{}", s.leases_held, s.lease_budget)};
}

std::vector<std::string> reader_row(const std::string& name, const wb_stream_info& stream, const wb_reader_info& r) {
  return {name,
          printable(r.label),
          fmt::format("{}", r.pid),
          r.alive == 0    ? "dead"
          : r.asleep != 0 ? "waits"
                          : "alive",
          mode_text(r),
          fmt::format("{}", stream.seq > r.seq ? stream.seq - r.seq : 0),
          fmt::format("{}", r.missed),
          fmt::format("{}", r.received),
          fmt::format("{}/{}", r.leases_held, r.leases_claimed)};
}

std::vector<std::string> picture(const Watch& watch) {
  std::vector<std::vector<std::string>> stream_rows = {
      {"STREAM", "WRITER", "RATE", "STEP TIME", "BUSY", "FRAME", "AGENTS", "MEMORY", "LEASES"}};
  std::vector<std::vector<std::string>> reader_rows = {
      {"READER OF", "LABEL", "PID", "STATE", "MODE", "LAG", "LOST", "RECEIVED", "LEASES"}};
  for (const auto& [name, watched] : watch.watched()) {
    stream_rows.push_back(stream_row(name, watched.sample()));
    for (const auto& reader : watched.sample().readers)
      reader_rows.push_back(reader_row(name, watched.sample().stream, reader));
  }
  auto lines = table(stream_rows);
  for (const auto& [name, text] : watch.failures()) lines.push_back(fmt::format("{}: {}", name, printable(text)));
  if (reader_rows.size() == 1) return lines;
  lines.emplace_back();
  for (auto& line : table(reader_rows)) lines.push_back(std::move(line));
  return lines;
}

Json to_json(const Watch& watch) {
  Json array = Json::array();
  for (const auto& [name, watched] : watch.watched()) {
    Json json = stream_json(watched.sample().stream);
    json["rate"] = watched.sample().rate;
    json["unverified"] = unverified_json(watched.sample().unverified);
    json["reader_list"] = Json::array();
    for (const auto& reader : watched.sample().readers)
      json["reader_list"].push_back(reader_json(reader, watched.sample().stream.seq));
    array.push_back(std::move(json));
  }
  for (const auto& [name, text] : watch.failures()) array.push_back({{"name", name}, {"error", text}});
  return array;
}

struct TopArguments {
  double interval_s = 1;
  bool once = false;
  bool json = false;
};

std::chrono::milliseconds interval_of(const TopArguments& arguments) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(arguments.interval_s * 1000));
}

void print_plain(const Watch& watch, bool json) {
  if (json) fmt::print("{}\n", json_text(to_json(watch)));
  if (!json)
    for (const auto& line : picture(watch)) fmt::print("{}\n", line);
  std::fflush(stdout);
}

int run_plain(const TopArguments& arguments) {
  Watch watch;
  for (;;) {
    watch.look();
    print_plain(watch, arguments.json);
    if (arguments.once) return kDone;
    pause_for(interval_of(arguments));
    if (interrupted()) return kDone;
    if (!arguments.json) fmt::print("\n");
  }
}

int run_screen(const TopArguments& arguments) {
  Watch watch;
  Screen screen;
  for (;;) {
    watch.look();
    std::vector<Line> lines = {{fmt::format("wingbeat top: {} streams, every {:g} s; q leaves", watch.watched().size(),
                                             arguments.interval_s)}, {""}};
    for (const auto& line : picture(watch)) lines.push_back({line});
    screen.draw(lines);
    if (screen.wait_key(interval_of(arguments)) == Key::quit || interrupted()) return kDone;
  }
}

}  // namespace

void add_top(CommandLine& line) {
  auto verb = line.add_verb(kLooking, "top", "Watch all streams and readers live: rate, step time, lag, losses, memory");
  auto arguments = std::make_shared<TopArguments>();
  verb.add("--interval", arguments->interval_s, "Update every so many seconds").between(0.05, 3600).with_default();
  verb.add("--once", arguments->once, "Print the state once and end");
  verb.add("--json", arguments->json, "Print one JSON array per update, each on a line");
  verb.run([arguments] {
    catch_interrupts();
    const bool live = is_terminal() && !arguments->once && !arguments->json;
    return live ? run_screen(*arguments) : run_plain(*arguments);
  });
}

}  // namespace wingbeat::cli
