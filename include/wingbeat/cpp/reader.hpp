// Reader: sees a stream's frames and asks things of its writer; Ticket: a request that was made; Receipt: what became
// of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "wingbeat/cpp/frame.hpp"
#include "wingbeat/cpp/request.hpp"
#include "wingbeat/cpp/result.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat {

// No time limit.
inline constexpr std::chrono::nanoseconds kForever{-1};

// Which frames a reader takes: the newest; or each in order, what was missed being counted; or each in order, the writer
// waiting for it if it chose to (see Writer::lock_step).
enum class Mode { latest = WB_LATEST, every = WB_EVERY, lock_step = WB_LOCK_STEP };

// How a reader gets at frames: in place; by copying; by copying, unseen.
enum class Way { none = 0, lease = WB_BY_LEASE, copy = WB_BY_COPY, observer = WB_AS_OBSERVER };

// Options of a reader. In C++20: {.mode = wingbeat::Mode::every, .label = "viewer"}; in C++17 by position, or set one
// by one.
struct ReaderOptions {
  Mode mode = Mode::latest;
  std::uint32_t leases = 0;          // frames to be held at a time, 1 to WB_MAX_LEASES; 0: 2
  std::chrono::nanoseconds spin{0};  // how long a wait spins before it sleeps; 0: 20 us; below 0: never sleeps
  const char* label = nullptr;       // how it calls itself in `wingbeat top`; nullptr: the program's name
  std::uint32_t every = 1;           // k: only frames whose seq is a multiple of k; not in Mode::latest
  bool copy = false;                 // never leases: takes nothing of the stream's lease budget
  bool observe = false;              // unseen by the writer: no entry, no requests, polls
  bool prefault = false;             // maps all memory when it attaches: see WB_READER_PREFAULT
};

// The writer's answer to a request.
struct Receipt {
  wb_receipt_status status;  // WB_APPLIED, WB_SUPERSEDED, WB_REFUSED, WB_WAS_RESTARTED
  std::uint64_t step;        // of the last frame published before it was applied
  std::uint64_t seq;         // of the first frame that can show it
  std::string reason;        // why it was refused

  bool applied() const noexcept { return status == WB_APPLIED; }
};

// A request on its way. It ends before its Reader. Not waiting for the receipt is fine.
//
//     auto receipt = reader.set("alignment", 0.02).wait(1s);
//     if (receipt && receipt->applied()) print("applied at step", receipt->step);
class [[nodiscard]] Ticket {
 public:
  Ticket(wb_reader* reader, int code, std::uint64_t id) : reader_(reader), id_(id) {
    if (code != WB_OK) error_ = Error::last(code);
  }

  // Whether the request was sent. If not: WB_ERR_NOT_FOUND, WB_ERR_TYPE, WB_ERR_ARGUMENT (out of range), WB_NOT_READY
  // (no writer yet), WB_ERR_NO_ROOM (too many wait already).
  explicit operator bool() const noexcept { return !error_; }
  const Error& error() const { return error_.value(); }
  std::uint64_t id() const noexcept { return id_; }

  // Waits for the answer. The error is why it was not sent, or WB_PENDING or WB_INTERRUPTED when there was none within
  // the time limit.
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

// A reader of one stream, which need not exist yet. Follows restarts of the writer by itself. Never slows the writer.
class Reader {
 public:
  // `alice/swarm` is another user's stream. Does not wait. WB_ERR_NO_ROOM when the stream's reader entries are used up,
  // WB_ERR_ACCESS, WB_ERR_INCOMPATIBLE.
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

  // Waits until the stream is there: needed before schema(), parameter() and requests, not before wait(). WB_NOT_READY
  // when the time limit passed before.
  Result<void> attach(std::chrono::nanoseconds timeout = kForever) {
    return Result<void>::from(wb_reader_attach(raw(), timeout.count()));
  }

  // Takes the next frame by the reader's mode: spins, then sleeps. The status of an empty Frame says why there is none.
  Frame wait(std::chrono::nanoseconds timeout = kForever) {
    wb_frame frame = {};
    const int status = wb_reader_wait(raw(), timeout.count(), &frame);
    return Frame(status, frame);
  }

  // Takes the newest frame there is, even if it was taken before. Does not wait.
  Frame latest() {
    wb_frame frame = {};
    const int status = wb_reader_latest(raw(), &frame);
    return Frame(status, frame);
  }

  // Ends the present or the next wait (WB_INTERRUPTED). Any thread, and signal handlers.
  void interrupt() noexcept { wb_reader_interrupt(raw()); }

  // A descriptor for event loops. Each call arms it: it becomes readable once wait(0ns) is worth calling, and stays so
  // until it is armed again. So: call this, wait for the descriptor, call wait(0ns) until it gives no more frames, and so
  // on. Neither read from it nor close it.
  Result<int> descriptor() {
    const int fd = wb_reader_fd(raw());
    if (fd < 0) return Error::last(fd);
    return fd;
  }

  // Requests. The reader must be attached. Wait-free; the Ticket waits for the receipt, if that is wanted.
  template <class T>
  Ticket set(const char* parameter, T value) {
    return set(parameter, detail::to_value(value));
  }
  Ticket set(const char* parameter, wb_value value) {
    std::uint64_t id = 0;
    const int code = wb_reader_set(raw(), parameter, value, &id);
    return Ticket(raw(), code, id);
  }
  Ticket trigger(const char* name) {
    std::uint64_t id = 0;
    const int code = wb_reader_trigger(raw(), name, &id);
    return Ticket(raw(), code, id);
  }
  // command("place", {3, 0, 0, 0})
  Ticket command(const char* name, std::initializer_list<double> arguments) {
    return command(name, Span<const double>(arguments.begin(), arguments.size()));
  }
  Ticket command(const char* name, Span<const double> arguments) {
    std::uint64_t id = 0;
    const int code =
        wb_reader_command(raw(), name, arguments.data(), static_cast<std::uint32_t>(arguments.size()), &id);
    return Ticket(raw(), code, id);
  }

  // A parameter's present value at the writer.
  template <class T>
  Result<T> parameter(const char* name) {
    wb_value value;
    const int code = wb_reader_parameter(raw(), name, &value);
    if (code != WB_OK) return Error::last(code);
    return detail::from_value<T>(value);
  }

  // nullptr while not attached; valid until a wait gives WB_RESTARTED.
  const wb_schema* schema() const noexcept { return wb_reader_schema(raw()); }
  // How it gets at frames; Way::none while not attached. A reader beyond the stream's lease budget copies, one without
  // the right to its control memory observes.
  Way way() const { return static_cast<Way>(stats().way); }
  wb_reader_stats stats() const {
    wb_reader_stats stats;
    detail::require(wb_reader_get_stats(raw(), &stats));
    return stats;
  }

  // For calls of the C interface; owned by this object.
  wb_reader* raw() const noexcept { return reader_.get(); }

 private:
  struct Close {
    void operator()(wb_reader* reader) const noexcept { wb_reader_close(reader); }
  };

  explicit Reader(wb_reader* reader) : reader_(reader) {}

  std::unique_ptr<wb_reader, Close> reader_;
};

}  // namespace wingbeat
