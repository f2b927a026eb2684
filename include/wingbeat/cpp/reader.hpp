// Reader: reads a stream's frames and sends requests to its writer. Frame: a frame that a reader holds. SentRequest and
// Receipt: a request and its answer. Window: the last frames of chosen fields.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "wingbeat/cpp/result.hpp"
#include "wingbeat/cpp/values.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat {

// A frame that a reader holds, or the reason why there is none. Reader::wait and Reader::latest return it. The bytes
// of a frame do not change until it is released, by release() or at the end of its scope. It must end before its
// Reader. Move-only. Used by one thread at a time, except for release(), which may be called from any thread.
//
// Spans and Arrays are valid while the frame is held. Taking one from a temporary Frame does not compile. Every
// function that reads the frame throws if it is empty, released or moved from.
//
//     auto frame = reader.wait(100ms);
//     if (frame) use(frame.span<float>("position"));
//     else if (frame.status() == WB_RESTARTED) forget_history();
class [[nodiscard]] Frame {
 public:
  // From the result and the output of wb_reader_wait or wb_reader_latest.
  Frame(int status, const wb_frame& frame) : status_(status), frame_(frame) {
    if (status < 0) error_ = Error::last(status);
  }
  ~Frame() { release(); }
  Frame(Frame&& other) noexcept
      : status_(std::exchange(other.status_, int{WB_ERR_STATE})),
        frame_(other.frame_),
        error_(std::move(other.error_)) {}
  Frame& operator=(Frame&& other) noexcept {
    if (this == &other) return *this;
    release();
    status_ = std::exchange(other.status_, int{WB_ERR_STATE});
    frame_ = other.frame_;
    error_ = std::move(other.error_);
    return *this;
  }

  // Whether a frame is held.
  explicit operator bool() const noexcept { return status_ == WB_OK; }

  // WB_OK if a frame is held. Otherwise a state (WB_NO_FRAME, WB_NOT_READY, WB_WRITER_GONE, WB_RESTARTED,
  // WB_INTERRUPTED) or an error. WB_ERR_STATE after the frame was released or moved from.
  int status() const noexcept { return status_; }

  // Why there is no frame, with a message.
  Error error() const {
    if (error_) return *error_;
    if (status_ == WB_ERR_STATE) return Error(status_, "the frame was released or moved from: wait for another one");
    return Error(status_, wb_result_text(status_));
  }

  // The number of the frame in its stream: 1, 2, 3, ... without gaps, across restarts of the writer.
  std::uint64_t seq() const { return held().seq; }

  // The simulation's step number and its time in s, as the writer gave them.
  std::uint64_t step() const { return held().step; }
  double sim_time() const { return held().sim_time; }

  // When the frame was published, in ns on the clock of wb_now_ns, within a microsecond.
  std::uint64_t publish_time_ns() const { return held().publish_time_ns; }

  // The number of agents in the frame, up to the capacity of the stream.
  std::uint64_t count() const { return held().count; }

  // The number of frames that were lost between the last frame taken and this one. 0 in Mode::latest. With
  // ReaderOptions::every = k only every k-th frame counts.
  std::uint64_t missed() const { return held().missed; }

  // The numbers of the schema in its stream, and of the writer in its epoch, both from 1.
  std::uint32_t epoch() const { return held().epoch; }
  std::uint32_t generation() const { return held().generation; }

  // The schema of the frame. Valid while the frame is held, also if the stream has another schema by now.
  const wb_schema* schema() const { return held().schema; }

  // The numbers of a field. Of a field per agent: those of count() agents. Nothing is copied. Throws WB_ERR_NOT_FOUND
  // if the stream has no such field, WB_ERR_TYPE if the field's element type is not T. The versions with a Field look
  // the name up only once.
  template <class T>
  Span<const std::remove_const_t<T>> span(const char* name) const& {
    return array<T>(name).flat();
  }
  template <class T>
  Span<const T> span(Field<T>& field) const& {
    return array(field).flat();
  }
  template <class T>
  Span<const std::remove_const_t<T>> span(const char* name) const&& = delete;
  template <class T>
  Span<const T> span(Field<T>& field) const&& = delete;

