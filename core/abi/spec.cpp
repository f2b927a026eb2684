// wingbeat.h, section "spec".
#include <cmath>
#include <cstring>

#include "handles.hpp"

using namespace wingbeat;
using namespace wingbeat::abi;
using stream::fail;

namespace {

std::string_view text_or_empty(const char* text) { return text == nullptr ? std::string_view() : text; }

// The 8 bytes of a value in the format: the bits of an f64, or a whole number.
std::uint64_t bits_of(double value, std::uint32_t type) {
  std::uint64_t bits;
  if (type == WB_VALUE_F64) return std::memcpy(&bits, &value, sizeof bits), bits;
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}

// Whole, and up to 2^53, where every whole number is exact.
bool is_whole(double value) { return value == std::floor(value) && std::fabs(value) <= 9007199254740992.0; }

int add_field(wb_spec* spec, const char* name, int type, std::vector<std::uint64_t> shape, const char* labels,
              const char* unit, bool per_agent) {
  return fail(layout::add_field(spec->spec.schema, {name, static_cast<std::uint32_t>(type), std::move(shape),
                                                    text_or_empty(labels), text_or_empty(unit), per_agent}));
}

}  // namespace

extern "C" {

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

// Ranges are checked here, since the options have no place in the schema.
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
        if (value > INT32_MAX)
          return fail(WB_ERR_LIMIT, "the group " + std::to_string(value) + " is not the number of a group");
        spec->spec.sharing.group = static_cast<std::int64_t>(value);
        return int{WB_OK};
      case WB_OPTION_HUGE_PAGES:
        if (value > 1) return fail(WB_ERR_LIMIT, "huge pages must be 1 or 0, not " + std::to_string(value));
        spec->spec.huge_pages = value == 1;
        return int{WB_OK};
      default:
        return fail(WB_ERR_ARGUMENT,
                    "there is no option number " + std::to_string(option) + ": use a value of wb_option");
    }
  });
}

}  // extern "C"
