// wingbeat info: shows one stream.
#include <fmt/format.h>

#include <memory>

#include "text.hpp"
#include "verbs.hpp"
#include "wingbeat/wingbeat.hpp"

namespace wingbeat::cli {

namespace {

struct Description {
  wb_stream_info stream;
  std::vector<wb_reader_info> readers;
  std::vector<wb_field_info> fields;
  std::vector<wb_control_info> controls;
  std::vector<wb_value> values;  // by control; unused unless it is a parameter
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string unverified;  // the reason; empty if the stream is not
};

Description describe(const std::string& name) {
  auto inspection = Inspection::open(name).value();
  Description d;
  d.stream = inspection.stream().value();
  d.readers = inspection.readers().value();
  d.fields = fields_of(inspection.schema());
  d.controls = controls_of(inspection.schema());
  d.attributes = attributes_of(inspection.schema());
  d.unverified = unverified(inspection.schema());
  for (std::uint32_t i = 0; i < d.controls.size(); ++i)
    d.values.push_back(d.controls[i].kind == WB_PARAMETER ? inspection.parameter(i).value() : wb_value{});
  return d;
}

Json control_json(const wb_control_info& control, const wb_value& value) {
  Json json = {{"name", control.name}, {"kind", control_kind_text(control.kind)}, {"help", control.help}};
  if (control.kind == WB_COMMAND) json["arguments"] = control.choices;
  if (control.kind != WB_PARAMETER) return json;
  json["value"] = value_json(value, control);
  json["initial"] = value_json(control.initial, control);
  json["unit"] = control.unit;
  if (control.initial.type == WB_VALUE_CHOICE) json["choices"] = control.choices;
  if (control.initial.type == WB_VALUE_CHOICE || range_text(control).empty()) return json;
  json["minimum"] = value_json(control.minimum, control);
  json["maximum"] = value_json(control.maximum, control);
  return json;
}

Json to_json(const Description& d) {
  Json json = stream_json(d.stream);
  json["unverified"] = unverified_json(d.unverified);
  json["attributes"] = Json::object();
  for (const auto& [key, value] : d.attributes) json["attributes"][key] = value;
  json["fields"] = Json::array();
  for (const auto& field : d.fields) json["fields"].push_back(field_json(field));
  json["controls"] = Json::array();
  for (std::size_t i = 0; i < d.controls.size(); ++i)
    json["controls"].push_back(control_json(d.controls[i], d.values[i]));
  json["reader_list"] = Json::array();
  for (const auto& reader : d.readers) json["reader_list"].push_back(reader_json(reader, d.stream.seq));
  return json;
}

void print_table(const char* title, const std::vector<std::vector<std::string>>& rows) {
  if (rows.size() < 2) return;
  fmt::print("\n{}\n", title);
  for (const auto& line : table(rows)) fmt::print("  {}\n", line);
}

void print_stream(const wb_stream_info& s) {
  fmt::print("{}: writer {}, pid {}, epoch {}, generation {}\n", s.name, writer_state_text(s.writer_state),
             s.writer_pid, s.epoch, s.generation);
  fmt::print("frame {}, step {}, simulated {:g} s, {} of {} agents, filled in {}\n", s.seq, s.step, s.sim_time, s.count,
             s.capacity, duration_text(s.fill_time_ns));
  fmt::print("memory {}: {} slots of {}; {} of {} leases given to readers, {} held; {} of {} readers\n",
             bytes_text(s.memory_bytes), s.slots, bytes_text(s.frame_bytes), s.leases_claimed, s.lease_budget,
             s.leases_held, s.readers, s.max_readers);
}

void print_fields(const Description& d) {
  std::vector<std::vector<std::string>> rows = {{"NAME", "TYPE", "SHAPE", "PER AGENT", "UNIT", "LABELS"}};
  for (const auto& f : d.fields)
    rows.push_back({f.name, wb_type_name(static_cast<int>(f.type)), shape_text(f), f.per_agent != 0 ? "yes" : "no",
                    printable(f.unit), printable(f.labels)});
  print_table("Fields", rows);
}

void print_controls(const Description& d) {
  std::vector<std::vector<std::string>> parameters = {{"NAME", "VALUE", "RANGE", "UNIT", "HELP"}};
  std::vector<std::vector<std::string>> acts = {{"NAME", "ARGUMENTS", "HELP"}};
  for (std::size_t i = 0; i < d.controls.size(); ++i) {
    const auto& c = d.controls[i];
    if (c.kind == WB_PARAMETER)
      parameters.push_back({c.name, value_text(d.values[i], c), range_text(c), printable(c.unit), printable(c.help)});
    else
      acts.push_back({c.name, printable(c.choices), printable(c.help)});
  }
  print_table("Parameters (wingbeat set)", parameters);
  print_table("Triggers and commands (wingbeat call)", acts);
}

void print_readers(const Description& d) {
  std::vector<std::vector<std::string>> rows = {{"PID", "LABEL", "STATE", "MODE", "LAG", "LOST", "RECEIVED", "LEASES"}};
  for (const auto& r : d.readers)
    rows.push_back({fmt::format("{}", r.pid), printable(r.label), r.alive != 0 ? "alive" : "dead", mode_text(r),
                    fmt::format("{}", d.stream.seq > r.seq ? d.stream.seq - r.seq : 0), fmt::format("{}", r.missed),
                    fmt::format("{}", r.received), fmt::format("{}/{}", r.leases_held, r.leases_claimed)});
  print_table("Readers", rows);
}

int show(const std::string& name, bool json) {
  const Description d = describe(name);
  if (json) return fmt::print("{}\n", json_text(to_json(d))), kDone;
  print_stream(d.stream);
  if (!d.unverified.empty()) fmt::print("unverified: {}\n", printable(d.unverified));
  std::vector<std::vector<std::string>> attributes = {{"KEY", "VALUE"}};
  for (const auto& [key, value] : d.attributes) attributes.push_back({printable(key), printable(value)});
  print_table("Attributes", attributes);
  print_fields(d);
  print_controls(d);
  print_readers(d);
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
