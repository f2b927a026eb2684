// The rules for schemas. Every function that adds something checks it first, so that a schema in memory always
// keeps the rules, whether it came from a program or from shared memory.
#include "schema.hpp"

#include <cmath>
#include <cstring>

namespace wingbeat::layout {
namespace {

constexpr std::uint64_t kElementSizes[] = {0, 1, 2, 4, 8, 1, 2, 4, 8, 4, 8};
constexpr const char* kElementNames[] = {"?", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64"};

// Copies a checked text, and fills the rest with zeros: every byte of a record is defined, so that records can
// be compared.
template <std::size_t N>
void put(char (&target)[N], std::string_view text) {
  std::memset(target, 0, N);
  if (!text.empty()) std::memcpy(target, text.data(), text.size());  // an empty view may have no data at all
}

// Names in messages are cut, because a text that is refused may be of any length.
std::string quoted(std::string_view text) { return "'" + std::string(text.substr(0, 80)) + "'"; }

Fault name_fault(const char* what, std::string_view name) {
  return {FaultKind::kName,
          std::string(what) + " name " + quoted(name) + " is not allowed: use 1 to 63 characters of A-Z a-z 0-9 _ . -"};
}

Fault text_fault(const char* what, std::string_view name, std::size_t bytes) {
  return {FaultKind::kLimit, std::string(what) + " of " + quoted(name) + " must be printable text of at most " +
                                 std::to_string(bytes - 1) + " bytes"};
}

Fault limit_fault(const char* what, std::uint64_t limit) {
  return {FaultKind::kLimit, std::string("a stream has at most ") + std::to_string(limit) + " " + what};
}

Fault duplicate_fault(const char* what, std::string_view name) {
  return {FaultKind::kName, std::string(what) + " " + quoted(name) + " exists already: choose another name"};
}

// The size of a field in bytes. 0 if a dimension is 0, or the product exceeds the limit. The comparison comes
// before the multiplication, so that nothing overflows.
std::uint64_t field_bytes(const FieldSpec& spec) {
  std::uint64_t bytes = element_size(spec.type);
  for (std::uint64_t extent : spec.shape) {
    if (extent == 0 || extent > kMaxFrameBytes || bytes > kMaxFrameBytes / extent) return 0;
    bytes *= extent;
  }
  return bytes;
}

// The rules for a field: its name, number, element type, shape, texts and size, in this order.
Fault check_field(const Schema& schema, const FieldSpec& spec) {
  if (!is_name(spec.name)) return name_fault("field", spec.name);
  if (schema.find_field(spec.name) >= 0) return duplicate_fault("field", spec.name);
  if (schema.fields.size() >= kMaxFields) return limit_fault("fields", kMaxFields);
  if (element_size(spec.type) == 0) {
    return {FaultKind::kArgument, "field " + quoted(spec.name) + " has the unknown element type " +
                                      std::to_string(spec.type) + ": use WB_I8 to WB_F64"};
  }
  if (spec.shape.empty() || spec.shape.size() > kMaxDimensions) {
    return {FaultKind::kLimit, "field " + quoted(spec.name) + " must have 1 to 8 dimensions"};
  }
  if (!is_text(spec.unit, kUnitBytes)) return text_fault("unit", spec.name, kUnitBytes);
  if (!is_text(spec.labels, kLabelsBytes)) return text_fault("labels", spec.name, kLabelsBytes);
  if (count_words(spec.labels) < 0) {
    return {FaultKind::kArgument, "labels of " + quoted(spec.name) + " must be words separated by single spaces"};
  }
  // Labels name the components, which are the fastest dimension.
  if (!spec.labels.empty() && static_cast<std::uint64_t>(count_words(spec.labels)) != spec.shape[0]) {
    return {FaultKind::kArgument, "field " + quoted(spec.name) + " has " + std::to_string(count_words(spec.labels)) +
                                      " labels for " + std::to_string(spec.shape[0]) +
                                      " components: give one label for each"};
  }
  if (spec.per_agent && spec.shape.back() != schema.capacity) {
    return {FaultKind::kArgument, "the last dimension of per-agent field " + quoted(spec.name) +
                                      " must be the stream's capacity, " + std::to_string(schema.capacity)};
  }
  // The offset of the next field must not exceed the limit either.
  std::uint64_t bytes = field_bytes(spec);
  if (bytes == 0 || round_up(bytes, kFieldAlignment) > kMaxFrameBytes - schema.payload_bytes) {
    return {FaultKind::kLimit,
            "field " + quoted(spec.name) +
                ": each dimension must be at least 1, and a frame must not have more than 2^40 bytes"};
  }
  return {};
}

// Whether the minimum does not exceed the maximum. False for NaN, whose comparisons are false.
bool is_ordered_range(const ControlSpec& spec) {
  if (spec.value_type == kValueI64) {
    return static_cast<std::int64_t>(spec.minimum) <= static_cast<std::int64_t>(spec.maximum);
  }
  double low, high;
  std::memcpy(&low, &spec.minimum, sizeof low);
  std::memcpy(&high, &spec.maximum, sizeof high);
  return low <= high;  // false for NaN
}

// The rules for the value of a parameter. Its initial value is checked by check_value, as every later value.
Fault check_parameter(const ControlSpec& spec) {
  if (spec.value_type < kValueF64 || spec.value_type > kValueChoice) {
    return {FaultKind::kArgument,
            "parameter " + quoted(spec.name) + " has an unknown type: use WB_VALUE_F64, _I64, _BOOL or _CHOICE"};
  }
  if (spec.value_type == kValueChoice && count_words(spec.choices) < 1) {
    return {FaultKind::kArgument,
            "parameter " + quoted(spec.name) + " needs choices: words separated by single spaces"};
  }
  if (spec.value_type <= kValueI64 && !is_ordered_range(spec)) {
    return {FaultKind::kArgument, "parameter " + quoted(spec.name) + ": the minimum must not exceed the maximum"};
  }
  return {};
}

// The rules for a control. `choices` are the alternatives of a choice, or the argument names of a command.
Fault check_control(const Schema& schema, const ControlSpec& spec) {
  if (!is_name(spec.name)) return name_fault("control", spec.name);
  if (schema.find_control(spec.name) >= 0) return duplicate_fault("control", spec.name);
  if (schema.controls.size() >= kMaxControls) return limit_fault("parameters, triggers and commands", kMaxControls);
  if (!is_text(spec.unit, kUnitBytes)) return text_fault("unit", spec.name, kUnitBytes);
  if (!is_text(spec.help, kHelpBytes)) return text_fault("help", spec.name, kHelpBytes);
  if (!is_text(spec.choices, kChoicesBytes)) return text_fault("choices or arguments", spec.name, kChoicesBytes);
  if (spec.kind == kParameter) return check_parameter(spec);
  if (spec.kind == kTrigger) return {};
  if (spec.kind != kCommand)
    return {FaultKind::kArgument,
            "control " + quoted(spec.name) + " has an unknown kind: use WB_PARAMETER, WB_TRIGGER or WB_COMMAND"};
  int arguments = count_words(spec.choices);
  if (arguments < 0 || arguments > static_cast<int>(kMaxArguments)) {
    return {FaultKind::kLimit, "command " + quoted(spec.name) +
                                   " takes at most 8 arguments: name them by words separated by single spaces"};
  }
  return {};
}

// The record of a checked control. Members that do not belong to its kind stay 0, so that equal descriptions
// have equal bytes.
ControlRecord to_record(const ControlSpec& spec) {
  ControlRecord record{};
  put(record.name, spec.name);
  put(record.unit, spec.unit);
  put(record.help, spec.help);
  put(record.choices, spec.choices);
  record.kind = spec.kind;
  if (spec.kind == kCommand) record.argument_count = static_cast<std::uint32_t>(count_words(spec.choices));
  if (spec.kind != kParameter) return record;
  record.value_type = spec.value_type;
  record.initial = spec.initial;
  record.minimum = spec.minimum;
  record.maximum = spec.maximum;
  return record;
}

template <class Record>
void append(std::vector<std::uint8_t>& bytes, const std::vector<Record>& records) {
  auto* first = reinterpret_cast<const std::uint8_t*>(records.data());
  bytes.insert(bytes.end(), first, first + records.size() * sizeof(Record));
}

// Copies the record at a position and moves the position past it. A copy, because the bytes need not be
// aligned.
template <class Record>
Record record_at(const std::vector<std::uint8_t>& bytes, std::uint64_t& position) {
  Record record;
  std::memcpy(&record, bytes.data() + position, sizeof record);
  position += sizeof record;
  return record;
}

Fault corrupt(std::string text) {
  return {FaultKind::kCorrupt, "the schema is damaged (" + std::move(text) + "): end the writer and run `wingbeat gc`"};
}

// A broken rule means in memory that it is damaged, whatever it means in a call.
Fault as_corrupt(Fault fault) {
  if (fault) fault = corrupt(fault.text);
  return fault;
}

// Adds a field from untrusted bytes. Its offset and size must be those that this library would have given it.
Fault add_field_record(Schema& schema, const FieldRecord& record) {
  if (!is_terminated(record.name) || !is_terminated(record.unit) || !is_terminated(record.labels) ||
      record.dimensions > kMaxDimensions || record.per_agent > 1) {
    return corrupt("a field record");
  }
  FieldSpec spec{fixed_text(record.name), record.type,          {}, fixed_text(record.labels),
                 fixed_text(record.unit), record.per_agent == 1};
  spec.shape.assign(record.shape, record.shape + record.dimensions);
  if (Fault fault = add_field(schema, spec)) return as_corrupt(fault);
  const FieldRecord& mine = schema.fields.back();
  if (mine.offset_bytes != record.offset_bytes || mine.size_bytes != record.size_bytes) {
    return corrupt("the offset or size of field " + quoted(spec.name));
  }
  return {};
}

Fault add_control_record(Schema& schema, const ControlRecord& record) {
  if (!is_terminated(record.name) || !is_terminated(record.unit) || !is_terminated(record.help) ||
      !is_terminated(record.choices)) {
    return corrupt("a control record");
  }
  return as_corrupt(add_control(
      schema, {fixed_text(record.name), record.kind, record.value_type, record.initial, record.minimum, record.maximum,
               fixed_text(record.unit), fixed_text(record.help), fixed_text(record.choices)}));
}

Fault add_attribute_record(Schema& schema, const AttributeRecord& record) {
  if (!is_terminated(record.key) || !is_terminated(record.value)) return corrupt("an attribute record");
  return as_corrupt(set_attribute(schema, fixed_text(record.key), fixed_text(record.value)));
}

// Six significant digits: enough for a message.
std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

Fault out_of_range(const ControlRecord& control, const std::string& value, const std::string& low,
                   const std::string& high) {
  return {FaultKind::kArgument,
          value + " is outside the range " + low + " to " + high + " of parameter " + quoted(fixed_text(control.name))};
}

// A NaN would pass any comparison with the limits, so that finite numbers are required first.
Fault check_f64(const ControlRecord& control, std::uint64_t bits) {
  double value, low, high;
  std::memcpy(&value, &bits, sizeof value);
  std::memcpy(&low, &control.minimum, sizeof low);
  std::memcpy(&high, &control.maximum, sizeof high);
  if (!std::isfinite(value))
    return {FaultKind::kArgument, "parameter " + quoted(fixed_text(control.name)) + " must be a finite number"};
  // Both limits 0: there is no limit.
  if ((low == 0 && high == 0) || (value >= low && value <= high)) return {};
  return out_of_range(control, number(value), number(low), number(high));
}

Fault check_i64(const ControlRecord& control, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value >= low && value <= high) return {};
  return out_of_range(control, std::to_string(value), std::to_string(low), std::to_string(high));
}

}  // namespace

std::uint64_t element_size(std::uint32_t type) { return type <= kF64 ? kElementSizes[type] : 0; }

const char* element_name(std::uint32_t type) { return type <= kF64 ? kElementNames[type] : "?"; }

int Schema::find_field(std::string_view name) const {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fixed_text(fields[i].name) == name) return static_cast<int>(i);
  }
  return -1;
}

