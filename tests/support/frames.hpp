// Helpers for tests of readers: frames that release themselves, options, statistics, and delayed actions.
#pragma once

#include <chrono>
#include <initializer_list>
#include <thread>

#include "support/runtime.hpp"
#include "support/streams.hpp"

// Checks that each of several calls returned the expected result. The failure names the first call that did not.
#define EXPECT_EACH(expected, ...) EXPECT_TRUE(wbtest::all_are((expected), {__VA_ARGS__}))

namespace wbtest {

// Releases itself at the end of its scope.
struct Frame : wb_frame {
  Frame() : wb_frame{} {}
  ~Frame() { wb_frame_release(this); }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
};

// Takes a frame, checks that it is whole, and releases it. Returns the result of wb_reader_wait. `seen` receives the
// frame's description without the lease.
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

// Returns the seq of the next frame, or 0 if no frame is available now.
inline std::uint64_t next(const Reader& reader, std::uint64_t* missed = nullptr) {
  wb_frame seen{};
  if (take(reader, 0, &seen) == WB_OK && missed != nullptr) *missed = seen.missed;
  return seen.seq;
}

inline void expect_next(const Reader& reader, std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t seq = first; seq <= last; ++seq) ASSERT_EQ(next(reader), seq);
}

// Options of a reader that sleeps while it waits.
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

// Accepts every pending request and returns their number.
inline int accept_all(const Writer& writer) {
  int count = 0;
  for (wb_request request; wb_writer_next_request(writer.get(), &request) == WB_OK;) ++count;
  return count;
}

// Checks that wb_error_message() contains `text`.
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

// The fixture of tests of one stream, "swarm", with a writer.
class WithWriter : public Streams {
 protected:
  // Closes the writer and makes the next one. Another shape starts another epoch.
  void restart(const Shape& shape = {}) {
    writer.reset();
    writer = make_writer("swarm", shape);
    w = writer.get();
  }

  Writer writer = make_writer();
  wb_writer* w = writer.get();
};

// Runs an action in another thread after some milliseconds. The destructor waits for it.
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
