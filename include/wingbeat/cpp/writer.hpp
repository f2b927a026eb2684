// Writer: the only source of a stream's frames. Slot: the frame that it is filling. Request: what a reader asks of it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "wingbeat/cpp/result.hpp"
#include "wingbeat/cpp/spec.hpp"
#include "wingbeat/cpp/values.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat {

// A frame that is being filled: a slot of shared memory. Fill every field, because the content is undefined at first,
// then publish it. A Slot that ends without publish() is abandoned, and the next frame gets its number. At most one
// Slot of a Writer exists at a time, and it must end before the Writer. Move-only. Used by one thread at a time.
//
// Spans and Arrays of a Slot are valid until it is published or abandoned. Taking one from a temporary Slot does not
// compile. All functions throw WB_ERR_STATE after the Slot was published or abandoned.
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

  // The number that the frame will have.
  std::uint64_t seq() const { return open().seq; }

  // The number of agents in the frame: the capacity, unless set_count() or copy() has set another.
  std::uint64_t count() const noexcept { return count_; }

  // Sets the number of agents in the frame, 0 to the capacity. Call it before span() and array(), whose sizes follow
  // from it. Throws WB_ERR_ARGUMENT if the count exceeds the capacity or differs from an earlier one.
  void set_count(std::uint64_t count) {
    detail::require(wb_writer_set_count(writer_, count));
    count_ = count;
  }

  // The numbers of a field, to be filled in place. Of a field per agent: those of count() agents. Nothing is copied.
  // Throws WB_ERR_NOT_FOUND if the stream has no such field, WB_ERR_TYPE if the field's element type is not T. The
  // versions with a Field look the name up only once.
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

  // The same numbers as a matrix (N, k): array(i, c) is component c of agent i.
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

  // Whether there is a previous frame, that is, whether this is not the first frame of the stream.
  bool has_previous() const { return open().previous != nullptr; }

  // The number of agents in the previous frame. 0 if there is none.
  std::uint64_t previous_count() const { return has_previous() ? slot_.previous_count : 0; }

  // The numbers of a field in the previous frame, which may be read while this one is filled: a simulation can use the
  // slots as its own storage. Empty if there is no previous frame. Throws as span() does.
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

  // Copies a field from the program's own storage: `count` agents whose first bytes are stride_bytes apart. `first`
  // points to the first number of the first agent, or to a small struct that holds an agent's numbers (a vec3). Of a
  // field per agent it also sets the frame's count. Throws WB_ERR_NOT_FOUND, WB_ERR_TYPE, WB_ERR_ARGUMENT.
  //     frame.copy("position", &agents[0].position, sizeof(Agent), agents.size());
  template <class T>
  void copy(const char* name, const T* first, std::size_t stride_bytes, std::uint64_t count) {
    const int index = wb_schema_find_field(schema_, name);
    if (index < 0) detail::raise(Error::last(index));
    check_source<T>(static_cast<std::uint32_t>(index), name);
    copy_field(static_cast<std::uint32_t>(index), first, stride_bytes, count);
  }
  // The same with a Field, whose name is looked up only once. The caller vouches for the type of `first`.
  template <class T>
  void copy(Field<T>& field, const void* first, std::size_t stride_bytes, std::uint64_t count) {
    field.resolve(schema_, 0).value();
    copy_field(field.index(), first, stride_bytes, count);
  }

  // Publishes the frame: all readers see it at once. step: the simulation's step number. sim_time: its time in s.
  // Wait-free. Makes no system call if no reader sleeps, else one. The Slot cannot be used afterwards.
  void publish(std::uint64_t step, double sim_time) {
    open();
    wb_writer* const writer = std::exchange(writer_, nullptr);
    detail::require(wb_writer_publish(writer, step, sim_time));
  }

  // Gives the slot back without publishing it.
  void abandon() {
    if (writer_ != nullptr) detail::require(wb_writer_abandon(std::exchange(writer_, nullptr)));
  }

  // The slot for functions of the C interface.
  const wb_slot& raw() const { return open(); }

 private:
  const wb_slot& open() const {
    if (writer_ == nullptr)
      detail::raise(Error(WB_ERR_STATE, "the frame was published or abandoned: begin another one"));
    return slot_;
  }

  // Refuses a source that cannot hold an agent's numbers: another element type, or a struct that is too small. The
  // content of a program's own struct is not known.
  template <class T>
  void check_source(std::uint32_t index, const char* name) const {
    if constexpr (!std::is_void_v<T>) {
      wb_field_info info;
      detail::require(wb_schema_field(schema_, index, &info));
      const std::uint64_t rows = info.shape[info.dimensions - 1];
      const bool fits = std::is_arithmetic_v<T> ? static_cast<int>(info.type) == detail::type_of<T>()
                                                : sizeof(T) >= info.size_bytes / rows;
      if (!fits) {
        detail::raise(Error(WB_ERR_TYPE, std::string("the source for field '") + name + "' does not consist of " +
                                             wb_type_name(static_cast<int>(info.type)) +
                                             ": point to the first number of the first agent"));
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

// A request of a reader: to set a parameter, pull a trigger or run a command. Writer::requests passes it to a function,
// and it is valid during that call. A request that the function does not refuse counts as applied.
//
//     swarm.requests([&](auto& request) {
//       if (request.is("alignment")) flock.alignment = request.value();
//       else if (request.is("place") && request.argument(0) >= n) request.refuse("there is no such agent");
//     });
class Request {
 public:
  Request(wb_writer* writer, const wb_request& request, std::string_view name)
      : writer_(writer), request_(request), name_(name) {}
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  // The name of the parameter, trigger or command. Valid as long as the Writer.
  std::string_view name() const noexcept { return name_; }

  // Whether that is its name. Names are unique among all controls of a stream.
  bool is(std::string_view name) const noexcept { return name_ == name; }

  // Whether a parameter, a trigger or a command is requested.
  wb_control_kind kind() const noexcept { return static_cast<wb_control_kind>(request_.kind); }
  bool is_parameter() const noexcept { return request_.kind == WB_PARAMETER; }
  bool is_trigger() const noexcept { return request_.kind == WB_TRIGGER; }
  bool is_command() const noexcept { return request_.kind == WB_COMMAND; }

  // The new value of a parameter. Its type and range have been checked. Of a choice it is the index of the alternative.
  double value() const noexcept { return detail::to_double(request_.value); }
  template <class T>
  T value() const noexcept {
    return detail::from_value<T>(request_.value);
  }

  // The numbers of a command, as many as its description has names. All are finite. argument() throws WB_ERR_ARGUMENT
  // if the index is too large.
  Span<const double> arguments() const noexcept { return {request_.arguments, request_.argument_count}; }
  double argument(std::size_t index) const {
    if (index >= request_.argument_count)
      detail::raise(Error(WB_ERR_ARGUMENT, "the command '" + std::string(name_) + "' has " +
                                               std::to_string(request_.argument_count) + " arguments, not number " +
                                               std::to_string(index)));
    return request_.arguments[index];
  }

  // Refuses the request. The reader gets the reason, cut to WB_REASON_BYTES - 1 bytes. A parameter keeps its value.
  void refuse(const std::string& reason) {
    detail::require(wb_writer_refuse(writer_, reason.c_str()));
    refused_ = true;
  }

  // Whether refuse() was called.
  bool refused() const noexcept { return refused_; }

  // The request for functions of the C interface.
  const wb_request& raw() const noexcept { return request_; }

 private:
  wb_writer* writer_;
  const wb_request& request_;
  std::string_view name_;
  bool refused_ = false;
};

// The writer of a stream. It repeats: begin, fill, publish, requests. Closing it, at the end of its scope, ends the
// stream. Move-only. Used by one thread at a time.
class Writer {
 public:
  // Creates the stream, or takes it over from a writer that ended: see wb_writer_create. Reserves all memory, which
  // takes time. WB_ERR_BUSY while another writer lives (the message has its process id), WB_ERR_NO_MEMORY (the
  // message says how much memory is needed and how much is free), WB_ERR_ACCESS, or the first mistake in the
  // description.
  static Result<Writer> create(const StreamSpec& spec) {
    if (spec.error()) return *spec.error();
    wb_writer* raw = nullptr;
    const int code = wb_writer_create(spec.raw(), &raw);
    if (code != WB_OK) return Error::last(code);
    return Writer(raw);
  }

  // Takes a slot for the next frame. Wait-free; in lock-step it first waits as await_readers() does. Throws
  // WB_ERR_STATE if another Slot exists.
  Slot begin() {
    wb_slot slot;
    detail::require(wb_writer_begin(raw(), &slot));
    return Slot(raw(), slot);
  }

  // Calls f(Request&) for each waiting request, in the order in which they were sent, and returns their number. Call it
  // once per step, between publish() and begin(). If a parameter was set several times, f gets the last value only. A
  // request that f does not refuse counts as applied; if f throws, it is refused. Wait-free apart from f; makes at most
  // one system call.
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

  // Lock-step: after each frame, waits for the readers in Mode::lock_step with this label ("": with any label) until
  // they have finished with the frame, for at most `limit`. A limit below 0 means no limit, 0 ends lock-step for this
  // label. See wb_writer_lock_step for readers that exceed the limit.
  void lock_step(const std::string& label, std::chrono::nanoseconds limit) {
    detail::require(wb_writer_lock_step(raw(), label.c_str(), limit.count()));
  }

  // Waits for the readers in lock-step now. begin() waits in the same way. Call it before requests(), so that the
  // requests that readers sent because of the last frame are handled before the next frame begins. Returns WB_OK;
  // WB_OVERRUN if a reader exceeded its limit; WB_INTERRUPTED if a signal arrived.
  int await_readers() {
    const int code = wb_writer_await_readers(raw());
    if (code < 0) detail::raise(Error::last(code));
    return code;
  }

  // The present value of a parameter. Throws WB_ERR_NOT_FOUND.
  template <class T>
  T parameter(const char* name) const {
    wb_value value;
    detail::require(wb_writer_parameter(raw(), control(name), &value));
    return detail::from_value<T>(value);
  }

  // Sets a parameter from the writer's side, for example from a user interface. All readers see the value.
  // WB_ERR_NOT_FOUND, WB_ERR_TYPE; WB_ERR_ARGUMENT if the value is out of range.
  template <class T>
  Result<void> set_parameter(const char* name, T value) {
    const int index = wb_schema_find_control(schema(), name);
    if (index < 0) return Error::last(index);
    return Result<void>::from(
        wb_writer_set_parameter(raw(), static_cast<std::uint32_t>(index), detail::to_value(value)));
  }

  // The stream's schema. Valid as long as the Writer.
  const wb_schema* schema() const noexcept { return wb_writer_schema(raw()); }

  // Counters: see wb_writer_stats.
  wb_writer_stats stats() const {
    wb_writer_stats stats;
    detail::require(wb_writer_get_stats(raw(), &stats));
    return stats;
  }

  // The handle for functions of the C interface. It belongs to this object.
  wb_writer* raw() const noexcept { return writer_.get(); }

 private:
  struct Close {
    void operator()(wb_writer* writer) const noexcept { wb_writer_close(writer); }
  };
  // Refuses the request if the function that handles it throws.
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
  std::vector<std::string> names_;  // of the controls, by index: requests are named without a search
};

}  // namespace wingbeat