int Schema::find_control(std::string_view name) const {
  for (std::size_t i = 0; i < controls.size(); ++i) {
    if (fixed_text(controls[i].name) == name) return static_cast<int>(i);
  }
  return -1;
}

Fault set_stream(Schema& schema, std::string_view name, std::uint64_t capacity) {
  if (!is_name(name)) return name_fault("stream", name);
  if (capacity == 0 || capacity > kMaxCapacity) {
    return {FaultKind::kLimit, "capacity must be 1 to 2^32 agents, not " + std::to_string(capacity)};
  }
  schema.stream = name;
  schema.capacity = capacity;
  return {};
}

// Fields lie one after the other, each aligned to kFieldAlignment, so that spans of any element type are
// aligned, and AVX-512 loads too.
Fault add_field(Schema& schema, const FieldSpec& spec) {
  if (Fault fault = check_field(schema, spec)) return fault;
  FieldRecord record{};
  put(record.name, spec.name);
  put(record.unit, spec.unit);
  put(record.labels, spec.labels);
  // 1 beyond the dimensions: the product over all of `shape` is the number of elements.
  for (std::uint64_t& extent : record.shape) extent = 1;
  for (std::size_t i = 0; i < spec.shape.size(); ++i) record.shape[i] = spec.shape[i];
  record.type = spec.type;
  record.dimensions = static_cast<std::uint32_t>(spec.shape.size());
  record.per_agent = spec.per_agent ? 1 : 0;
  record.offset_bytes = schema.payload_bytes;
  record.size_bytes = field_bytes(spec);
  schema.payload_bytes = round_up(record.offset_bytes + record.size_bytes, kFieldAlignment);
  schema.fields.push_back(record);
  return {};
}

