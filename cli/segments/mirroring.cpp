#include "mirroring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

#include "convert.hpp"
#include "interrupts.hpp"
#include "verbs.hpp"

namespace wingbeat::segments {

using cli::Failure;

namespace {

constexpr std::uint64_t kLongestWaitNs = 100'000'000;  // so that signals and times are looked at
constexpr std::uint64_t kRetryNs = 10'000'000;

void sleep_ns(std::uint64_t ns) { std::this_thread::sleep_for(std::chrono::nanoseconds(std::min(ns, kLongestWaitNs))); }

Reader open_reader(const std::string& stream) {
  ReaderOptions options;
  options.leases = 1;
  options.label = "wingbeat mirror";
  return Reader::open(stream, options).value();
}

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

}  // namespace

Mirror::Mirror(MirrorOptions options)
    : options_(std::move(options)),
      reader_(open_reader(options_.stream)),
      stream_(options_.site.verb),
      plan_(options_.site.verb),
      start_ns_(wb_now_ns()) {}

Mirror::~Mirror() {
  if (site_ && !options_.site.keep) site_->remove_created();
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
  is_pending_ = !site_->find() || !write(frame);
  const std::uint64_t pause_ns = options_.rate > 0 ? static_cast<std::uint64_t>(1e9 / options_.rate) : 0;
  next_ns_ = now_ns + (is_pending_ ? kRetryNs : pause_ns);
}

// What could not be written is tried again, or what came in its place.
Frame Mirror::next_frame() {
  Frame frame = is_pending_ ? reader_.latest() : reader_.wait(std::chrono::nanoseconds(kLongestWaitNs));
  if (frame.status() < 0) throw frame.error();
  if (frame) {
    stream_.clear(fmt::format("stream {} is there", options_.stream));
    return frame;
  }
  if (frame.status() == WB_RESTARTED) {
    ++totals_.restarts;
    written_seq_ = 0;
    is_new_ = true;
  }
  tell_absence(frame.status());
  is_pending_ = false;
  return frame;
}

void Mirror::tell_absence(int status) {
  if (status == WB_NOT_READY) stream_.set("absent", fmt::format("waits for stream {}", options_.stream));
  if (status == WB_WRITER_GONE)
    stream_.set("gone", fmt::format("stream {}: its writer is gone; waits until one comes back", options_.stream));
}

bool Mirror::is_written(const Frame& frame) const {
  return frame.seq() == written_seq_ && frame.epoch() == written_epoch_;
}

// Looked up for each frame: nothing else says for certain that the next is laid out like the last. What does not fit at the start ends
// the mirror; what comes later is told once, and waited for.
bool Mirror::plan(const Frame& frame) {
  try {
    const wb_field_info field = find_field(frame.schema(), options_.field);
    if (std::exchange(is_new_, false)) totals_.unverified = unverified(frame.schema());
    if (!site_ || !is_laid_out_alike(field, field_)) plan(field);
    plan_.forget();
    return true;
  } catch (const Failure& failure) {
    if (!site_) throw;
    plan_.set(failure.what(), fmt::format("{}; waits until the stream is another", failure.what()));
    return false;
  }
}

void Mirror::plan(const wb_field_info& field) {
  const int type = options_.type.value_or(static_cast<int>(field.type));
  const std::size_t bytes = elements_of(field, rows_of(field)) * wb_type_size(type);
  if (!site_ || options_.site.bytes != bytes) make_room(bytes, text_of(field, type));
  field_ = field;
  type_ = type;
}

// Stays as it is if it throws.
void Mirror::make_room(std::size_t bytes, const std::string& what) {
  SiteOptions place = options_.site;
  place.bytes = bytes;
  place.what = what;
  if (site_)
    site_->resize(bytes, what);
  else
    site_.emplace(place);
  options_.site = place;
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
  const bool is_good = site_->with([&](std::byte* place) {
    std::memcpy(place, first, bytes);
    std::memset(place + bytes, 0, options_.site.bytes - bytes);  // agents that are not there
  });
  if (!is_good) return false;
  written_seq_ = frame.seq();
  written_epoch_ = frame.epoch();
  ++totals_.frames;
  return true;
}

MirrorTotals Mirror::totals() const {
  MirrorTotals totals = totals_;
  if (site_) totals.site = site_->totals();
  totals.wall_seconds = seconds_since_start();
  return totals;
}

}  // namespace wingbeat::segments
