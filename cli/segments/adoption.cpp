#include "adoption.hpp"

#include <fmt/format.h>

#include <cstring>

#include "terminal.hpp"

namespace wingbeat::segments {

namespace {

using detail::require;

struct Destroy {
  void operator()(wb_spec* spec) const { wb_spec_destroy(spec); }
};
using Spec = std::unique_ptr<wb_spec, Destroy>;  // StreamSpec wants types and dimensions at compile time

void add_field(wb_spec* spec, const AdoptionOptions& o) {
  const auto& sizes = o.shape.sizes;
  const char *name = o.field.c_str(), *labels = o.shape.labels.c_str(), *unit = o.unit.c_str();
  if (o.has_agents())
    require(wb_spec_add_per_agent(spec, name, o.shape.type,
                                  sizes.size() == 1 ? 1 : static_cast<std::uint32_t>(sizes[0]), labels, unit));
  else
    require(wb_spec_add_field(spec, name, o.shape.type, static_cast<std::uint32_t>(sizes.size()), sizes.data(), labels,
                              unit));
}

Spec describe(const AdoptionOptions& o) {
  wb_spec* raw = nullptr;
  require(wb_spec_create(o.stream.c_str(), o.has_agents() ? o.shape.rows() : 1, &raw));
  Spec spec(raw);
  add_field(raw, o);
  require(wb_spec_set_attribute(raw, "provenance", fmt::format("wingbeat adopt {}", o.segment.data.text).c_str()));
  if (!o.segment.lock)
    require(wb_spec_set_attribute(raw, WB_ATTRIBUTE_UNVERIFIED,
                                  fmt::format("{} has no lock: frames may be torn", o.segment.data.text).c_str()));
  return spec;
}

}  // namespace

Adoption::Adoption(AdoptionOptions options)
    : options_(std::move(options)),
      attachment_(options_.segment),
      start_ns_(wb_now_ns()),
      pace_(options_.rate, start_ns_) {
  // Before the stream is created: what does not fit at the start ends the command and leaves no stream.
  attachment_.find();
  wb_writer* raw = nullptr;
  require(wb_writer_create(describe(options_).get(), &raw));
  writer_.reset(raw);
}

void Adoption::run() {
  while (!is_done()) {
    if (!pace_.wait()) continue;
    look();
    pace_.finish(wb_now_ns());
  }
}

bool Adoption::is_done() const {
  return cli::interrupted() || (options_.seconds && seconds_since_start() >= *options_.seconds);
}

// The slot is begun before the lock is taken, and compared after the lock was released: the lock is held for one copy
// only.
void Adoption::look() {
  if (!attachment_.find()) return;
  ++totals_.looks;
  wb_slot slot;
  require(wb_writer_begin(writer_.get(), &slot));
  void* const field = wb_writer_field(writer_.get(), 0);
  const bool is_good =
      attachment_.with([&](const std::byte* numbers) { std::memcpy(field, numbers, options_.segment.bytes); });
  if (!is_good || !is_wanted(slot)) {
    require(wb_writer_abandon(writer_.get()));
    return;
  }
  require(wb_writer_publish(writer_.get(), slot.seq, seconds_since_start()));
  ++totals_.frames;
}

// Compares the copy in the slot with the frame before. The field is the only one, and has the same offset in both.
bool Adoption::is_wanted(const wb_slot& slot) {
  if (options_.repeat || slot.previous == nullptr) return true;
  const std::size_t offset = static_cast<std::size_t>(static_cast<const std::byte*>(wb_writer_field(writer_.get(), 0)) -
                                                      static_cast<const std::byte*>(slot.data));
  const auto* before = static_cast<const std::byte*>(slot.previous) + offset;
  if (std::memcmp(static_cast<const std::byte*>(slot.data) + offset, before, options_.segment.bytes) != 0) return true;
  ++totals_.unchanged;
  return false;
}

AdoptionTotals Adoption::totals() const {
  AdoptionTotals totals = totals_;
  totals.segment = attachment_.totals();
  totals.wall_seconds = seconds_since_start();
  return totals;
}

}  // namespace wingbeat::segments
