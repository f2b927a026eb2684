#include "outflow.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "failure.hpp"
#include "request.hpp"

namespace wingbeat::osc {

using cli::Failure;

namespace {

constexpr int kFramesPerLook = 64;            // so that a fast stream leaves time for what comes in
constexpr std::uint64_t kIdleNs = 5'000'000;  // between looks for a frame that is due and not there

std::uint64_t columns_of(const wb_field_info& field) {
  std::uint64_t columns = 1;
  for (std::uint32_t d = 0; d + 1 < field.dimensions; ++d) columns *= field.shape[d];
  return columns;
}

std::uint64_t rows_of(const wb_field_info& field) { return field.shape[field.dimensions - 1]; }

// Whole numbers of more than 31 bits may need OSC's type h.
std::size_t number_bytes(const wb_field_info& field) {
  return field.type == WB_U32 || field.type == WB_I64 || field.type == WB_U64 ? 8 : 4;
}

std::uint64_t bytes_of(const OutRule& rule, const wb_field_info& field, std::uint64_t rows) {
  const std::uint64_t columns = columns_of(field), bytes = number_bytes(field);
  if (!rule.per_row) return packed_bytes(rule.address, rows * columns, bytes);
  return rows * (packed_bytes(rule.address, 1 + columns, bytes));
}

std::uint64_t bytes_of(const OutRule& rule, const wb_field_info& field) {
  return bytes_of(rule, field, rule.rows.empty() ? rows_of(field) : rule.rows.size());
}

template <class T>
Argument argument_of(T number) {
  if constexpr (std::is_floating_point_v<T>)
    return static_cast<float>(number);
  else if (std::is_same_v<T, std::uint64_t> && number > static_cast<T>(std::numeric_limits<std::int64_t>::max()))
    return static_cast<double>(number);
  else
    return static_cast<std::int64_t>(number);
}

template <class T>
void append(const void* field, std::uint64_t first, std::uint64_t count, Arguments& arguments) {
  const T* numbers = static_cast<const T*>(field) + first;
  for (std::uint64_t i = 0; i < count; ++i) arguments.push_back(argument_of(numbers[i]));
}

using Append = void (*)(const void*, std::uint64_t, std::uint64_t, Arguments&);

Append append_of(std::uint32_t type) {
  switch (type) {
    case WB_I8:
      return append<std::int8_t>;
    case WB_I16:
      return append<std::int16_t>;
    case WB_I32:
      return append<std::int32_t>;
    case WB_I64:
      return append<std::int64_t>;
    case WB_U8:
      return append<std::uint8_t>;
    case WB_U16:
      return append<std::uint16_t>;
    case WB_U32:
      return append<std::uint32_t>;
    case WB_U64:
      return append<std::uint64_t>;
    case WB_F64:
      return append<double>;
    default:
      return append<float>;
  }
}

// Calls each(row) for the rows of the rule that are present.
template <class Each>
void for_each_row(const OutRule& rule, std::uint64_t present, Each&& each) {
  for (std::uint64_t row = 0; rule.rows.empty() && row < present; ++row) each(row);
  for (const std::uint64_t row : rule.rows)
    if (row < present) each(row);
}

void add_field(Bundle& bundle, const OutRule& rule, const wb_field_info& field, const wb_frame& frame) {
  const std::uint64_t columns = columns_of(field), present = field.per_agent != 0 ? frame.count : rows_of(field);
  const auto* data = static_cast<const unsigned char*>(frame.data) + field.offset_bytes;
  const Append append = append_of(field.type);
  Arguments all;
  for_each_row(rule, present, [&](std::uint64_t row) {
    if (rule.per_row) all.assign(1, static_cast<std::int64_t>(row));
    append(data, row * columns, columns, all);
    if (rule.per_row) bundle.add(rule.address, all);
  });
  if (!rule.per_row) bundle.add(rule.address, all);
}

wb_field_info find_field(const wb_schema* schema, const OutRule& rule) {
  const int index = wb_schema_find_field(schema, rule.field.c_str());
  if (index < 0)
    throw Failure(cli::kNotFound,
                  fmt::format("{} wants {}.{}: {}", rule.address, rule.stream, rule.field, wb_error_message()));
  wb_field_info field;
  detail::require(wb_schema_field(schema, static_cast<std::uint32_t>(index), &field));
  for (const std::uint64_t row : rule.rows)
    if (row >= rows_of(field))
      throw Failure(cli::kUsage, fmt::format("{} wants row {} of {}.{}, which has {}, from 0", rule.address, row,
                                             rule.stream, rule.field, rows_of(field)));
  return field;
}

// How many rows of the rule would fit into a datagram without the other fields.
std::uint64_t fitting_rows(const OutRule& rule, const wb_field_info& field, std::size_t datagram_bytes) {
  std::uint64_t rows = 0;
  for (std::uint64_t step = rows_of(field); step > 0; step /= 2)
    while (rows + step <= rows_of(field) && kBundleHeadBytes + bytes_of(rule, field, rows + step) <= datagram_bytes)
      rows += step;
  return rows;
}

}  // namespace

Outflow::Outflow(std::vector<OutRule> rules, std::size_t datagram_bytes)
    : rules_(std::move(rules)),
      datagram_bytes_(datagram_bytes),
      reader_(rules_[0].every > 0 ? cli::open_reader(rules_[0].stream, "wingbeat osc", Mode::every, rules_[0].every)
                                  : cli::open_reader(rules_[0].stream, "wingbeat osc")) {}

// Planned once for each writer: sizes depend on the schema only.
void Outflow::plan(const wb_schema* schema) {
  is_planned_ = true;
  sources_.clear();
  std::vector<Source> sources;
  std::uint64_t bytes = kBundleHeadBytes;
  const Source* largest = nullptr;
  for (const auto& rule : rules_) sources.push_back({rule, find_field(schema, rule)});
  for (const auto& source : sources) {
    bytes += bytes_of(source.rule, source.field);
    if (largest == nullptr || bytes_of(source.rule, source.field) > bytes_of(largest->rule, largest->field))
      largest = &source;
  }
  if (bytes > datagram_bytes_)
    throw Failure(
        cli::kUsage,
        fmt::format(
            "{}: a frame needs a bundle of {} bytes, but a datagram holds {}. {}.{} is the largest: select rows, as in "
            "rows = \"0-9\" ({} fit alone{}), or read the whole with a reader of Wingbeat",
            largest->rule.address, bytes, datagram_bytes_, largest->rule.stream, largest->rule.field,
            fitting_rows(largest->rule, largest->field, datagram_bytes_),
            largest->rule.per_row ? "; more without per_row" : ""));
  sources_ = std::move(sources);
}

void Outflow::look(const Send& send) {
  const std::uint64_t now_ns = wb_now_ns();
  const bool by_time = rules_[0].every == 0;
  // A pace by time takes the newest frame when it is due; every k-th frame is taken as it comes.
  if (by_time && now_ns < next_ns_) return;
  for (int i = 0; i < kFramesPerLook; ++i) {
    const Frame frame = reader_.wait(std::chrono::nanoseconds(0));
    if (frame.status() < 0) throw frame.error();
    if (frame.status() == WB_RESTARTED) {
      is_planned_ = false;
      continue;
    }
    if (!is_planned_ && reader_.schema() != nullptr) plan(reader_.schema());
    if (!frame) {
      next_ns_ = now_ns + kIdleNs;
      return;
    }
    take(frame, send);
    if (by_time) {
      next_ns_ = now_ns + static_cast<std::uint64_t>(1e9 / rules_[0].rate);
      return;
    }
  }
}

void Outflow::take(const Frame& frame, const Send& send) {
  if (sources_.empty()) return;
  Bundle bundle(tag_of_monotonic(frame.publish_time_ns()));
  for (const auto& source : sources_) add_field(bundle, source.rule, source.field, frame.raw());
  if (bundle.count() == 0) return;
  ++frames_;
  send(bundle);
}

std::int64_t Outflow::nanoseconds_left(std::int64_t limit_ns) const {
  if (rules_[0].every > 0) return limit_ns;
  return std::clamp(static_cast<std::int64_t>(next_ns_ - wb_now_ns()), std::int64_t{0}, limit_ns);
}

int Outflow::descriptor() { return rules_[0].every > 0 ? reader_.descriptor().value() : -1; }

std::vector<std::vector<OutRule>> grouped(const std::vector<OutRule>& rules) {
  std::vector<std::vector<OutRule>> groups;
  for (const auto& rule : rules) {
    const auto same = [&](const auto& group) {
      return group[0].stream == rule.stream && group[0].every == rule.every &&
             (rule.every > 0 || group[0].rate == rule.rate);
    };
    const auto group = std::ranges::find_if(groups, same);
    if (group == groups.end())
      groups.push_back({rule});
    else
      group->push_back(rule);
  }
  return groups;
}

}  // namespace wingbeat::osc
