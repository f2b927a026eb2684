// wingbeat top: watches all streams and their readers. On a terminal the user chooses a stream and sees its details.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <iterator>
#include <memory>

#include "messages.hpp"
#include "stream_description.hpp"
#include "terminal.hpp"
#include "verbs.hpp"
#include "watch.hpp"

namespace wingbeat::cli {

namespace {

using Style = Line::Style;

std::string number(std::uint64_t value) { return fmt::format("{}", value); }

// ---------------------------------------------------------------------------------------------------------------
// tables

std::vector<std::string> stream_row(const std::string& name, const Sample& sample) {
  const wb_stream_info& s = sample.stream;
  std::uint64_t lost = 0;
  for (const auto& reader : sample.readers) lost += reader.missed;
  return {marked(name, sample.unverified),
          writer_state_text(s.writer_state),
          number(static_cast<std::uint64_t>(s.writer_pid)),
          fmt::format("{:.1f}/s", sample.rate),
          duration_text(s.fill_time_ns),
          fmt::format("{:.0f}%", sample.load() * 100),
          number(s.seq),
          number(s.count),
          number(s.readers),
          number(lost),
          bytes_text(s.memory_bytes),
          fmt::format("{}/{}", s.leases_held, s.lease_budget)};
}

// All streams in the order of their names, under a head.
std::vector<std::string> stream_table(const Watch& watch, std::size_t width) {
  Rows rows;
  for (const auto& [name, stream] : watch.streams()) rows.push_back(stream_row(name, stream.sample()));
  return fitted_table({{"STREAM", 0, 10},
                       {"WRITER"},
                       {"PID", 7, 0, true},
                       {"RATE", 0, 0, true},
                       {"STEP TIME", 4, 0, true},
                       {"BUSY", 6, 0, true},
                       {"FRAME", 3, 0, true},
                       {"AGENTS", 2, 0, true},
                       {"READERS", 0, 0, true},
                       {"LOST", 1, 0, true},
                       {"MEMORY", 5, 0, true},
                       {"LEASES", 8, 0, true}},
                      rows, width);
}

StreamDescription readers_only(const Sample& sample) {
  StreamDescription description;
  description.stream = sample.stream;
  description.readers = sample.readers;
  return description;
}

Json to_json(const Watch& watch) {
  Json array = Json::array();
  for (const auto& [name, stream] : watch.streams()) {
    const Sample& sample = stream.sample();
    Json json = stream_json(sample.stream);
    json["rate"] = sample.rate;
    json["unverified"] = unverified_json(sample.unverified);
    json["reader_list"] = Json::array();
    for (const auto& reader : sample.readers) json["reader_list"].push_back(reader_json(reader, sample.stream.seq));
    array.push_back(std::move(json));
  }
  for (const auto& [name, text] : watch.failures()) array.push_back({{"name", name}, {"error", text}});
  return array;
}

// ---------------------------------------------------------------------------------------------------------------
// screen

// The longest of these texts that fits.
std::string fitting(std::initializer_list<const char*> texts, std::size_t width) {
  for (const char* text : texts)
    if (std::string_view(text).size() <= width) return text;
  return "";
}

// What the user looks at.
struct View {
  std::string chosen;        // the stream
  bool is_detailed = false;  // its details instead of the list
  std::size_t first = 0;     // the first line that is shown
};

// A window of `rows` lines that contains the marked line; the last line says how many more there are.
std::vector<Line> window_of(const std::vector<Line>& all, std::size_t marked, std::size_t rows, std::size_t& first) {
  if (all.size() <= rows) return first = 0, all;
  const std::size_t shown = std::max<std::size_t>(rows, 2) - 1;
  first = std::min(first, all.size() - shown);
  if (marked < first) first = marked;
  if (marked >= first + shown) first = marked - shown + 1;
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
  std::vector<Line> lines(begin, begin + static_cast<std::ptrdiff_t>(shown));
  lines.push_back({fmt::format("lines {} to {} of {}", first + 1, first + shown, all.size()), Style::dim});
  return lines;
}

std::string counted(std::uint64_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string summary(const Watch& watch, double interval_s, std::size_t width) {
  std::uint64_t alive = 0, readers = 0, bytes = 0;
  for (const auto& [name, stream] : watch.streams()) {
    if (stream.sample().stream.writer_state == WB_WRITER_ALIVE) ++alive;
    readers += stream.sample().stream.readers;
    bytes += stream.sample().stream.memory_bytes;
  }
  const std::string brief = fmt::format("wingbeat top: {}, {} alive, {}", counted(watch.streams().size(), "stream"),
                                        alive, counted(readers, "reader"));
  const std::string full = fmt::format("{}, {}, every {:g} s", brief, bytes_text(bytes), interval_s);
  return full.size() <= width ? full : cut(brief, width);
}

// The list of streams, and below it the readers of the chosen one as far as there is room.
void add_list(std::vector<Line>& lines, const Watch& watch, View& view, Screen::Size size) {
  if (watch.streams().empty() && watch.failures().empty())
    return lines.insert(lines.end(), {{"no streams"}, {"start a writer, for example `wingbeat swarm`"}}), void();
  const auto table = stream_table(watch, size.columns);
  std::vector<Line> rows;
  std::size_t marked = 0;
  const Sample* chosen = nullptr;
  for (const auto& [name, stream] : watch.streams()) {
    const bool is_chosen = name == view.chosen;
    if (is_chosen) marked = rows.size(), chosen = &stream.sample();
    std::string text = table[rows.size() + 1];
    text.append(size.columns - std::min(size.columns, text.size()), ' ');  // the mark goes through to the right
    rows.push_back({text, is_chosen ? Style::reversed : Style::plain});
  }
  for (const auto& [name, text] : watch.failures())
    rows.push_back({cut(fmt::format("{}: {}", name, printable(text)), size.columns)});
  const auto readers =
      chosen != nullptr ? readers_of(readers_only(*chosen), size.columns).lines : std::vector<std::string>();
  const std::size_t room = size.rows - std::min<std::size_t>(size.rows, lines.size() + 2);  // without head and help
  const std::size_t wanted = readers.empty() ? 0 : readers.size() + 2;
  // The list comes first; the readers get what it leaves, but at least a third of the room.
  const std::size_t for_readers = std::min(wanted, std::max(room / 3, room - std::min(room, rows.size())));
  lines.push_back({table[0], Style::bold});
  for (Line& line : window_of(rows, marked, room - for_readers, view.first)) lines.push_back(std::move(line));
  if (for_readers < 4) return;
  lines.push_back({""});
  lines.push_back({cut("Readers of " + view.chosen, size.columns), Style::bold});
  for (std::size_t i = 0; i + 2 < for_readers; ++i) lines.push_back({readers[i], i == 0 ? Style::dim : Style::plain});
  const std::size_t hidden = wanted - for_readers;
  if (hidden > 0) lines.back() = {fmt::format("and {} more: press Enter", hidden + 1), Style::dim};
}

// Everything about the chosen stream.
void add_details(std::vector<Line>& lines, WatchedStream& stream, View& view, Screen::Size size) {
  const wb_stream_info& s = stream.sample().stream;
  std::vector<Line> all;
  const auto add = [&](const std::string& text) { all.push_back({cut(text, size.columns)}); };
  add(fmt::format("writer {}, pid {}", writer_state_text(s.writer_state), s.writer_pid));
  add(fmt::format("{:.1f} frames/s, step time {}", stream.sample().rate, duration_text(s.fill_time_ns)));
  add(fmt::format("frame {}, step {}, {} of {} agents", s.seq, s.step, s.count, s.capacity));
  add(fmt::format("memory {}: {} slots of {}", bytes_text(s.memory_bytes), s.slots, bytes_text(s.frame_bytes)));
  add(fmt::format("{} of {} leases given to readers, {} held", s.leases_claimed, s.lease_budget, s.leases_held));
  try {
    const StreamDescription description = describe(stream.inspection());
    if (!description.unverified.empty()) add("unverified: " + printable(description.unverified));
    for (const TableSection& section :
         sections_of(description, size.columns - std::min<std::size_t>(2, size.columns))) {
      all.push_back({""});
      all.push_back({section.title, Style::bold});
      for (std::size_t i = 0; i < section.lines.size(); ++i)
        all.push_back({"  " + section.lines[i], i == 0 ? Style::dim : Style::plain});
    }
  } catch (const Error& error) {
    add(printable(error.what()));
  }
  const std::size_t room = size.rows - std::min<std::size_t>(size.rows, lines.size() + 1);
  const std::size_t last = all.size() > room ? all.size() - room + 1 : 0;
  view.first = std::min(view.first, last);
  for (Line& line : window_of(all, view.first, room, view.first)) lines.push_back(std::move(line));
}

std::vector<Line> picture(Watch& watch, View& view, Screen::Size size, double interval_s) {
  const auto chosen = watch.streams().find(view.chosen);
  if (chosen == watch.streams().end()) view.is_detailed = false;
  std::vector<Line> lines;
  if (view.is_detailed) {
    lines.push_back({cut(marked(view.chosen, chosen->second.sample().unverified), size.columns), Style::bold});
    add_details(lines, chosen->second, view, size);
  } else {
    if (chosen == watch.streams().end() && !watch.streams().empty()) view.chosen = watch.streams().begin()->first;
    lines.push_back({summary(watch, interval_s, size.columns)});
    add_list(lines, watch, view, size);
  }
  lines.resize(std::max<std::size_t>(size.rows, 1) - 1);
  lines.push_back(
      {view.is_detailed
           ? fitting({"up/down or j k: scroll   Esc: back to the list   q: leave", "j k: scroll  Esc: back  q: leave"},
                     size.columns)
           : fitting({"up/down or j k: choose a stream   Enter: its fields, parameters and readers   q: leave",
                      "up/down or j k: choose   Enter: details   q: leave", "j k: choose  Enter: details  q: leave"},
                     size.columns),
       Style::dim});
  return lines;
}

// False if the key leaves.
bool handle_key(Key key, const Watch& watch, View& view) {
  if (key == Key::quit) return false;
  if (view.is_detailed) {
    if (key == Key::back) view = {view.chosen, false, 0};
    if (key == Key::down) ++view.first;
    if (key == Key::up && view.first > 0) --view.first;
    if (key == Key::first) view.first = 0;
    // The picture limits it to the last full page.
    if (key == Key::last) view.first = std::string::npos / 2;
    return true;
  }
  const auto& streams = watch.streams();
  const auto chosen = streams.find(view.chosen);
  if (chosen == streams.end()) return true;
  if (key == Key::enter) view = {view.chosen, true, 0};
  if (key == Key::down && std::next(chosen) != streams.end()) view.chosen = std::next(chosen)->first;
  if (key == Key::up && chosen != streams.begin()) view.chosen = std::prev(chosen)->first;
  if (key == Key::first) view.chosen = streams.begin()->first;
  if (key == Key::last) view.chosen = streams.rbegin()->first;
  return true;
}

// -----------------------------------------------------------------------------------------------------------------
// verb

struct TopArguments {
  double interval_s = 1;
  bool once = false;
  bool json = false;
  WaitOptions wait;
};

int run_screen(const TopArguments& arguments) {
  using Clock = std::chrono::steady_clock;
  const auto interval = std::chrono::milliseconds(static_cast<std::int64_t>(arguments.interval_s * 1000));
  Watch watch;
  View view;
  Screen screen;
  // Keys and a changed window are answered at once with the last sample; streams are read only every interval.
  for (auto next = Clock::now(); !interrupted();) {
    if (Clock::now() >= next) {
      watch.look();
      next = Clock::now() + interval;
    }
    screen.draw(picture(watch, view, screen.size(), arguments.interval_s));
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
    if (!handle_key(screen.wait_key(std::max(left, std::chrono::milliseconds(0))), watch, view)) break;
  }
  return kDone;
}

void print_plain(const Watch& watch) {
  for (const auto& line : stream_table(watch, std::string::npos)) fmt::print("{}\n", line);
  for (const auto& [name, text] : watch.failures()) fmt::print("{}: {}\n", name, printable(text));
  for (const auto& [name, stream] : watch.streams()) {
    const auto readers = readers_of(readers_only(stream.sample()), std::string::npos).lines;
    if (!readers.empty()) fmt::print("\nReaders of {}\n", name);
    for (const auto& line : readers) fmt::print("  {}\n", line);
  }
}

// Without a terminal: the state as lines, or as JSON, again and again.
int run_plain(const TopArguments& arguments) {
  Watch watch;
  WaitMessage wait("top", arguments.wait);
  const auto interval = std::chrono::milliseconds(static_cast<std::int64_t>(arguments.interval_s * 1000));
  for (;;) {
    watch.look();
    if (arguments.json)
      fmt::print("{}\n", json_text(to_json(watch)));
    else
      print_plain(watch);
    std::fflush(stdout);
    if (arguments.once) return kDone;
    if (watch.streams().empty())
      wait.wait_for("a stream", [] { return std::vector<std::string>(); });
    else
      wait.done();
    pause_for(interval);
    if (interrupted()) return kDone;
    if (!arguments.json) fmt::print("\n");
  }
}

}  // namespace

void add_top(CommandLine& line) {
  auto verb =
      line.add_verb(kLooking, "top", "Watch all streams and readers live: rate, step time, lag, losses, memory",
                    "On a terminal, choose a stream with the arrow keys or j and k, and press Enter to see its fields, "
                    "parameters and readers; q leaves. Otherwise the state is printed every --interval seconds.");
  auto arguments = std::make_shared<TopArguments>();
  verb.add("--interval", arguments->interval_s, "Set the seconds between two updates")
      .between(0.05, 3600)
      .with_default();
  verb.add("--once", arguments->once, "Print the state once and end");
  verb.add("--timeout", arguments->wait.timeout_s,
           "Without a terminal, end with exit code 3 if no stream appears within this time in seconds; 0: wait forever")
      .between(0, 1e9)
      .with_default();
  verb.add("--quiet", arguments->wait.quiet, "Do not report what the command waits for");
  verb.add("--json", arguments->json, "Print one JSON array per update, each on a line");
  verb.run([arguments] {
    catch_interrupts();
    const bool is_live = is_terminal() && !arguments->once && !arguments->json;
    return is_live ? run_screen(*arguments) : run_plain(*arguments);
  });
}

}  // namespace wingbeat::cli
