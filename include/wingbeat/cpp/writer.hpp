// Writer: the one source of a stream's frames; Slot: the frame it is filling.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "wingbeat/cpp/field.hpp"
#include "wingbeat/cpp/request.hpp"
#include "wingbeat/cpp/result.hpp"
#include "wingbeat/cpp/span.hpp"
#include "wingbeat/cpp/spec.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat {

// A frame in the making: a slot of shared memory. Fill it, publish it. Without publish() its number is given back at
// the end of its scope. The content is undefined at first: fill every field. At most one at a time; it ends before its
// Writer.
class [[nodiscard]] Slot {
 public:
  Slot(wb_writer* writer, const wb_slot& slot)
      : writer_(writer), schema_(wb_writer_schema(writer)), slot_(slot), count_(wb_schema_capacity(schema_)) {}
  ~Slot() {
    if (writer_ != nullptr) wb_writer_abandon(writer_);
  }
  Slot(Slot&& other) noexcept
      : writer_(std::exchange(other.writer_, nullptr)),
        schema_(other.schema_),
        slot_(other.slot_),
        count_(other.count_) {}
  Slot& operator=(Slot&&) = delete;

  // The number the frame will have.
  std::uint64_t seq() const { return open().seq; }
  // Agents present: the capacity, until set_count() or copy() says otherwise.
  std::uint64_t count() const noexcept { return count_; }
  void set_count(std::uint64_t count) {
    detail::require(wb_writer_set_count(writer_, count));
    count_ = count;
  }

  // A field's numbers, to be filled in place; for a per-agent field those of count() agents.
  // Throws WB_ERR_NOT_FOUND for an unknown name, WB_ERR_TYPE if the elements are no T.
  template <class T>
  Span<T> span(const char* name) & {
    return array<T>(name).flat();
  }
  template <class T>
  Span<T> span(Field<T>& field) & {
    return array(field).flat();
  }
  template <class T>
  Span<T> span(const char* name) && = delete;
  template <class T>
  Span<T> span(Field<T>& field) && = delete;

  // The same as (N, k): array(i, c) is component c of agent i.
  template <class T>
  Array<T> array(const char* name) & {
    Field<T> field(name);
    return array(field);
  }
  template <class T>
  Array<T> array(Field<T>& field) & {
    const wb_slot& slot = open();
    field.resolve(schema_, 0).value();
    return detail::array_in<T>(slot.data, field, count_);
  }
  template <class T>
  Array<T> array(const char* name) && = delete;
  template <class T>
  Array<T> array(Field<T>& field) && = delete;

  // The frame published before, which may be read while this one is filled. has_previous() is false for the first
  // frame.
  bool has_previous() const { return open().previous != nullptr; }
  std::uint64_t previous_count() const { return has_previous() ? slot_.previous_count : 0; }
  template <class T>
  Span<const T> previous(const char* name) & {
    Field<T> field(name);
    return previous(field);
  }
  template <class T>
  Span<const T> previous(Field<T>& field) & {
    const wb_slot& slot = open();
    field.resolve(schema_, 0).value();
    if (slot.previous == nullptr) return {};
    return detail::array_in<const T>(slot.previous, field, slot.previous_count).flat();
  }
  template <class T>
  Span<const T> previous(const char* name) && = delete;
  template <class T>
  Span<const T> previous(Field<T>& field) && = delete;

  // Copies a field from the program's own storage: `count` agents whose first bytes are stride_bytes apart, and sets
  // count().
  //     frame.copy("position", &agents[0].position, sizeof(Agent), agents.size());
  // `first` points to the agent's first number, or to a small struct of them (a vec3).
  template <class T>
  void copy(const char* name, const T* first, std::size_t stride_bytes, std::uint64_t count) {
    const int index = wb_schema_find_field(schema_, name);
    if (index < 0) detail::raise(Error::last(index));
    check_source<T>(static_cast<std::uint32_t>(index), name);
    copy_field(static_cast<std::uint32_t>(index), first, stride_bytes, count);
  }
  template <class T>
  void copy(Field<T>& field, const void* first, std::size_t stride_bytes, std::uint64_t count) {
    field.resolve(schema_, 0).value();
    copy_field(field.index(), first, stride_bytes, count);
  }

  // Shows the frame to all readers. Wait-free; no system call while nobody sleeps. The slot is closed afterwards.
  void publish(std::uint64_t step, double sim_time) {
    open();
    wb_writer* const writer = std::exchange(writer_, nullptr);
    detail::require(wb_writer_publish(writer, step, sim_time));
  }

  // Gives the slot back.
  void abandon() {
    if (writer_ != nullptr) detail::require(wb_writer_abandon(std::exchange(writer_, nullptr)));
  }

  // For calls of the C interface.
  const wb_slot& raw() const { return open(); }

 private:
  const wb_slot& open() const {
    if (writer_ == nullptr)
      detail::raise(Error(WB_ERR_STATE, "the frame was published or abandoned; begin another one"));
    return slot_;
  }

  // What cannot hold an agent's numbers is refused; more cannot be known about a program's own types.
  template <class T>
  void check_source(std::uint32_t index, const char* name) const {
    if constexpr (!std::is_void_v<T>) {
      wb_field_info info;
      detail::require(wb_schema_field(schema_, index, &info));
      const std::uint64_t rows = info.shape[info.dimensions - 1];
      const bool fits = std::is_arithmetic_v<T> ? static_cast<int>(info.type) == detail::type_of<T>()
                                                : sizeof(T) >= info.size_bytes / rows;
      if (!fits) {
        detail::raise(Error(WB_ERR_TYPE, std::string("what is copied into field '") + name + "' is not made of " +
                                             wb_type_name(static_cast<int>(info.type)) +
                                             "; point to the agent's first number"));
      }
    }
  }

