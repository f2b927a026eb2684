#include "window.hpp"

#include <algorithm>
#include <cstring>

#include "../stream/error.hpp"
#include "reader.hpp"

namespace wingbeat::stream {
namespace {

constexpr std::uint32_t kMostFrames = 1'000'000;

// The same type and shape, whatever the offset is. Units and labels may change.
bool has_same_shape(const layout::FieldRecord& a, const layout::FieldRecord& b) {
  return a.type == b.type && a.dimensions == b.dimensions && a.per_agent == b.per_agent &&
         std::equal(a.shape, a.shape + layout::kMaxDimensions, b.shape);
}

// Keeps the last `most` values contiguous at the end. There is room for twice as many, so that old ones are
// moved out of the way only every `most` pushes.
void append(std::vector<std::uint64_t>& values, std::uint64_t value, std::size_t most) {
  if (values.size() == 2 * most) values.erase(values.begin(), values.end() - static_cast<std::ptrdiff_t>(most - 1));
  values.push_back(value);
}

}  // namespace

int Window::open(const layout::Schema& schema, const std::vector<std::string>& fields, std::uint32_t frames,
                 std::unique_ptr<Window>& out) {
  if (fields.empty() || fields.size() > layout::kMaxFields)
    return fail(WB_ERR_ARGUMENT, "a window must have 1 to 64 fields, not " + std::to_string(fields.size()));
  if (frames == 0 || frames > kMostFrames)
    return fail(WB_ERR_ARGUMENT, "a window must have 1 to 1,000,000 frames, not " + std::to_string(frames));
  auto window = std::make_unique<Window>();
  window->wanted_ = frames;
  window->fork_generation_ = platform::fork_generation();
  for (const std::string& name : fields) {
    const int index = schema.find_field(name);
    if (index < 0)
      return fail(WB_ERR_NOT_FOUND, "stream '" + schema.stream + "' has no field '" + name.substr(0, 80) + "'");
    if (int code = window->add_ring(schema.fields[static_cast<std::size_t>(index)], frames)) return code;
  }
  window->seqs_.reserve(2 * std::size_t{frames});
  window->counts_.reserve(2 * std::size_t{frames});
  out = std::move(window);
  return WB_OK;
}

// The ring is rounded up to pages, because only pages can be mapped twice. The frames in it still lie one after
// the other.
int Window::add_ring(const layout::FieldRecord& field, std::uint32_t frames) {
  if (field.size_bytes > layout::kMaxFrameBytes / frames)
    return fail(WB_ERR_LIMIT, "field '" + std::string(field.name) +
                                  "' would have more than 2^40 bytes in the window: use fewer frames");
  Ring ring;
  ring.field = field;
  ring.ring_bytes = layout::round_up(field.size_bytes * frames, platform::page_bytes());
  if (int error = platform::map_twice(ring.ring_bytes, ring.memory)) {
    return fail_system(error, "a window of " + std::to_string(frames) + " frames of '" + field.name + "' needs " +
                                  std::to_string(ring.ring_bytes) + " bytes");
  }
  rings_.push_back(std::move(ring));
  return WB_OK;
}

// The fields are looked up in a schema only when the frame is of another memory than the frame before.
int Window::push(const wb_frame& frame) {
  const auto& schema = *reinterpret_cast<const layout::Schema*>(frame.schema);
  const std::uint64_t identity = static_cast<const Leases*>(frame.attachment)->attachment().manifest.identity;
  if (identity_seen_ != identity && !fits(schema)) {
    return fail(WB_ERR_TYPE,
                "the stream's fields have other shapes since its writer was restarted: open another window");
  }
  identity_seen_ = identity;
  for (std::size_t i = 0; i < rings_.size(); ++i)
    push_field(rings_[i], frame, schema.fields[static_cast<std::size_t>(places_[i])]);
  append(seqs_, frame.seq, wanted_);
  append(counts_, frame.count, wanted_);
  present_ = std::min(present_ + 1, wanted_);
  return WB_OK;
}

// Finds the window's fields in a schema that was not seen before. False if one is missing or has another shape.
bool Window::fits(const layout::Schema& schema) {
  places_.clear();
  for (const Ring& ring : rings_) {
    const int index = schema.find_field(ring.field.name);
    if (index < 0 || !has_same_shape(schema.fields[static_cast<std::size_t>(index)], ring.field)) return false;
    places_.push_back(index);
  }
  return true;
}

// Agents beyond the frame's count become zero, so that the content does not depend on frames that have fallen
// out.
void Window::push_field(Ring& ring, const wb_frame& frame, const layout::FieldRecord& source) const {
  const std::uint64_t size = ring.field.size_bytes;
  // Full: the oldest frame falls out, and the new one takes the position behind the newest.
  if (present_ == wanted_) ring.start = (ring.start + size) % ring.ring_bytes;
  const std::uint64_t behind = present_ == wanted_ ? present_ - 1 : present_;
  std::uint8_t* target = ring.memory.data() + (ring.start + behind * size) % ring.ring_bytes;
  const std::uint64_t items = ring.field.shape[ring.field.dimensions - 1];
  const std::uint64_t there = ring.field.per_agent != 0 ? size / items * frame.count : size;
  std::memcpy(target, static_cast<const std::uint8_t*>(frame.data) + source.offset_bytes, there);
  std::memset(target + there, 0, size - there);
}

// Contiguous wherever the ring starts, because the second mapping continues the first.
int Window::view(std::uint32_t field, wb_window_view& out) const {
  if (field >= rings_.size())
    return fail(WB_ERR_ARGUMENT, "there is no field number " + std::to_string(field) + " in the window: it has " +
                                     std::to_string(rings_.size()) + " fields, numbered from 0");
  const Ring& ring = rings_[field];
  out = wb_window_view{ring.memory.data() + ring.start,
                       ring.field.size_bytes,
                       present_,
                       0,
                       seqs_.data() + seqs_.size() - present_,
                       counts_.data() + counts_.size() - present_};
  return WB_OK;
}

}  // namespace wingbeat::stream