  // The same numbers as a matrix (N, k): array(i, c) is component c of agent i.
  template <class T>
  Array<const std::remove_const_t<T>> array(const char* name) const& {
    Field<std::remove_const_t<T>> field(name);
    return array(field);
  }
  template <class T>
  Array<const T> array(Field<T>& field) const& {
    check(field).value();
    return detail::array_in<const T>(frame_.data, field, frame_.count);
  }
  template <class T>
  Array<const std::remove_const_t<T>> array(const char* name) const&& = delete;
  template <class T>
  Array<const T> array(Field<T>& field) const&& = delete;

  // Whether the frame has this field with the element type T. If not, the error is the one that span() throws.
  template <class T>
  Result<void> check(Field<T>& field) const {
    return field.resolve(held().schema, frame_.epoch);
  }

  // Releases the frame now. May be called from any thread. Wait-free. A second call does nothing.
  void release() noexcept {
    if (status_ == WB_OK) wb_frame_release(&frame_);
    if (status_ == WB_OK) status_ = WB_ERR_STATE;
  }

  // The frame for functions of the C interface.
  const wb_frame& raw() const { return held(); }

 private:
  const wb_frame& held() const {
    if (status_ != WB_OK) detail::raise(error());
    return frame_;
  }

  int status_;
  wb_frame frame_;
  std::optional<Error> error_;  // kept here: the thread's message may be another one later
};

// The reading mode: which frames Reader::wait takes. See wb_mode.
enum class Mode {
  // The newest frame that was not taken yet. The frames before it are skipped and do not count as missed.
  latest = WB_LATEST,
  // Each frame, in order. Frames that were overwritten before the reader took them count as missed.
  every = WB_EVERY,
  // Each frame, in order; the writer waits for this reader if it has called Writer::lock_step.
  lock_step = WB_LOCK_STEP
};

// How a reader gets at the bytes of a frame. The library chooses when it attaches. See wb_way.
enum class Way {
  // The reader is not attached.
  none = 0,
  // In shared memory; nothing is copied.
  lease = WB_BY_LEASE,
  // Each frame is copied, because the lease budget is used up, or by ReaderOptions::copy.
  copy = WB_BY_COPY,
  // Each frame is copied, without a reader entry: the reader may not write control memory, or ReaderOptions::observe.
  observer = WB_AS_OBSERVER
};

// Options of a reader. In C++20: {.mode = wingbeat::Mode::every, .label = "viewer"}. In C++17: by position, or set
// one by one.
struct ReaderOptions {
  // Which frames wait() takes.
  Mode mode = Mode::latest;
  // Frames that may be held at a time, 1 to WB_MAX_LEASES. 0: 2.
  std::uint32_t leases = 0;
  // How long a wait polls before it sleeps. 0: 20 us. Below 0: it never sleeps, and uses a core.
  std::chrono::nanoseconds spin{0};
  // The reader's name in `wingbeat top` and for Writer::lock_step. nullptr: the program's name.
  const char* label = nullptr;
  // k: take only frames whose seq is a multiple of k. Not in Mode::latest.
  std::uint32_t every = 1;
  // Always copy. Uses nothing of the stream's lease budget.
  bool copy = false;
  // Take no reader entry and write to no shared memory: no requests, no lock-step, polling instead of waking.
  bool observe = false;
  // Map all memory of the stream while attaching, so that the first access to each slot is as fast as later ones.
  bool prefault = false;
};

// The writer's answer to a request.
struct Receipt {
  // WB_APPLIED, WB_SUPERSEDED, WB_REFUSED or WB_WAS_RESTARTED.
  wb_receipt_status status;
  // The step of the last frame that was published before the request was answered.
  std::uint64_t step;
  // The seq of the first frame that can show the effect.
  std::uint64_t seq;
  // Why the request was refused; else empty.
  std::string reason;

  // Whether the request is in force.
  bool applied() const noexcept { return status == WB_APPLIED; }
};

