// wingbeat.h, section "schema".
#include <cstring>

#include "../stream/values.hpp"
#include "handles.hpp"

using namespace wingbeat;
using namespace wingbeat::abi;
using stream::fail;

// The interface and the format use the same numbers, so that values need no translation.
static_assert(WB_NAME_BYTES == layout::kNameBytes && WB_UNIT_BYTES == layout::kUnitBytes);
static_assert(WB_LABELS_BYTES == layout::kLabelsBytes && WB_HELP_BYTES == layout::kHelpBytes);
static_assert(WB_CHOICES_BYTES == layout::kChoicesBytes && WB_VALUE_BYTES == layout::kValueBytes);
static_assert(WB_REASON_BYTES == layout::kReasonBytes && WB_LABEL_BYTES == layout::kReaderLabelBytes);
static_assert(WB_MAX_DIMENSIONS == layout::kMaxDimensions && WB_MAX_FIELDS == layout::kMaxFields);
static_assert(WB_MAX_CONTROLS == layout::kMaxControls && WB_MAX_ATTRIBUTES == layout::kMaxAttributes);
static_assert(WB_MAX_ARGUMENTS == layout::kMaxArguments && WB_MAX_LEASES == layout::kMaxLeases);
static_assert(WB_MAX_READERS == layout::kMaxReaders && WB_MAX_PENDING == layout::kMaxPending);
static_assert(WB_MAX_CAPACITY == layout::kMaxCapacity && WB_MAX_FRAME_BYTES == layout::kMaxFrameBytes);
static_assert(int{WB_I8} == int{layout::kI8} && int{WB_U64} == int{layout::kU64} && int{WB_F64} == int{layout::kF64});
static_assert(int{WB_C64} == int{layout::kC64} && int{WB_C128} == int{layout::kC128});
static_assert(int{WB_VALUE_F64} == int{layout::kValueF64} && int{WB_VALUE_CHOICE} == int{layout::kValueChoice});
static_assert(int{WB_PARAMETER} == int{layout::kParameter} && int{WB_COMMAND} == int{layout::kCommand});

namespace {

// The index of a field or control. The message of WB_ERR_NOT_FOUND lists all names.
int find(const wb_schema* schema, const char* name, bool field) {
  if (schema == nullptr || name == nullptr) return null_argument("the schema or name");
  const layout::Schema& s = *unwrap(schema);
  const int index = field ? s.find_field(name) : s.find_control(name);
  if (index >= 0) return index;
  std::string names;
  for (const auto& record : s.fields) names += field ? std::string(" ") + record.name : "";
  for (const auto& record : s.controls) names += field ? "" : std::string(" ") + record.name;
  return fail(WB_ERR_NOT_FOUND, "stream '" + s.stream + "' has no " + (field ? "field '" : "control '") +
                                    std::string(name).substr(0, 80) + "'; it has" + (names.empty() ? " none" : names));
}

int beyond(const char* what, std::size_t count) {
  return fail(WB_ERR_ARGUMENT, "the index is too large: the schema has " + std::to_string(count) + " " + what);
}

}  // namespace

extern "C" {

size_t wb_type_size(int type) { return type < 0 ? 0 : layout::array_element_size(static_cast<std::uint32_t>(type)); }
const char* wb_type_name(int type) {
  return type < 0 ? "?" : layout::array_element_name(static_cast<std::uint32_t>(type));
}

const char* wb_schema_stream(const wb_schema* schema) {
  return schema == nullptr ? "" : unwrap(schema)->stream.c_str();
}
uint64_t wb_schema_capacity(const wb_schema* schema) { return schema == nullptr ? 0 : unwrap(schema)->capacity; }
uint64_t wb_schema_frame_bytes(const wb_schema* schema) {
  return schema == nullptr ? 0 : unwrap(schema)->payload_bytes;
}

uint32_t wb_schema_field_count(const wb_schema* schema) {
  return schema == nullptr ? 0 : static_cast<uint32_t>(unwrap(schema)->fields.size());
}
uint32_t wb_schema_control_count(const wb_schema* schema) {
  return schema == nullptr ? 0 : static_cast<uint32_t>(unwrap(schema)->controls.size());
}
uint32_t wb_schema_attribute_count(const wb_schema* schema) {
  return schema == nullptr ? 0 : static_cast<uint32_t>(unwrap(schema)->attributes.size());
}

int wb_schema_field(const wb_schema* schema, uint32_t index, wb_field_info* out) {
  if (schema == nullptr || out == nullptr) return null_argument("the schema or result");
  if (index >= unwrap(schema)->fields.size()) return beyond("fields", unwrap(schema)->fields.size());
  const layout::FieldRecord& record = unwrap(schema)->fields[index];
  *out = wb_field_info{};
  std::memcpy(out->name, record.name, sizeof out->name);
  std::memcpy(out->unit, record.unit, sizeof out->unit);
  std::memcpy(out->labels, record.labels, sizeof out->labels);
  std::memcpy(out->shape, record.shape, sizeof out->shape);
  out->type = record.type;
  out->dimensions = record.dimensions;
  out->offset_bytes = record.offset_bytes;
  out->size_bytes = record.size_bytes;
  out->per_agent = record.per_agent;
  return WB_OK;
}

int wb_schema_control(const wb_schema* schema, uint32_t index, wb_control_info* out) {
  if (schema == nullptr || out == nullptr) return null_argument("the schema or result");
  if (index >= unwrap(schema)->controls.size()) return beyond("controls", unwrap(schema)->controls.size());
  stream::to_info(unwrap(schema)->controls[index], *out);
  return WB_OK;
}

int wb_schema_attribute(const wb_schema* schema, uint32_t index, const char** key, const char** value) {
  if (schema == nullptr || key == nullptr || value == nullptr) return null_argument("the schema or result");
  if (index >= unwrap(schema)->attributes.size()) return beyond("attributes", unwrap(schema)->attributes.size());
  *key = unwrap(schema)->attributes[index].key;
  *value = unwrap(schema)->attributes[index].value;
  return WB_OK;
}

int wb_schema_find_field(const wb_schema* schema, const char* name) {
  return guarded([&] { return find(schema, name, true); });
}
int wb_schema_find_control(const wb_schema* schema, const char* name) {
  return guarded([&] { return find(schema, name, false); });
}

int wb_value_parse(const wb_control_info* control, const char* text, wb_value* out) {
  return guarded([&] {
    if (control == nullptr || text == nullptr || out == nullptr) return null_argument("the control, text or result");
    return stream::parse_value(*control, text, *out);
  });
}

}  // extern "C"
