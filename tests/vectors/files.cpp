#include <cstddef>
#include <cstdio>
#include <cstring>

#include "vectors.hpp"

namespace vectors {
namespace {

std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

// Short things in one line, long ones spread out.
std::string pretty(const Json& json, const std::string& indent) {
  std::string line = json.dump();
  if (line.size() + indent.size() <= 118 || !json.is_structured()) return line;
  const std::string deeper = indent + "  ";
  std::string text(1, json.is_object() ? '{' : '[');
  for (auto item = json.begin(); item != json.end(); ++item) {
    text += (item == json.begin() ? "\n" : ",\n") + deeper;
    if (json.is_object()) text += Json(item.key()).dump() + ": ";
    text += pretty(*item, deeper);
  }
  return text + "\n" + indent + (json.is_object() ? '}' : ']');
}

struct Part {  // of an object: `bytes` from `offset` on, and what they are
  std::uint64_t offset, bytes;
  std::string meaning;
};

std::string hex_line(const Bytes& bytes, std::uint64_t offset, std::uint64_t count, const std::string& meaning) {
  char text[64];
  std::snprintf(text, sizeof text, "%05llx ", static_cast<unsigned long long>(offset));
  std::string line = text;
  for (std::uint64_t i = 0; i < 8; ++i) {
    if (i < count) std::snprintf(text, sizeof text, " %02x", bytes[offset + i]);
    line += i < count ? text : "   ";
  }
  line += "  " + meaning;
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

bool is_zero(const Bytes& bytes, const Part& part) {
  for (std::uint64_t i = 0; i < part.bytes; ++i) {
    if (bytes[part.offset + i] != 0) return false;
  }
  return true;
}

std::string dump(const Bytes& bytes, const std::vector<Part>& parts) {
  std::string text;
  for (const Part& part : parts) {
    if (is_zero(bytes, part)) continue;
    std::uint64_t last = part.bytes;
    while (bytes[part.offset + last - 1] == 0) --last;
    for (std::uint64_t at = 0; at < last; at += 8) {
      text +=
          hex_line(bytes, part.offset + at, std::min<std::uint64_t>(8, part.bytes - at), at == 0 ? part.meaning : "");
    }
  }
  return text;
}

std::string named(const std::string& member, const std::string& meaning) {
  return meaning.empty() ? member : member + ": " + meaning;
}

std::string decimal(std::uint64_t value) { return std::to_string(value); }

using layout::DataHeader;
#define PART(type, base, member, meaning) \
  Part { (base) + offsetof(type, member), sizeof(type::member), named(#member, meaning) }

std::vector<Part> header_parts(const DataHeader& h) {
  return {PART(DataHeader, 0, magic, "\"WBDATA\""),
          PART(DataHeader, 0, format_version, decimal(h.format_version)),
          PART(DataHeader, 0, epoch, decimal(h.epoch)),
          PART(DataHeader, 0, identity, "the same in all three parts"),
          PART(DataHeader, 0, total_bytes, decimal(h.total_bytes)),
          PART(DataHeader, 0, capacity, decimal(h.capacity) + " agents"),
          PART(DataHeader, 0, payload_bytes, decimal(h.payload_bytes)),
          PART(DataHeader, 0, slot_stride, decimal(h.slot_stride)),
          PART(DataHeader, 0, slots_offset, decimal(h.slots_offset)),
          PART(DataHeader, 0, schema_offset, decimal(h.schema_offset)),
          PART(DataHeader, 0, schema_bytes, decimal(h.schema_bytes)),
          PART(DataHeader, 0, values_offset, decimal(h.values_offset)),
          PART(DataHeader, 0, receipts_offset, decimal(h.receipts_offset)),
          PART(DataHeader, 0, slot_count, decimal(h.slot_count)),
          PART(DataHeader, 0, lease_budget, decimal(h.lease_budget)),
          PART(DataHeader, 0, max_readers, decimal(h.max_readers)),
          PART(DataHeader, 0, field_count, decimal(h.field_count)),
          PART(DataHeader, 0, control_count, ""),
          PART(DataHeader, 0, attribute_count, ""),
          PART(DataHeader, 0, create_time_ns, decimal(h.create_time_ns)),
          PART(DataHeader, 0, stream, std::string("\"") + h.stream + "\"")};
}

std::vector<Part> hot_parts() {
  constexpr std::uint64_t kHot = layout::kDataHotOffset;
  return {PART(layout::DataHot, kHot, head, "seq 1 << 16 | slot 0"),
          PART(layout::DataHot, kHot, wake, "changed twice: hello, frame 1"),
          PART(layout::DataHot, kHot, generation, "the first writer"), PART(layout::DataHot, kHot, state, "attached"),
          PART(layout::DataHot, kHot, pid, "4242")};
}

std::vector<Part> field_parts(std::uint64_t base) {
  return {PART(layout::FieldRecord, base, name, "\"position\""),
          PART(layout::FieldRecord, base, unit, "\"m\""),
          PART(layout::FieldRecord, base, labels, "\"x y z\""),
          PART(layout::FieldRecord, base, shape, "3, 2, then ones"),
          PART(layout::FieldRecord, base, type, "9, f32"),
          PART(layout::FieldRecord, base, dimensions, "2"),
          PART(layout::FieldRecord, base, per_agent, "1"),
          PART(layout::FieldRecord, base, offset_bytes, "0 in the payload"),
          PART(layout::FieldRecord, base, size_bytes, "24")};
}

std::vector<Part> slot_parts(std::uint64_t base) {
  std::vector<Part> parts = {PART(layout::SlotHeader, base, commit, "seq 1 << 2 | COMMITTED"),
                             PART(layout::SlotHeader, base, step, "10"),
                             PART(layout::SlotHeader, base, sim_time, "5.0"),
                             PART(layout::SlotHeader, base, publish_time_ns, ""),
                             PART(layout::SlotHeader, base, begin_time_ns, "250,000 ns before"),
                             PART(layout::SlotHeader, base, count, "2 agents present")};
  parts.push_back({base + sizeof(layout::SlotHeader), 24, "payload: position, x y z of agent 0, then of agent 1"});
  return parts;
}

std::vector<Part> control_parts(const layout::ControlHeader& h) {
  using layout::ControlHeader;
  return {PART(ControlHeader, 0, magic, "\"WBCTRL\""),
          PART(ControlHeader, 0, format_version, "1"),
          PART(ControlHeader, 0, max_readers, decimal(h.max_readers)),
          PART(ControlHeader, 0, identity, ""),
          PART(ControlHeader, 0, total_bytes, decimal(h.total_bytes)),
          PART(ControlHeader, 0, hot_offset, decimal(h.hot_offset)),
          PART(ControlHeader, 0, cold_offset, decimal(h.cold_offset)),
          PART(ControlHeader, 0, requests_offset, decimal(h.requests_offset))};
}
#undef PART

}  // namespace

std::vector<File> files_of(const Vector& vector) {
  std::vector<File> files = {{vector.name + ".json", pretty(vector.expected, "") + "\n"}};
  if (vector.segment == nullptr) return files;
  files.push_back({vector.name + ".data", text_of(vector.segment->data())});
  files.push_back({vector.name + ".control", text_of(vector.segment->control())});
  files.push_back({vector.name + ".manifest", layout::to_text(vector.segment->manifest())});
  return files;
}

std::string annotated(const Segment& segment) {
  const Bytes data = segment.data(), control = segment.control();
  layout::ControlHeader control_header;
  std::memcpy(&control_header, control.data(), sizeof control_header);
  return "manifest\n" + layout::to_text(segment.manifest()) + "\ndata object, header\n" +
         dump(data, header_parts(segment.header())) + "\ndata object, words of the writer\n" + dump(data, hot_parts()) +
         "\ndata object, schema: one field record\n" + dump(data, field_parts(segment.header().schema_offset)) +
         "\ndata object, slot 0\n" + dump(data, slot_parts(segment.header().slots_offset)) +
         "\ncontrol object, header\n" + dump(control, control_parts(control_header));
}

}  // namespace vectors