// A request that was sent, or the error that prevented it. Waiting for the receipt is optional. It must end before its
// Reader. Used by the Reader's thread.
//
//     auto receipt = reader.set("alignment", 0.02).wait(1s);
//     if (receipt && receipt->applied()) print("applied at step", receipt->step);
class [[nodiscard]] SentRequest {
 public:
  SentRequest(wb_reader* reader, int code, std::uint64_t id) : reader_(reader), id_(id) {
    if (code != WB_OK) error_ = Error::last(code);
  }

  // Whether the request was sent. If not, error() is WB_ERR_NOT_FOUND, WB_ERR_TYPE, WB_ERR_ARGUMENT (out of range),
  // WB_NOT_READY (the reader is not attached), WB_ERR_ACCESS (an observer) or WB_ERR_NO_ROOM (too many requests wait
  // for their receipts).
  explicit operator bool() const noexcept { return !error_; }
  const Error& error() const { return error_.value(); }

  // The id of the request, for wb_reader_receipt. Counts the requests of the reader, from 1.
  std::uint64_t id() const noexcept { return id_; }

  // Waits up to `timeout` for the receipt. The error is error() if the request was not sent, WB_PENDING if there is no
  // answer within the time limit, WB_WRITER_GONE if the writer ended, or WB_INTERRUPTED.
  Result<Receipt> wait(std::chrono::nanoseconds timeout = kForever) {
    if (error_) return *error_;
    wb_receipt receipt;
    const int code = wb_reader_receipt(reader_, id_, timeout.count(), &receipt);
    if (code != WB_OK) return Error::last(code);
    return Receipt{static_cast<wb_receipt_status>(receipt.status), receipt.step, receipt.seq, receipt.reason};
  }

 private:
  wb_reader* reader_;
  std::uint64_t id_;
  std::optional<Error> error_;
};

// The former name of SentRequest.
using Ticket = SentRequest;

// A reader of one stream. It follows restarts of the writer and changes of the schema by itself, and never delays the
// writer, except in lock-step. Closed at the end of its scope. Move-only. Used by one thread at a time, except for
// interrupt().
//
//     auto reader = wingbeat::Reader::open("swarm").value();
//     while (auto frame = reader.wait(1s)) look(frame.span<float>("position"));
class Reader {
 public:
  // Opens a reader of `swarm`, or of another user's `alice/swarm`. The stream need not exist yet. Does not wait.
  // WB_ERR_NAME; WB_ERR_NOT_FOUND if there is no such user; WB_ERR_NO_ROOM if all reader entries are in use;
  // WB_ERR_ACCESS; WB_ERR_INCOMPATIBLE; WB_ERR_ARGUMENT for options that contradict each other.
  static Result<Reader> open(const std::string& stream, const ReaderOptions& options = {}) {
    wb_reader_options raw_options = {};
    raw_options.struct_size = sizeof raw_options;
    raw_options.mode = static_cast<std::int32_t>(options.mode);
    raw_options.leases = options.leases;
    raw_options.spin_ns = options.spin.count();
    raw_options.label = options.label;
    raw_options.every = options.every;
    raw_options.flags = (options.copy ? std::uint32_t{WB_READER_COPY} : 0u) |
                        (options.observe ? std::uint32_t{WB_READER_OBSERVE} : 0u) |
                        (options.prefault ? std::uint32_t{WB_READER_PREFAULT} : 0u);
    wb_reader* raw = nullptr;
    const int code = wb_reader_open(stream.c_str(), &raw_options, &raw);
    if (code != WB_OK) return Error::last(code);
    return Reader(raw);
  }

  // Waits up to `timeout` until the stream exists, and attaches to it. schema(), parameter() and requests need an
  // attached reader; wait() attaches by itself. WB_NOT_READY if there was no writer within the time limit;
  // WB_INTERRUPTED.
  Result<void> attach(std::chrono::nanoseconds timeout = kForever) {
    return Result<void>::from(wb_reader_attach(raw(), timeout.count()));
  }

  // Takes the next frame of the reader's mode. Polls for ReaderOptions::spin, then sleeps, up to `timeout` in all. If
  // there is no frame, the status of the returned Frame says why: see wb_reader_wait.
  Frame wait(std::chrono::nanoseconds timeout = kForever) {
    wb_frame frame = {};
    const int status = wb_reader_wait(raw(), timeout.count(), &frame);
    return Frame(status, frame);
  }

