// The headers and the schema of a data object and its control object, as a reader finds them when it attaches. If they
// pass the checks, all offsets must lie within the objects and all texts must be terminated.
#include <cstdlib>

#include "fuzz.hpp"
#include "layout/geometry.hpp"
#include "layout/schema.hpp"

using namespace wingbeat::layout;

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

Schema sample() {
  Schema schema;
  must(!set_stream(schema, "fuzz", 7));
  must(!add_field(schema, {"position", kF32, {3, 7}, "x y z", "m", true}));
  must(!add_field(schema, {"grid", kU8, {5, 4}, {}, {}, false}));
  must(!add_control(schema, {"speed", kParameter, kValueF64, 0, 0, 0x4024000000000000, "m/s", "how fast", ""}));
  must(!add_control(schema, {"place", kCommand, 0, 0, 0, 0, "", "", "id x y"}));
  return schema;
}

void check(const DataHeader& header, std::uint64_t bytes, const std::vector<std::uint8_t>& object) {
  must(header.slots_offset + std::uint64_t{header.slot_count} * header.slot_stride <= bytes);
  must(header.schema_offset + header.schema_bytes <= bytes);
  must(header.slot_count >= header.lease_budget + 3 && header.slot_count <= kMaxSlots);
  if (object.size() < header.schema_offset + header.schema_bytes) return;
  const auto* begin = object.data() + header.schema_offset;
  Schema schema;
  if (from_bytes(header, std::vector<std::uint8_t>(begin, begin + header.schema_bytes), schema)) return;
  must(is_terminated(header.stream));
  for (const FieldRecord& field : schema.fields) {
    must(is_terminated(field.name) && is_terminated(field.unit) && is_terminated(field.labels));
    must(field.offset_bytes + field.size_bytes <= header.payload_bytes);
    must(field.dimensions >= 1 && field.dimensions <= kMaxDimensions && field.shape[field.dimensions - 1] > 0);
  }
  for (const ControlRecord& control : schema.controls) {
    must(is_terminated(control.name) && is_terminated(control.choices) && control.argument_count <= kMaxArguments);
    static_cast<void>(check_value(control, control.initial));
  }
  for (const AttributeRecord& attribute : schema.attributes)
    must(is_terminated(attribute.key) && is_terminated(attribute.value));
}

}  // namespace

// The input is a list of (offset, byte) pairs that change a valid object.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Schema schema = sample();
  static const DataHeader good = data_header(schema, {4, 3, 2});
  static const ControlHeader good_control = control_header(3);
  std::vector<std::uint8_t> object(good.schema_offset + good.schema_bytes);
  const std::vector<std::uint8_t> bytes = to_bytes(schema);
  std::memcpy(object.data(), &good, sizeof good);
  std::memcpy(object.data() + good.schema_offset, bytes.data(), bytes.size());
  std::vector<std::uint8_t> control(sizeof good_control);
  std::memcpy(control.data(), &good_control, sizeof good_control);

  fuzz::Input input(data, size);
  const std::uint64_t mapped = input.byte() % 4 == 0 ? input.number<std::uint32_t>() : good.total_bytes;
  while (!input.is_empty()) {
    const std::uint64_t place = input.number<std::uint16_t>() % (object.size() + control.size());
    (place < object.size() ? object[place] : control[place - object.size()]) = input.byte();
  }
  DataHeader header;
  std::memcpy(&header, object.data(), sizeof header);
  ControlHeader control_header;
  std::memcpy(&control_header, control.data(), sizeof control_header);
  if (check_data_header(header, mapped)) return 0;
  check(header, mapped, object);
  const std::uint64_t control_mapped = wingbeat::layout::control_header(header.max_readers).total_bytes;
  if (check_control_header(control_header, header, control_mapped)) return 0;
  must(control_header.requests_offset + header.max_readers * sizeof(RequestBlock) <= control_mapped);
  must(control_header.hot_offset + header.max_readers * sizeof(HotEntry) <= control_mapped);
  return 0;
}
