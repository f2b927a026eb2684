// Short ways for tests of readers: frames that give themselves back, states, and actions that come later.
#pragma once

#include <chrono>
#include <initializer_list>
#include <thread>

#include "support/runtime.hpp"
#include "support/streams.hpp"

// Whether each of several calls has the expected result. The failure says which had another.
#define EXPECT_EACH(expected, ...) EXPECT_TRUE(wbtest::all_are((expected), {__VA_ARGS__}))

namespace wbtest {

// Gives itself back at the end of its block.
struct Frame : wb_frame {
  Frame() : wb_frame{} {}
  ~Frame() { wb_frame_release(this); }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
};

// Takes a frame, which must be whole, and gives it back. Returns what wb_reader_wait does. `seen`: the frame's numbers.
inline int take(const Reader& reader, std::int64_t timeout_ns = kLong, wb_frame* seen = nullptr) {
  Frame frame;
  const int code = wb_reader_wait(reader.get(), timeout_ns, &frame);
  if (code != WB_OK) return code;
  EXPECT_TRUE(is_whole(frame)) << frame.seq;
  if (seen != nullptr) {
    *seen = frame;
    seen->attachment = nullptr;
  }
  return code;
}

// The seq of the next frame, or 0 if there is none at once.
inline std::uint64_t next(const Reader& reader, std::uint64_t* missed = nullptr) {
  wb_frame seen{};
  if (take(reader, 0, &seen) == WB_OK && missed != nullptr) *missed = seen.missed;
  return seen.seq;
}

inline void expect_next(const Reader& reader, std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t seq = first; seq <= last; ++seq) ASSERT_EQ(next(reader), seq);
}

// A reader of "swarm" with these options; it sleeps when it waits.
inline wb_reader_options with(wb_mode mode, std::uint32_t flags = 0, std::uint32_t every = 0,
                              const char* label = nullptr) {
  wb_reader_options options{};
  options.struct_size = sizeof options;
  options.mode = mode;
  options.flags = flags;
  options.every = every;
  options.label = label;
  options.spin_ns = 1;
  return options;
}

inline Reader open_with(const wb_reader_options& options) {
  wb_reader* opened = nullptr;
  EXPECT_OK(wb_reader_open("swarm", &options, &opened));
  return Reader(opened);
}

inline wb_reader_stats stats_of(const Reader& reader) {
  wb_reader_stats stats{};
  EXPECT_OK(wb_reader_get_stats(reader.get(), &stats));
  return stats;
}

inline wb_writer_stats stats_of(const Writer& writer) {
  wb_writer_stats stats{};
  EXPECT_OK(wb_writer_get_stats(writer.get(), &stats));
  return stats;
}

inline Inspection inspect(const char* name = "swarm") {
  wb_inspection* inspection = nullptr;
  EXPECT_OK(wb_inspect(name, &inspection));
  return Inspection(inspection);
}

inline wb_stream_info info_of(const Inspection& inspection) {
  wb_stream_info info{};
  EXPECT_OK(wb_inspection_stream(inspection.get(), &info));
  return info;
}

// Accepts every request that waits, and returns their number.
inline int accept_all(const Writer& writer) {
  int count = 0;
  for (wb_request request; wb_writer_next_request(writer.get(), &request) == WB_OK;) ++count;
  return count;
}

// Whether wb_error_message() contains `text`.
inline ::testing::AssertionResult message_has(const std::string& text) {
  const std::string message = wb_error_message();
  if (message.find(text) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "the message is: " << message;
}

inline ::testing::AssertionResult all_are(int expected, std::initializer_list<int> codes) {
  int number = 0;
  for (int code : codes) {
    ++number;
    if (code != expected)
      return ::testing::AssertionFailure()
             << "call " << number << ": " << wb_result_name(code) << ", not " << wb_result_name(expected);
  }
  return ::testing::AssertionSuccess();
}

// The fixture of tests of one stream, "swarm", which has a writer.
class WithWriter : public Streams {
 protected:
  // Ends the writer and makes the next, with another shape for another epoch.
  void restart(const Shape& shape = {}) {
    writer.reset();
    writer = make_writer("swarm", shape);
    w = writer.get();
  }

  Writer writer = make_writer();
  wb_writer* w = writer.get();
};

// Does something in another thread after some milliseconds; its end waits for that.
class Later {
 public:
  template <class Action>
  Later(int milliseconds, Action action)
      : thread_([milliseconds, action] {
          std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
          action();
        }) {}
  ~Later() { thread_.join(); }
  Later(const Later&) = delete;
  Later& operator=(const Later&) = delete;

 private:
  std::thread thread_;
};

}  // namespace wbtest