  // Takes the newest frame, even if it was taken before. Does not wait. In Mode::every and Mode::lock_step it does not
  // change which frame wait() takes next.
  Frame latest() {
    wb_frame frame = {};
    const int status = wb_reader_latest(raw(), &frame);
    return Frame(status, frame);
  }

  // Makes the present wait, or else the next one, end with WB_INTERRUPTED. May be called from any thread and from
  // signal handlers.
  void interrupt() noexcept { wb_reader_interrupt(raw()); }

  // A file descriptor for event loops. Each call arms it: it becomes readable when wait(0ns) may return something
  // new, and stays readable until it is armed again. So repeat: call descriptor(), wait for the descriptor, call
  // wait(0ns) until it returns no more frames. Do not read from it and do not close it. The first call starts a
  // thread. See wb_reader_fd.
  Result<int> descriptor() {
    const int fd = wb_reader_fd(raw());
    if (fd < 0) return Error::last(fd);
    return fd;
  }

  // Sends a request to set a parameter. The reader must be attached. Wait-free; makes no system call. A whole number is
  // accepted for an f64 parameter; a choice is set by the index of its alternative.
  template <class T>
  SentRequest set(const char* parameter, T value) {
    return set(parameter, detail::to_value(value));
  }
  SentRequest set(const char* parameter, wb_value value) {
    std::uint64_t id = 0;
    const int code = wb_reader_set(raw(), parameter, value, &id);
    return SentRequest(raw(), code, id);
  }

  // Sends a request to pull a trigger.
  SentRequest trigger(const char* name) {
    std::uint64_t id = 0;
    const int code = wb_reader_trigger(raw(), name, &id);
    return SentRequest(raw(), code, id);
  }

  // Sends a request to run a command: command("place", {3, 0, 0, 0}). The arguments must be finite numbers, as many
  // as the command has names.
  SentRequest command(const char* name, std::initializer_list<double> arguments) {
    return command(name, Span<const double>(arguments.begin(), arguments.size()));
  }
  SentRequest command(const char* name, Span<const double> arguments) {
    std::uint64_t id = 0;
    const int code =
        wb_reader_command(raw(), name, arguments.data(), static_cast<std::uint32_t>(arguments.size()), &id);
    return SentRequest(raw(), code, id);
  }

  // The present value of a parameter. WB_NOT_READY if the reader is not attached; WB_ERR_NOT_FOUND. Wait-free.
  template <class T>
  Result<T> parameter(const char* name) {
    wb_value value;
    const int code = wb_reader_parameter(raw(), name, &value);
    if (code != WB_OK) return Error::last(code);
    return detail::from_value<T>(value);
  }

  // The schema. Valid until a wait gives WB_RESTARTED. nullptr while the reader is not attached.
  const wb_schema* schema() const noexcept { return wb_reader_schema(raw()); }

  // Whether the reader leases, copies or observes.
  Way way() const { return static_cast<Way>(stats().way); }

  // Counters and state: see wb_reader_stats. Makes system calls.
  wb_reader_stats stats() const {
    wb_reader_stats stats;
    detail::require(wb_reader_get_stats(raw(), &stats));
    return stats;
  }

  // The handle for functions of the C interface. It belongs to this object.
  wb_reader* raw() const noexcept { return reader_.get(); }

 private:
  struct Close {
    void operator()(wb_reader* reader) const noexcept { wb_reader_close(reader); }
  };

  explicit Reader(wb_reader* reader) : reader_(reader) {}

  std::unique_ptr<wb_reader, Close> reader_;
};

// One field of a window. Valid until the window's next push() or next().
template <class T>
struct WindowView {
  // All numbers, oldest frame first. Frame k begins at k * numbers.size() / frames.
  Span<const T> numbers;
  // The number of frames in the window, 0 to W.
  std::uint32_t frames = 0;
  // The seq of each frame.
  Span<const std::uint64_t> seqs;
  // The number of agents in each frame.
  Span<const std::uint64_t> counts;

  // The numbers of frame k, 0 to frames - 1, at full capacity. Those of agents beyond the frame's count are zero.
  Span<const T> frame(std::uint32_t k) const {
    const std::size_t size = numbers.size() / frames;
    return {numbers.data() + k * size, size};
  }
};

