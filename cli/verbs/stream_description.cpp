#include "stream_description.hpp"

#include <fmt/format.h>

namespace wingbeat::cli {

namespace {

std::string number(std::uint64_t value) { return fmt::format("{}", value); }

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

TableSection attributes_of(const StreamDescription& d, std::size_t width) {
  Rows rows;
  for (const auto& [key, value] : d.attributes) rows.push_back({printable(key), printable(value)});
  if (rows.empty()) return {};
  return {"Attributes", fitted_table({{"KEY", 0, 8}, {"VALUE", 0, 8}}, rows, width)};
}

TableSection fields_of(const StreamDescription& d, std::size_t width) {
  Rows rows;
  for (const auto& f : d.fields)
    rows.push_back({f.name, wb_type_name(static_cast<int>(f.type)), shape_text(f), f.per_agent != 0 ? "yes" : "no",
                    printable(f.unit), printable(f.labels)});
  if (rows.empty()) return {};
  return {"Fields", fitted_table({{"NAME", 0, 8}, {"TYPE"}, {"SHAPE"}, {"PER AGENT", 2}, {"UNIT", 1}, {"LABELS", 3, 6}},
                                 rows, width)};
}

TableSection parameters_of(const StreamDescription& d, std::size_t width) {
  Rows rows;
  for (std::size_t i = 0; i < d.controls.size(); ++i) {
    const auto& c = d.controls[i];
    if (c.kind == WB_PARAMETER)
      rows.push_back({c.name, value_text(d.values[i], c), range_text(c), printable(c.unit), printable(c.help)});
  }
  if (rows.empty()) return {};
  return {"Parameters (wingbeat set)",
          fitted_table({{"NAME", 0, 8}, {"VALUE"}, {"RANGE", 1}, {"UNIT", 2}, {"HELP", 3, 12}}, rows, width)};
}

TableSection actions_of(const StreamDescription& d, std::size_t width) {
  Rows rows;
  for (const auto& c : d.controls)
    if (c.kind != WB_PARAMETER) rows.push_back({c.name, printable(c.choices), printable(c.help)});
  if (rows.empty()) return {};
  return {"Triggers and commands (wingbeat call)",
          fitted_table({{"NAME", 0, 8}, {"ARGUMENTS", 0, 9}, {"HELP", 1, 12}}, rows, width)};
}

}  // namespace

TableSection readers_of(const StreamDescription& d, std::size_t width) {
  Rows rows;
  for (const auto& r : d.readers)
    rows.push_back({printable(r.label), number(static_cast<std::uint64_t>(r.pid)),
                    r.alive == 0    ? "dead"
                    : r.asleep != 0 ? "waits"
                                    : "alive",
                    mode_text(r), number(d.lag_of(r)), number(r.missed), number(r.received),
                    fmt::format("{}/{}", r.leases_held, r.leases_claimed)});
  if (rows.empty()) return {};
  return {"Readers", fitted_table({{"LABEL", 0, 8},
                                   {"PID", 3, 0, true},
                                   {"STATE"},
                                   {"MODE", 2},
                                   {"LAG", 0, 0, true},
                                   {"LOST", 0, 0, true},
                                   {"RECEIVED", 4, 0, true},
                                   {"LEASES", 5, 0, true}},
                                  rows, width)};
}

StreamDescription describe(Inspection& inspection) {
  StreamDescription d;
  d.stream = inspection.stream().value();
  d.readers = inspection.readers().value();
  d.fields = wingbeat::fields_of(inspection.schema());
  d.controls = controls_of(inspection.schema());
  d.attributes = wingbeat::attributes_of(inspection.schema());
  d.unverified = unverified(inspection.schema());
  for (std::uint32_t i = 0; i < d.controls.size(); ++i)
    d.values.push_back(d.controls[i].kind == WB_PARAMETER ? inspection.parameter(i).value() : wb_value{});
  return d;
}

std::vector<TableSection> sections_of(const StreamDescription& d, std::size_t width) {
  std::vector<TableSection> sections;
  for (const auto& section_of : {fields_of, parameters_of, actions_of, readers_of, attributes_of})
    if (TableSection section = section_of(d, width); !section.lines.empty()) sections.push_back(std::move(section));
  return sections;
}

Json to_json(const StreamDescription& d) {
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

}  // namespace wingbeat::cli
