// wingbeat gc: removes what dead processes left.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "note.hpp"
#include "text.hpp"
#include "verbs.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::cli {

namespace {

std::vector<std::string> names_of(const LeftSegments& left) {
  std::vector<std::string> names;
  for (const auto& segment : left.segments) names.push_back(printable(segment.name));
  return names;
}

int collect_and_tell(const std::string& stream, bool json) {
  // The name of a stream that does not exist is more often mistyped than already collected.
  if (!stream.empty()) {
    auto inspection = Inspection::open(stream);
    if (!inspection && inspection.error().code() == WB_NOT_READY) throw inspection.error();
  }
  wb_collect_report report = collect(stream).value();
  // Segments of mirrors do not belong to one stream, so they are collected only with all streams.
  const LeftSegments left = stream.empty() ? remove_left_segments() : LeftSegments();
  const std::vector<std::string> segments = names_of(left);
  report.files += left.files;
  for (const auto& segment : left.segments) report.bytes += segment.bytes;
  if (json) {
    fmt::print("{}\n", json_text({{"streams", report.streams},
                                  {"readers", report.readers},
                                  {"objects", report.objects},
                                  {"segments", segments},
                                  {"files", report.files},
                                  {"bytes", report.bytes}}));
  } else if (report.streams + report.readers + report.objects + segments.size() + report.files == 0) {
    fmt::print("nothing to collect\n");
  } else {
    fmt::print("removed {} streams, {} dead readers, {} memory objects, {} segments ({}), {} files\n", report.streams,
               report.readers, report.objects, segments.size(), bytes_text(report.bytes), report.files);
    if (!segments.empty()) fmt::print("segments: {}\n", fmt::join(segments, ", "));
  }
  return kDone;
}

}  // namespace

void add_gc(CommandLine& line) {
  auto verb = line.add_verb(kUpkeep, "gc", "Remove what dead processes left, and nothing that is in use");
  auto stream = std::make_shared<std::string>();
  verb.add("stream", *stream, "Remove only what belongs to this stream");
  auto json = std::make_shared<bool>(false);
  verb.add("--json", *json, "Print what was removed as one JSON object");
  verb.run([stream, json] { return collect_and_tell(*stream, *json); });
}

}  // namespace wingbeat::cli
