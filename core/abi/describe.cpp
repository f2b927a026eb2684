// wingbeat.h: results, types, schemas, specs.
#include <cmath>
#include <cstring>

#include "../layout/names.hpp"
#include "../stream/values.hpp"
#include "handles.hpp"

using namespace wingbeat;
using namespace wingbeat::abi;
using stream::fail;

// The vocabulary of the interface and of the format are the same numbers.
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

std::string_view text_or_empty(const char* text) { return text == nullptr ? std::string_view() : text; }

std::uint64_t bits_of(double value, std::uint32_t type) {
  std::uint64_t bits;
  if (type == WB_VALUE_F64) return std::memcpy(&bits, &value, sizeof bits), bits;
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}

bool is_whole(double value) { return value == std::floor(value) && std::fabs(value) <= 9007199254740992.0; }

int add_field(wb_spec* spec, const char* name, int type, std::vector<std::uint64_t> shape, const char* labels,
              const char* unit, bool per_agent) {
  return fail(layout::add_field(spec->spec.schema, {name, static_cast<std::uint32_t>(type), std::move(shape),
                                                    text_or_empty(labels), text_or_empty(unit), per_agent}));
}

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
  return fail(WB_ERR_ARGUMENT, std::string("the schema has ") + std::to_string(count) + " " + what);
}

}  // namespace