  void copy_field(std::uint32_t index, const void* first, std::size_t stride_bytes, std::uint64_t count) {
    open();
    detail::require(wb_writer_copy(writer_, index, first, stride_bytes, count));
    wb_field_info info;
    detail::require(wb_schema_field(schema_, index, &info));
    if (info.per_agent != 0) count_ = count;
  }

  wb_writer* writer_;  // nullptr: published, abandoned or moved from
  const wb_schema* schema_;
  wb_slot slot_;
  std::uint64_t count_;
};

// Creates a stream, or takes it over after a writer that ended. Closing it (the end of its scope) ends the stream.
class Writer {
 public:
  // WB_ERR_BUSY while another writer lives (the text has its pid), WB_ERR_NO_MEMORY (how much was needed, how much
  // there is), WB_ERR_ACCESS, or the first mistake in the description.
  static Result<Writer> create(const StreamSpec& spec) {
    if (spec.error()) return *spec.error();
    wb_writer* raw = nullptr;
    const int code = wb_writer_create(spec.raw(), &raw);
    if (code != WB_OK) return Error::last(code);
    return Writer(raw);
  }

  // Takes a slot for the next frame. Wait-free. Throws WB_ERR_STATE while another one is open.
  Slot begin() {
    wb_slot slot;
    detail::require(wb_writer_begin(raw(), &slot));
    return Slot(raw(), slot);
  }

  // Calls f(Request&) for every waiting request, in the order they were made; to be called between frames, once per
  // step. Of several for one parameter only the last is shown. What f does not refuse counts as applied; if f throws,
  // the request is refused. Returns how many there were. Wait-free, no system call.
  template <class F>
  std::size_t requests(F&& f) {
    std::size_t handled = 0;
    wb_request raw_request;
    for (; next(raw_request); ++handled) {
      Request request(raw(), raw_request, names_[raw_request.control]);
      RefuseUnlessDone guard{raw(), request};
      f(request);
      guard.done = true;
    }
    return handled;
  }

  // Waits, after each frame, for readers in Mode::lock_step that call themselves `label` ("": for all), at most `limit`
  // (below 0: as long as they live; 0: no longer). See wb_writer_lock_step for what overrunning means.
  void lock_step(const std::string& label, std::chrono::nanoseconds limit) {
    detail::require(wb_writer_lock_step(raw(), label.c_str(), limit.count()));
  }

  // The wait itself, which begin() makes as well: call it to take the requests that readers made because of the newest
  // frame before the next one is begun. WB_OK, WB_OVERRUN, or WB_INTERRUPTED by a signal.
  int await_readers() {
    const int code = wb_writer_await_readers(raw());
    if (code < 0) detail::raise(Error::last(code));
    return code;
  }

  // A parameter's present value. Throws WB_ERR_NOT_FOUND.
  template <class T>
  T parameter(const char* name) const {
    wb_value value;
    detail::require(wb_writer_parameter(raw(), control(name), &value));
    return detail::from_value<T>(value);
  }

  // Sets a parameter from the writer's side (a GUI, say); all readers see it. WB_ERR_NOT_FOUND, WB_ERR_TYPE,
  // WB_ERR_ARGUMENT if it is out of range.
  template <class T>
  Result<void> set_parameter(const char* name, T value) {
    const int index = wb_schema_find_control(schema(), name);
    if (index < 0) return Error::last(index);
    return Result<void>::from(
        wb_writer_set_parameter(raw(), static_cast<std::uint32_t>(index), detail::to_value(value)));
  }

  const wb_schema* schema() const noexcept { return wb_writer_schema(raw()); }
  wb_writer_stats stats() const {
    wb_writer_stats stats;
    detail::require(wb_writer_get_stats(raw(), &stats));
    return stats;
  }

  // For calls of the C interface; owned by this object.
  wb_writer* raw() const noexcept { return writer_.get(); }

 private:
  struct Close {
    void operator()(wb_writer* writer) const noexcept { wb_writer_close(writer); }
  };
  struct RefuseUnlessDone {
    wb_writer* writer;
    const Request& request;
    bool done = false;
    ~RefuseUnlessDone() {
      if (!done && !request.refused()) wb_writer_refuse(writer, "the simulation failed while it handled this request");
    }
  };

  explicit Writer(wb_writer* writer) : writer_(writer) {
    const std::uint32_t controls = wb_schema_control_count(schema());
    wb_control_info info;
    for (std::uint32_t i = 0; i < controls; ++i) {
      detail::require(wb_schema_control(schema(), i, &info));
      names_.emplace_back(info.name);
    }
  }

  bool next(wb_request& out) {
    const int code = wb_writer_next_request(raw(), &out);
    if (code < 0) detail::raise(Error::last(code));
    return code == WB_OK;
  }

  std::uint32_t control(const char* name) const {
    const int index = wb_schema_find_control(schema(), name);
    if (index < 0) detail::raise(Error::last(index));
    return static_cast<std::uint32_t>(index);
  }

  std::unique_ptr<wb_writer, Close> writer_;
  std::vector<std::string> names_;  // of the controls, by index
};

}  // namespace wingbeat
