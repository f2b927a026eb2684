// Helpers around the C interface for tests: owners of its handles, a standard stream, and a stamp over whole frames.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "wingbeat/wingbeat.h"

#define EXPECT_OK(call) EXPECT_EQ((call), WB_OK) << wb_error_message()
#define ASSERT_OK(call) ASSERT_EQ((call), WB_OK) << wb_error_message()

namespace wbtest {

template <auto Close>
struct Closer {
  template <class T>
  void operator()(T* handle) const {
    Close(handle);
  }
};
using Spec = std::unique_ptr<wb_spec, Closer<wb_spec_destroy>>;
using Writer = std::unique_ptr<wb_writer, Closer<wb_writer_close>>;
using Reader = std::unique_ptr<wb_reader, Closer<wb_reader_close>>;
using Window = std::unique_ptr<wb_window, Closer<wb_window_close>>;
using Inspection = std::unique_ptr<wb_inspection, Closer<wb_inspection_close>>;
using Array = std::unique_ptr<wb_array, Closer<wb_array_close>>;

inline constexpr std::int64_t kMillisecond = 1'000'000;
inline constexpr std::int64_t kLong = 20'000 * kMillisecond;  // a time limit that only a hang exceeds

// The standard stream: two fields (words u64 {kStampWords}; position f32 per agent), every kind of control.
inline constexpr std::uint64_t kStampWords = 256;
inline constexpr std::uint32_t kWordsField = 0, kPositionField = 1;
inline constexpr std::uint32_t kSpeed = 0, kSteps = 1, kRunning = 2, kMode = 3, kReset = 4, kPlace = 5;

struct Shape {
  std::uint64_t capacity = 16;
  std::uint64_t lease_budget = 8, max_readers = 32, history = 4;
  std::uint32_t components = 3;  // components of position; another number makes another schema

  std::uint64_t slots() const { return lease_budget + 3 + history; }
};

Spec make_spec(const std::string& name = "swarm", const Shape& shape = {});

// Each of these functions returns nullptr, with a test failure, if the handle could not be made.
Writer make_writer(const std::string& name = "swarm", const Shape& shape = {});
Reader make_reader(const std::string& name = "swarm", wb_mode mode = WB_LATEST, std::uint32_t leases = 2,
                   std::int64_t spin_ns = 0);

// The same for calls that are expected to fail: each returns the result code.
int create(const Shape& shape, Writer& out, const std::string& name = "swarm");
int create_big(std::uint64_t bytes, Writer& out);  // one field of that many bytes, the fewest slots
int open(Reader& out, wb_mode mode = WB_LATEST, std::uint32_t leases = 2, const std::string& name = "swarm");

// An array of doubles, and functions that create it or attach to it and return the result code. The name is unique to
// this process.
std::string array_name();
int create_array(Array& out, const std::vector<std::uint64_t>& shape = {3}, int type = WB_F64);
int attach_array(Array& out, std::int64_t timeout_ns = 0, const std::vector<std::uint64_t>& shape = {}, int type = 0);

// Begins, stamps and publishes one frame; the step is its seq, the time seq / 10.
int publish(wb_writer* writer, std::uint64_t* seq = nullptr);
void publish(wb_writer* writer, int frames);

// Returns true if every word of the frame is the one that its seq determines.
bool is_whole(const wb_frame& frame);
void stamp(void* words, std::uint64_t seq);

wb_value f64(double value);
wb_value i64(std::int64_t value);

}  // namespace wbtest
