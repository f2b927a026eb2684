// wingbeat info: shows one stream.
#include <fmt/format.h>

#include <memory>

#include "stream_description.hpp"
#include "verbs.hpp"

namespace wingbeat::cli {

namespace {

void print_stream(const wb_stream_info& s) {
  fmt::print("{}: writer {}, pid {}, epoch {}, generation {}\n", s.name, writer_state_text(s.writer_state),
             s.writer_pid, s.epoch, s.generation);
  fmt::print("frame {}, step {}, simulated {:g} s, {} of {} agents, filled in {}\n", s.seq, s.step, s.sim_time, s.count,
             s.capacity, duration_text(s.fill_time_ns));
  fmt::print("memory {}: {} slots of {}; {} of {} leases given to readers, {} held; {} of {} readers\n",
             bytes_text(s.memory_bytes), s.slots, bytes_text(s.frame_bytes), s.leases_claimed, s.lease_budget,
             s.leases_held, s.readers, s.max_readers);
}

int show(const std::string& name, bool json) {
  auto inspection = Inspection::open(name).value();
  const StreamDescription description = describe(inspection);
  if (json) return fmt::print("{}\n", json_text(to_json(description))), kDone;
  print_stream(description.stream);
  if (!description.unverified.empty()) fmt::print("unverified: {}\n", printable(description.unverified));
  for (const TableSection& section : sections_of(description, std::string::npos)) {
    fmt::print("\n{}\n", section.title);
    for (const std::string& line : section.lines) fmt::print("  {}\n", line);
  }
  return kDone;
}

}  // namespace

void add_info(CommandLine& line) {
  auto verb = line.add_verb(kLooking, "info", "Show a stream: fields, attributes, parameters, readers, memory");
  auto name = std::make_shared<std::string>();
  verb.add("stream", *name, "The stream's name").required();
  auto json = std::make_shared<bool>(false);
  verb.add("--json", *json, "Print one JSON object instead of text");
  verb.run([name, json] { return show(*name, *json); });
}

}  // namespace wingbeat::cli
