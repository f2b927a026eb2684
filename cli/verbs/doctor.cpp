// wingbeat doctor: checks the machine and all streams.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "machine.hpp"
#include "note.hpp"
#include "text.hpp"
#include "verbs.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::cli {

namespace {

std::string about(const std::string& stream) { return fmt::format("stream {}", stream); }

Finding judge_error(const std::string& name, const Error& error) {
  return {about(name), Level::problem, printable(error.what()), fmt::format("`wingbeat gc {}`", name)};
}

Finding judge_writer(const wb_stream_info& s) {
  if (s.writer_state == WB_WRITER_ALIVE)
    return {about(s.name), Level::fine,
            fmt::format("writer {} alive, {} readers, {}", s.writer_pid, s.readers, bytes_text(s.memory_bytes)), ""};
  if (s.readers > 0)
    return {about(s.name), Level::advice,
            fmt::format("the writer {}; {} readers wait for a new one",
                        s.writer_state == WB_WRITER_CLOSED ? "ended" : "died", s.readers),
            "start the simulation again, or end the readers"};
  return {about(s.name), Level::problem,
          fmt::format("the writer {} is dead and there are no readers; {} of memory are left", s.writer_pid,
                      bytes_text(s.memory_bytes)),
          fmt::format("`wingbeat gc {}`", s.name)};
}

Finding judge_dead_reader(const std::string& name, const wb_reader_info& reader) {
  return {about(name), Level::problem,
          fmt::format("reader {} ({}) died and still has its entry and {} leases", reader.pid, printable(reader.label),
                      reader.leases_claimed),
          fmt::format("`wingbeat gc {}`", name)};
}

void judge_stream(const std::string& name, Findings& findings) {
  auto inspection = Inspection::open(name);
  if (!inspection && inspection.error().code() == WB_NOT_READY) return;  // the stream ended meanwhile
  if (!inspection) return findings.push_back(judge_error(name, inspection.error()));
  const auto stream = inspection->stream();
  if (!stream) return findings.push_back(judge_error(name, stream.error()));
  findings.push_back(judge_writer(stream.value()));
  const auto readers = inspection->readers();
  if (!readers) return findings.push_back(judge_error(name, readers.error()));
  for (const auto& reader : readers.value())
    if (reader.alive == 0) findings.push_back(judge_dead_reader(name, reader));
}

Findings check_streams() {
  Findings findings;
  const auto names = streams();
  if (!names) return {{"streams", Level::problem, names.error().what(), "see the runtime directory"}};
  for (const auto& name : names.value()) judge_stream(name, findings);
  return findings;
}

Findings check_segments() {
  Findings findings;
  for (const auto& segment : find_left_segments().segments)
    findings.push_back(
        {fmt::format("segment {}", printable(segment.name)), Level::problem,
         fmt::format("the mirror that made it is dead; {} of memory are left", bytes_text(segment.bytes)),
         "`wingbeat gc`, or start the mirror again"});
  return findings;
}

const char* level_text(Level level) {
  return level == Level::fine ? "ok" : level == Level::advice ? "advice" : "problem";
}

void print_text(const Findings& findings) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& f : findings) rows.push_back({level_text(f.level), f.about, f.what});
  const auto lines = table(rows);
  for (std::size_t i = 0; i < findings.size(); ++i) {
    fmt::print("{}\n", lines[i]);
    if (!findings[i].remedy.empty()) fmt::print("         -> {}\n", findings[i].remedy);
  }
}

Json to_json(const Findings& findings, bool healthy) {
  Json list = Json::array();
  for (const auto& f : findings)
    list.push_back({{"about", f.about}, {"level", level_text(f.level)}, {"what", f.what}, {"remedy", f.remedy}});
  return {{"healthy", healthy}, {"findings", list}};
}

int examine(bool json) {
  Findings findings = check_machine();
  for (const Findings& more : {check_streams(), check_segments()})
    findings.insert(findings.end(), more.begin(), more.end());
  const auto problems = std::count_if(findings.begin(), findings.end(),
                                      [](const Finding& finding) { return finding.level == Level::problem; });
  if (json) {
    fmt::print("{}\n", json_text(to_json(findings, problems == 0)));
  } else {
    print_text(findings);
    fmt::print("{}\n", problems == 0 ? "no problems" : fmt::format("{} problems", problems));
  }
  return problems == 0 ? kDone : kNo;
}

}  // namespace

void add_doctor(CommandLine& line) {
  auto verb = line.add_verb(kUpkeep, "doctor", "Check the machine and all streams, and say what to do");
  auto json = std::make_shared<bool>(false);
  verb.add("--json", *json, "Print one JSON object instead of text");
  verb.run([json] { return examine(*json); });
}

}  // namespace wingbeat::cli