Fault add_control(Schema& schema, const ControlSpec& spec) {
  if (Fault fault = check_control(schema, spec)) return fault;
  ControlRecord record = to_record(spec);
  // The initial value must be one that a request could set.
  if (spec.kind == kParameter) {
    if (Fault fault = check_value(record, spec.initial)) return fault;
  }
  schema.controls.push_back(record);
  return {};
}

// A key that is there already gets the new value, and keeps its number.
Fault set_attribute(Schema& schema, std::string_view key, std::string_view value) {
  if (!is_name(key)) return name_fault("attribute", key);
  if (!is_text(value, kValueBytes)) return text_fault("value", key, kValueBytes);
  for (AttributeRecord& record : schema.attributes) {
    if (fixed_text(record.key) == key) return put(record.value, value), Fault{};
  }
  if (schema.attributes.size() >= kMaxAttributes) return limit_fault("attributes", kMaxAttributes);
  AttributeRecord& record = schema.attributes.emplace_back();
  put(record.key, key);
  put(record.value, value);
  return {};
}

Fault check_value(const ControlRecord& control, std::uint64_t value) {
  auto whole = static_cast<std::int64_t>(value);
  auto low = static_cast<std::int64_t>(control.minimum), high = static_cast<std::int64_t>(control.maximum);
  switch (control.value_type) {
    case kValueF64:
      return check_f64(control, value);
    case kValueI64:
      return low == 0 && high == 0 ? Fault{} : check_i64(control, whole, low, high);
    case kValueBool:
      return check_i64(control, whole, 0, 1);
    case kValueChoice:
      return check_i64(control, whole, 0, count_words(fixed_text(control.choices)) - 1);
    default:
      return {FaultKind::kArgument, quoted(fixed_text(control.name)) + " is not a parameter"};
  }
}

