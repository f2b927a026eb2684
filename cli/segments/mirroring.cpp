#include "mirroring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

#include "failure.hpp"
#include "request.hpp"
#include "terminal.hpp"

namespace wingbeat::segments {

using cli::Failure;

namespace {

constexpr std::uint64_t kLongestWaitNs = 100'000'000;  // so that signals and the end of the time are noticed
constexpr std::uint64_t kRetryNs = 10'000'000;

void sleep_ns(std::uint64_t ns) { std::this_thread::sleep_for(std::chrono::nanoseconds(std::min(ns, kLongestWaitNs))); }

wb_field_info find_field(const wb_schema* schema, const std::string& name) {
  const int index = name.empty() ? 0 : wb_schema_find_field(schema, name.c_str());
  if (index < 0) throw Failure(cli::kNotFound, wb_error_message());
  wb_field_info field;
  detail::require(wb_schema_field(schema, static_cast<std::uint32_t>(index), &field));
  return field;
}

bool is_laid_out_alike(const wb_field_info& a, const wb_field_info& b) {
  return a.type == b.type && a.per_agent == b.per_agent && a.offset_bytes == b.offset_bytes &&
         a.dimensions == b.dimensions && std::equal(a.shape, a.shape + a.dimensions, b.shape);
}

std::uint64_t rows_of(const wb_field_info& field) { return field.shape[field.dimensions - 1]; }

std::uint64_t elements_of(const wb_field_info& field, std::uint64_t rows) {
  for (std::uint32_t d = 0; d + 1 < field.dimensions; ++d) rows *= field.shape[d];
  return rows;
}

std::string text_of(const wb_field_info& field, int type) {
  std::string text = fmt::format("{} {}", wb_type_name(type), field.shape[0]);
  for (std::uint32_t d = 1; d < field.dimensions; ++d) text += fmt::format("x{}", field.shape[d]);
  return text;
}

template <class From, class To>
std::vector<std::byte> convert(const void* numbers, std::size_t count) {
  const From* from = static_cast<const From*>(numbers);
  std::vector<std::byte> bytes(count * sizeof(To));
  std::transform(from, from + count, reinterpret_cast<To*>(bytes.data()), [](From x) { return static_cast<To>(x); });
  return bytes;
}

using Convert = std::vector<std::byte> (*)(const void*, std::size_t);

template <class To>
Convert convert_from(int type) {
  switch (type) {
    case WB_I8:
      return convert<std::int8_t, To>;
    case WB_I16:
      return convert<std::int16_t, To>;
    case WB_I32:
      return convert<std::int32_t, To>;
    case WB_I64:
      return convert<std::int64_t, To>;
    case WB_U8:
      return convert<std::uint8_t, To>;
    case WB_U16:
      return convert<std::uint16_t, To>;
    case WB_U32:
      return convert<std::uint32_t, To>;
    case WB_U64:
      return convert<std::uint64_t, To>;
    case WB_F32:
      return convert<float, To>;
    default:
      return convert<double, To>;
  }
}

}  // namespace

std::vector<std::byte> converted(const void* numbers, std::size_t count, int from, int to) {
  if (to != WB_F32 && to != WB_F64) throw Failure(cli::kUsage, "numbers are converted to f32 or f64 only");
  return (to == WB_F32 ? convert_from<float>(from) : convert_from<double>(from))(numbers, count);
}

Mirror::Mirror(MirrorOptions options)
    : options_(std::move(options)),
      reader_(cli::open_reader(options_.stream, "wingbeat mirror")),
      wait_(options_.segment.verb, options_.segment.wait),
      plan_(options_.segment.verb),
      start_ns_(wb_now_ns()) {}

Mirror::~Mirror() {
  if (attachment_ && !options_.segment.keep) attachment_->remove_created();
}

void Mirror::run() {
  while (!is_done()) look();
}

bool Mirror::is_done() const {
  return cli::interrupted() || (options_.seconds && seconds_since_start() >= *options_.seconds);
}

void Mirror::look() {
  const std::uint64_t now_ns = wb_now_ns();
  if (now_ns < next_ns_) return sleep_ns(next_ns_ - now_ns);
  const Frame frame = next_frame();
  if (!frame || is_written(frame) || !plan(frame)) return;
  is_pending_ = !attachment_->find() || !write(frame);
  const std::uint64_t pause_ns = options_.rate > 0 ? static_cast<std::uint64_t>(1e9 / options_.rate) : 0;
  next_ns_ = now_ns + (is_pending_ ? kRetryNs : pause_ns);
}

// A frame that could not be written is tried again, or the newer one in its place.
Frame Mirror::next_frame() {
  Frame frame = is_pending_ ? reader_.latest() : reader_.wait(std::chrono::nanoseconds(kLongestWaitNs));
  if (frame.status() < 0) throw frame.error();
  if (frame) {
    wait_.done(fmt::format("stream '{}' is there", options_.stream));
    return frame;
  }
  if (frame.status() == WB_RESTARTED) {
    ++totals_.restarts;
    written_seq_ = 0;
    is_new_ = true;
  }
  wait_for_stream(frame.status());
  is_pending_ = false;
  return frame;
}

void Mirror::wait_for_stream(int status) {
  if (status == WB_NOT_READY) wait_.wait_for_stream(options_.stream);
  if (status == WB_WRITER_GONE) wait_.wait_for(fmt::format("a new writer of stream '{}'", options_.stream));
}

bool Mirror::is_written(const Frame& frame) const {
  return frame.seq() == written_seq_ && frame.epoch() == written_epoch_;
}

// The field is looked up for each frame, since nothing else guarantees that its layout is that of the last frame. A
// field that does not fit at the start ends the mirror; one that comes later is reported once, and waited for.
bool Mirror::plan(const Frame& frame) {
  try {
    const wb_field_info field = find_field(frame.schema(), options_.field);
    if (std::exchange(is_new_, false)) totals_.unverified = unverified(frame.schema());
    if (!attachment_ || !is_laid_out_alike(field, field_)) plan(field);
    plan_.forget();
    return true;
  } catch (const Failure& failure) {
    if (!attachment_) throw;
    plan_.set(failure.what(), fmt::format("{}; waiting until the stream changes", failure.what()));
    return false;
  }
}

void Mirror::plan(const wb_field_info& field) {
  const int type = options_.type.value_or(static_cast<int>(field.type));
  const std::size_t bytes = elements_of(field, rows_of(field)) * wb_type_size(type);
  if (!attachment_ || options_.segment.bytes != bytes) make_room(bytes, text_of(field, type));
  field_ = field;
  type_ = type;
}

// Changes nothing if it throws.
void Mirror::make_room(std::size_t bytes, const std::string& what) {
  AttachmentOptions options = options_.segment;
  options.bytes = bytes;
  options.what = what;
  if (attachment_)
    attachment_->resize(bytes, what);
  else
    attachment_.emplace(options);
  options_.segment = options;
}

bool Mirror::write(const Frame& frame) {
  const auto* first = static_cast<const std::byte*>(frame.raw().data) + field_.offset_bytes;
  const std::size_t count =
      elements_of(field_, field_.per_agent != 0 ? std::min(frame.count(), rows_of(field_)) : rows_of(field_));
  const std::size_t bytes = count * wb_type_size(type_);
  std::vector<std::byte> numbers;
  if (type_ != static_cast<int>(field_.type)) {
    numbers = converted(first, count, static_cast<int>(field_.type), type_);
    first = numbers.data();
  }
  const bool is_good = attachment_->with([&](std::byte* to) {
    std::memcpy(to, first, bytes);
    std::memset(to + bytes, 0, options_.segment.bytes - bytes);  // agents that are not present
  });
  if (!is_good) return false;
  written_seq_ = frame.seq();
  written_epoch_ = frame.epoch();
  ++totals_.frames;
  return true;
}

MirrorTotals Mirror::totals() const {
  MirrorTotals totals = totals_;
  if (attachment_) totals.segment = attachment_->totals();
  totals.wall_seconds = seconds_since_start();
  return totals;
}

}  // namespace wingbeat::segments
