// Frame: a reader's hold on one frame of a stream, or the reason why there is none.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "wingbeat/cpp/field.hpp"
#include "wingbeat/cpp/result.hpp"
#include "wingbeat/cpp/span.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat {

// What Reader::wait and Reader::latest give. Holds a frame, whose bytes do not change until it is released, or is
// empty.
//
//     auto frame = reader.wait(100ms);
//     if (frame) use(frame.span<float>("position"));
//     else if (frame.status() == WB_RESTARTED) forget_history();
//
// A frame is released at the end of its scope, or before by release(). Taking numbers from one that is empty, released
// or moved from throws. Spans end with the frame: do not keep them.
class [[nodiscard]] Frame {
 public:
  // Takes over a frame of the C interface, or the result code that came instead.
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
  // WB_OK; a state: WB_NO_FRAME, WB_NOT_READY, WB_WRITER_GONE, WB_RESTARTED, WB_INTERRUPTED; or an error: WB_ERR_...
  // WB_ERR_STATE once it was released.
  int status() const noexcept { return status_; }
  // Why there is no frame.
  Error error() const {
    if (error_) return *error_;
    if (status_ == WB_ERR_STATE) return Error(status_, "the frame was released or moved from; wait for another one");
    return Error(status_, wb_result_text(status_));
  }

  std::uint64_t seq() const { return held().seq; }
  std::uint64_t step() const { return held().step; }
  double sim_time() const { return held().sim_time; }                       // s
  std::uint64_t publish_time_ns() const { return held().publish_time_ns; }  // monotonic clock, see wb_now_ns
  std::uint64_t count() const { return held().count; }                      // agents present
  std::uint64_t missed() const { return held().missed; }                    // frames lost just before this one
  std::uint32_t epoch() const { return held().epoch; }
  std::uint32_t generation() const { return held().generation; }
  const wb_schema* schema() const { return held().schema; }  // valid while the frame is held

  // All numbers of a field; for a per-agent field those of the agents present. No copy.
  // Throws WB_ERR_NOT_FOUND for an unknown name, WB_ERR_TYPE if the elements are no T.
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

  // The same as (N, k): array(i, c) is component c of agent i.
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

  // Whether the frame has this field with this element type; what span() throws if not.
  template <class T>
  Result<void> check(Field<T>& field) const {
    return field.resolve(held().schema, frame_.epoch);
  }

  // Gives the frame back now. Any thread.
  void release() noexcept {
    if (status_ == WB_OK) wb_frame_release(&frame_);
    if (status_ == WB_OK) status_ = WB_ERR_STATE;
  }

  // For calls of the C interface.
  const wb_frame& raw() const { return held(); }

 private:
  const wb_frame& held() const {
    if (status_ != WB_OK) detail::raise(error());
    return frame_;
  }

  int status_;
  wb_frame frame_;
  std::optional<Error> error_;
};

}  // namespace wingbeat
