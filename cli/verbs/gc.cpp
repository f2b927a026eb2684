// wingbeat gc: removes what dead processes left.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "leftovers.hpp"
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
  // A stream that is not there is a typing error more often than a success.
  if (!stream.empty()) {
    auto inspection = Inspection::open(stream);
    if (!inspection && inspection.error().code() == WB_NOT_READY) throw inspection.error();
  }
  wb_collect_report report = collect(stream).value();
  const LeftSegments left = stream.empty() ? collect_left_segments() : LeftSegments();
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

void add_gc(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand("gc", "Remove what dead processes left; never touches what a live one uses");
  auto stream = std::make_shared<std::string>();
  verb->add_option("stream", *stream, "Of this stream only");
  auto json = std::make_shared<bool>(false);
  verb->add_flag("--json", *json, "What was removed as one JSON object");
  verb->callback([&exit_code, stream, json] { exit_code = collect_and_tell(*stream, *json); });
}

}  // namespace wingbeat::cli
