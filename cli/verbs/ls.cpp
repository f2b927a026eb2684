// wingbeat ls: lists the streams of this machine.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "text.hpp"
#include "verbs.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::cli {

namespace {

struct Seen {
  std::string name;
  std::optional<Error> error;  // instead of all the rest
  wb_stream_info stream{};
  std::size_t dead_readers = 0;
  std::string unverified;  // why, if it is
};

Seen look_at(const std::string& name) {
  Seen seen{name, {}, {}, 0, ""};
  auto inspection = Inspection::open(name);
  if (!inspection) return seen.error = inspection.error(), seen;
  auto stream = inspection->stream();
  if (!stream) return seen.error = stream.error(), seen;
  seen.stream = *stream;
  seen.unverified = unverified(inspection->schema());
  if (auto readers = inspection->readers(); readers)
    seen.dead_readers = static_cast<std::size_t>(
        std::count_if(readers->begin(), readers->end(), [](const auto& reader) { return reader.alive == 0; }));
  return seen;
}

std::vector<Seen> look_at_all() {
  std::vector<Seen> all;
  for (const auto& name : streams().value()) {
    Seen seen = look_at(name);
    const bool gone_meanwhile = seen.error && seen.error->code() == WB_NOT_READY;
    if (!gone_meanwhile) all.push_back(std::move(seen));
  }
  return all;
}

Json to_json(const Seen& seen) {
  if (seen.error) return {{"name", seen.name}, {"error", seen.error->what()}};
  Json json = stream_json(seen.stream);
  json["dead_readers"] = seen.dead_readers;
  json["unverified"] = unverified_json(seen.unverified);
  return json;
}

std::vector<std::string> to_row(const Seen& seen) {
  if (seen.error) return {seen.name, "?", "", "", "", "", printable(seen.error->what())};
  const wb_stream_info& s = seen.stream;
  const std::string dead = seen.dead_readers > 0 ? fmt::format(" (+{} dead)", seen.dead_readers) : "";
  const std::uint64_t now = wb_now_ns();
  const std::string age =
      s.seq == 0 ? "-" : duration_text(now > s.publish_time_ns ? now - s.publish_time_ns : 0) + " ago";
  return {marked(seen.name, seen.unverified),
          fmt::format("{} {}", writer_state_text(s.writer_state), s.writer_pid),
          fmt::format("{}{}", s.readers, dead),
          fmt::format("{}", s.seq),
          fmt::format("{}/{}", s.count, s.capacity),
          bytes_text(s.memory_bytes),
          age};
}

void print_table(const std::vector<Seen>& all) {
  std::vector<std::vector<std::string>> rows = {{"STREAM", "WRITER", "READERS", "FRAME", "AGENTS", "MEMORY", "LAST"}};
  for (const Seen& seen : all) rows.push_back(to_row(seen));
  for (const auto& line : table(rows)) fmt::print("{}\n", line);
}

int list(bool json) {
  const auto all = look_at_all();
  if (json) {
    Json array = Json::array();
    for (const Seen& seen : all) array.push_back(to_json(seen));
    fmt::print("{}\n", json_text(array));
  } else if (all.empty()) {
    fmt::print(stderr, "no streams; start a writer, for example `wingbeat swarm`\n");
  } else {
    print_table(all);
  }
  return kDone;
}

}  // namespace

void add_ls(CommandLine& line) {
  auto verb = line.add_verb(kLooking, "ls", "List the streams of this machine with their writers and readers");
  auto json = std::make_shared<bool>(false);
  verb.add("--json", *json, "Print one JSON array instead of a table");
  verb.run([json] { return list(*json); });
}

}  // namespace wingbeat::cli