extern "C" {

const char* wb_error_message(void) { return stream::last_message(); }
const char* wb_result_name(int result) { return stream::result_name(result); }
const char* wb_result_text(int result) { return stream::result_text(result); }
const char* wb_version(void) { return WB_VERSION_STRING; }
const char* wb_backend(void) { return platform::backend(); }
uint64_t wb_now_ns(void) { return platform::now_ns(); }

int wb_runtime_directory(char* path, size_t path_bytes) {
  return guarded([&] {
    const std::string directory = stream::runtime_directory();
    if (path == nullptr || directory.size() >= path_bytes)
      return fail(WB_ERR_LIMIT, "the runtime directory's name has " + std::to_string(directory.size()) + " bytes");
    std::memcpy(path, directory.c_str(), directory.size() + 1);
    return int{WB_OK};
  });
}

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

int wb_spec_create(const char* stream, uint64_t capacity, wb_spec** out) {
  return guarded([&] {
    if (stream == nullptr || out == nullptr) return null_argument("the stream's name or result");
    auto spec = std::make_unique<wb_spec>();
    const int code = fail(layout::set_stream(spec->spec.schema, stream, capacity));
    if (code == WB_OK) *out = spec.release();
    return code;
  });
}

void wb_spec_destroy(wb_spec* spec) { delete spec; }

int wb_spec_add_per_agent(wb_spec* spec, const char* name, int type, uint32_t components, const char* labels,
                          const char* unit) {
  return guarded([&] {
    if (spec == nullptr || name == nullptr) return null_argument("the spec or name");
    if (components == 0) return fail(WB_ERR_ARGUMENT, std::string("field '") + name + "' needs at least 1 component");
    const std::uint64_t capacity = spec->spec.schema.capacity;
    std::vector<std::uint64_t> shape = {components, capacity};
    if (components == 1) shape = {capacity};
    // A scalar's only label names no component of its shape.
    return add_field(spec, name, type, std::move(shape), components == 1 ? nullptr : labels, unit, true);
  });
}

int wb_spec_add_field(wb_spec* spec, const char* name, int type, uint32_t dimensions, const uint64_t* shape,
                      const char* labels, const char* unit) {
  return guarded([&] {
    if (spec == nullptr || name == nullptr || shape == nullptr) return null_argument("the spec, name or shape");
    if (dimensions > layout::kMaxDimensions)
      return fail(WB_ERR_LIMIT, std::string("field '") + name + "' must have 1 to 8 dimensions");
    return add_field(spec, name, type, std::vector<std::uint64_t>(shape, shape + dimensions), labels, unit, false);
  });
}

int wb_spec_add_parameter(wb_spec* spec, const char* name, const wb_parameter_options* given) {
  return guarded([&] {
    if (spec == nullptr || name == nullptr || given == nullptr) return null_argument("the spec, name or options");
    wb_parameter_options options{};
    if (int code = read_sized(given, sizeof options, "wb_parameter_options", options)) return code;
    const auto type = static_cast<std::uint32_t>(options.type);
    if (type != WB_VALUE_F64 &&
        !(is_whole(options.initial) && is_whole(options.minimum) && is_whole(options.maximum))) {
      return fail(WB_ERR_ARGUMENT, std::string("parameter '") + name + "' needs whole numbers up to 2^53");
    }
    return fail(layout::add_control(
        spec->spec.schema, {name, layout::kParameter, type, bits_of(options.initial, type),
                            bits_of(options.minimum, type), bits_of(options.maximum, type), text_or_empty(options.unit),
                            text_or_empty(options.help), text_or_empty(options.choices)}));
  });
}

int wb_spec_add_trigger(wb_spec* spec, const char* name, const char* help) {
  return guarded([&] {
    if (spec == nullptr || name == nullptr) return null_argument("the spec or name");
    return fail(
        layout::add_control(spec->spec.schema, {name, layout::kTrigger, 0, 0, 0, 0, {}, text_or_empty(help), {}}));
  });
}

int wb_spec_add_command(wb_spec* spec, const char* name, const char* arguments, const char* help) {
  return guarded([&] {
    if (spec == nullptr || name == nullptr) return null_argument("the spec or name");
    return fail(layout::add_control(
        spec->spec.schema, {name, layout::kCommand, 0, 0, 0, 0, {}, text_or_empty(help), text_or_empty(arguments)}));
  });
}

int wb_spec_set_attribute(wb_spec* spec, const char* key, const char* value) {
  return guarded([&] {
    if (spec == nullptr || key == nullptr || value == nullptr) return null_argument("the spec, key or value");
    return fail(layout::set_attribute(spec->spec.schema, key, value));
  });
}

int wb_spec_set_option(wb_spec* spec, int option, uint64_t value) {
  return guarded([&] {
    if (spec == nullptr) return null_argument("the spec");
    layout::Budget& budget = spec->spec.budget;
    const auto set = [&](std::uint32_t& target, std::uint64_t least, std::uint64_t most, const char* what) {
      if (value < least || value > most) {
        return fail(WB_ERR_LIMIT, std::string(what) + " must be " + std::to_string(least) + " to " +
                                      std::to_string(most) + ", not " + std::to_string(value));
      }
      target = static_cast<std::uint32_t>(value);
      return int{WB_OK};
    };
    switch (option) {
      case WB_OPTION_LEASE_BUDGET:
        return set(budget.leases, 0, layout::kMaxLeaseBudget, "the lease budget");
      case WB_OPTION_MAX_READERS:
        return set(budget.readers, 1, layout::kMaxReaders, "the number of reader entries");
      case WB_OPTION_HISTORY:
        return set(budget.history, 0, layout::kMaxHistory, "the history");
      case WB_OPTION_ACCESS:
        return set(spec->spec.sharing.access, 0, WB_GROUP_READ | WB_GROUP_CONTROL | WB_ALL_READ, "the access bits");
      case WB_OPTION_GROUP:
        if (value > INT32_MAX) return fail(WB_ERR_LIMIT, "a group's number is expected");
        spec->spec.sharing.group = static_cast<std::int64_t>(value);
        return int{WB_OK};
      case WB_OPTION_HUGE_PAGES:
        if (value > 1) return fail(WB_ERR_LIMIT, "huge pages are used (1) or not (0)");
        spec->spec.huge_pages = value == 1;
        return int{WB_OK};
      default:
        return fail(WB_ERR_ARGUMENT, "there is no option number " + std::to_string(option));
    }
  });
}

int wb_value_parse(const wb_control_info* control, const char* text, wb_value* out) {
  return guarded([&] {
    if (control == nullptr || text == nullptr || out == nullptr) return null_argument("the control, text or result");
    return stream::parse_value(*control, text, *out);
  });
}

}  // extern "C"
