// Window: the last W frames of chosen fields, each as one dense array.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "wingbeat/cpp/reader.hpp"
#include "wingbeat/cpp/result.hpp"
#include "wingbeat/cpp/span.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat {

// One field over the frames of a window, oldest first. Stays valid until the window's next push.
template <class T>
struct WindowView {
  Span<const T> numbers;             // all of them: frame k begins at k * numbers.size() / frames
  std::uint32_t frames = 0;          // present, up to W
  Span<const std::uint64_t> seqs;    // of each present frame
  Span<const std::uint64_t> counts;  // agents in each

  // The numbers of one frame, at capacity; agents beyond its count are zero.
  Span<const T> frame(std::uint32_t k) const {
    const std::size_t size = numbers.size() / frames;
    return {numbers.data() + k * size, size};
  }
};

// One copy per frame and field; no frame is held. Ends before its Reader.
//
//     auto window = wingbeat::Window::open(reader, {"position"}, 60).value();
//     while (window.next(reader, 1s) == WB_OK) learn(window.get<float>("position").numbers);
class Window {
 public:
  // frames: W, 1 to 1,000,000. The reader must be attached (WB_NOT_READY). WB_ERR_NOT_FOUND, WB_ERR_NO_MEMORY.
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

  // Adds a frame; the oldest falls out. WB_ERR_TYPE if its schema has other shapes (a new epoch): open another window.
  Result<void> push(const Frame& frame) { return Result<void>::from(wb_window_push(raw(), &frame.raw())); }

  // Waits for a frame of the reader and adds it. A status as of Reader::wait; WB_OK: one was added.
  [[nodiscard]] int next(Reader& reader, std::chrono::nanoseconds timeout = kForever) {
    return wb_window_next(raw(), reader.raw(), timeout.count());
  }

  // Throws WB_ERR_NOT_FOUND for a field the window was not opened with, WB_ERR_TYPE if its elements are no T.
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
                                           wb_type_name(type) + "; ask for the C++ type of that name"));
    }
    detail::raise(Error(WB_ERR_NOT_FOUND, std::string("the window was opened without field '") + field + "'"));
  }

  std::unique_ptr<wb_window, Close> window_;
  std::vector<int> types_;
  std::vector<std::string> fields_;
};

}  // namespace wingbeat