// The last W frames of chosen fields, each field contiguous with time as its last dimension. Each frame is copied
// into the window once and then released, so a window holds no frame. It must end before its Reader. Move-only. Used
// by one thread at a time.
//
//     auto window = wingbeat::Window::open(reader, {"position"}, 60).value();
//     while (window.next(reader, 1s) == WB_OK) learn(window.get<float>("position").numbers);
class Window {
 public:
  // Opens a window of `frames` frames, 1 to 1,000,000. It takes memory of this process: `frames` times the size of
  // the fields. WB_NOT_READY if the reader is not attached; WB_ERR_NOT_FOUND; WB_ERR_ARGUMENT; WB_ERR_LIMIT;
  // WB_ERR_NO_MEMORY.
  static Result<Window> open(Reader& reader, std::vector<std::string> fields, std::uint32_t frames) {
    std::vector<const char*> names;
    for (const auto& field : fields) names.push_back(field.c_str());
    wb_window* raw = nullptr;
    const int code = wb_window_open(reader.raw(), names.data(), static_cast<std::uint32_t>(names.size()), frames, &raw);
    if (code != WB_OK) return Error::last(code);
    Window window(raw);
    window.types_ = types_of(reader.schema(), fields);
    window.fields_ = std::move(fields);
    return window;
  }

  // Copies a frame to the end of the window. When the window is full the oldest frame falls out. WB_ERR_TYPE if the
  // fields have other shapes since the writer was restarted: open another window.
  Result<void> push(const Frame& frame) { return Result<void>::from(wb_window_push(raw(), &frame.raw())); }

  // Waits for a frame of the reader, adds it and releases it. Returns WB_OK if one was added, else a status as of
  // Reader::wait or an error.
  [[nodiscard]] int next(Reader& reader, std::chrono::nanoseconds timeout = kForever) {
    return wb_window_next(raw(), reader.raw(), timeout.count());
  }

  // A field of the window. Valid until the next push() or next(). Throws WB_ERR_NOT_FOUND if the window was opened
  // without this field, WB_ERR_TYPE if the field's element type is not T.
  template <class T>
  WindowView<T> get(const char* field) const& {
    wb_window_view view;
    detail::require(wb_window_get(raw(), index_of(field, detail::checked_type_of<T>()), &view));
    const std::size_t per_frame = static_cast<std::size_t>(view.frame_bytes) / sizeof(T);
    return {{static_cast<const T*>(view.data), per_frame * view.frames},
            view.frames,
            {view.seqs, view.frames},
            {view.counts, view.frames}};
  }
  template <class T>
  WindowView<T> get(const char* field) const&& = delete;

  // The handle for functions of the C interface. It belongs to this object.
  wb_window* raw() const noexcept { return window_.get(); }

 private:
  struct Close {
    void operator()(wb_window* window) const noexcept { wb_window_close(window); }
  };

  explicit Window(wb_window* window) : window_(window) {}

  static std::vector<int> types_of(const wb_schema* schema, const std::vector<std::string>& fields) {
    std::vector<int> types;
    wb_field_info info;
    for (const auto& field : fields) {
      const int index = wb_schema_find_field(schema, field.c_str());
      detail::require(wb_schema_field(schema, static_cast<std::uint32_t>(index), &info));
      types.push_back(static_cast<int>(info.type));
    }
    return types;
  }

  std::uint32_t index_of(const char* field, int type) const {
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (fields_[i] != field) continue;
      if (types_[i] == type) return static_cast<std::uint32_t>(i);
      detail::raise(Error(WB_ERR_TYPE, "field '" + fields_[i] + "' holds " + wb_type_name(types_[i]) + ", not " +
                                           wb_type_name(type) + ": use the C++ type of that name"));
    }
    detail::raise(Error(WB_ERR_NOT_FOUND, std::string("the window was opened without field '") + field + "'"));
  }

  std::unique_ptr<wb_window, Close> window_;
  std::vector<int> types_;
  std::vector<std::string> fields_;
};

}  // namespace wingbeat