std::vector<std::uint8_t> to_bytes(const Schema& schema) {
  std::vector<std::uint8_t> bytes;
  append(bytes, schema.fields);
  append(bytes, schema.controls);
  append(bytes, schema.attributes);
  return bytes;
}

// The size is compared with the counts of the header before anything is read. Everything then goes through the
// functions above, so that memory cannot break a rule that a call could not.
Fault from_bytes(const DataHeader& header, const std::vector<std::uint8_t>& bytes, Schema& schema) {
  std::uint64_t wanted = header.field_count * sizeof(FieldRecord) + header.control_count * sizeof(ControlRecord) +
                         header.attribute_count * sizeof(AttributeRecord);
  if (bytes.size() != wanted) return corrupt("its size differs from the header's counts");
  if (!is_terminated(header.stream)) return corrupt("the stream's name");
  schema = Schema{};
  if (Fault fault = set_stream(schema, fixed_text(header.stream), header.capacity)) return as_corrupt(fault);
  std::uint64_t position = 0;
  for (std::uint32_t i = 0; i < header.field_count; ++i) {
    if (Fault fault = add_field_record(schema, record_at<FieldRecord>(bytes, position))) return fault;
  }
  for (std::uint32_t i = 0; i < header.control_count; ++i) {
    if (Fault fault = add_control_record(schema, record_at<ControlRecord>(bytes, position))) return fault;
  }
  for (std::uint32_t i = 0; i < header.attribute_count; ++i) {
    if (Fault fault = add_attribute_record(schema, record_at<AttributeRecord>(bytes, position))) return fault;
  }
  if (schema.payload_bytes != header.payload_bytes) return corrupt("the size of a frame");
  return {};
}

}  // namespace wingbeat::layout
