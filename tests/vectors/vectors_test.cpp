// The golden segments of spec/vectors: made again byte for byte, and read through the public interface.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "installed.hpp"
#include "support/streams.hpp"

namespace {

using vectors::Installed;
using vectors::Json;
using vectors::with_number_of;
using wbtest::Reader;

constexpr std::int64_t kPatienceNs = 100'000'000;
const std::string kVectors = WINGBEAT_VECTORS;

// Asks for one lease, since the vectors' budgets are small; never sleeps, since nobody would wake it.
int open(const std::string& stream, wb_mode mode, Reader& out) {
  wb_reader_options options{};
  options.struct_size = sizeof options;
  options.mode = mode;
  options.leases = 1;
  options.spin_ns = -1;
  wb_reader* reader = nullptr;
  const int code = wb_reader_open(stream.c_str(), &options, &reader);
  out.reset(reader);
  return code;
}

Json numbers_of(std::uint32_t type, const void* first, std::uint64_t count) {
  Json list = Json::array();
  with_number_of(type, [&](auto number) {
    const auto* bytes = static_cast<const std::uint8_t*>(first);
    for (std::uint64_t i = 0; i < count; ++i) {
      std::memcpy(&number, bytes + i * sizeof number, sizeof number);
      list.push_back(number);
    }
  });
  return list;
}

Json fields_of(const wb_frame& frame) {
  Json fields = Json::array();
  for (std::uint32_t i = 0; i < wb_schema_field_count(frame.schema); ++i) {
    wb_field_info info;
    EXPECT_OK(wb_schema_field(frame.schema, i, &info));
    std::uint64_t count = info.per_agent != 0 ? frame.count : info.shape[info.dimensions - 1];
    for (std::uint32_t d = 0; d + 1 < info.dimensions; ++d) count *= info.shape[d];
    fields.push_back(numbers_of(info.type, wb_frame_field(&frame, i), count));
  }
  return fields;
}

// Every frame a reader of every frame is given, until there are no more.
Json frames_of(wb_reader* reader) {
  Json frames = Json::array();
  wb_frame frame;
  while (wb_reader_wait(reader, kPatienceNs, &frame) == WB_OK) {
    frames.push_back({{"seq", frame.seq},
                      {"step", frame.step},
                      {"sim_time", frame.sim_time},
                      {"publish_time_ns", frame.publish_time_ns},
                      {"count", frame.count},
                      {"missed", frame.missed},
                      {"fields", fields_of(frame)}});
    wb_frame_release(&frame);
  }
  return frames;
}

Json value_of(const wb_value& value) {
  if (value.type == WB_VALUE_F64) return value.as.f64;
  return value.as.i64;
}

Json describe(wb_reader* reader, const wb_control_info& control) {
  Json json = vectors::describe_control(control, control.initial.type, value_of);
  if (control.kind != WB_PARAMETER) return json;
  wb_value value;
  EXPECT_OK(wb_reader_parameter(reader, control.name, &value));
  json["value"] = value_of(value);
  return json;
}

void expect_schema(wb_reader* reader, const Json& expected) {
  const wb_schema* schema = wb_reader_schema(reader);
  ASSERT_NE(schema, nullptr);
  EXPECT_EQ(wb_schema_stream(schema), expected["stream"].get<std::string>());
  EXPECT_EQ(wb_schema_capacity(schema), expected["capacity"]);
  EXPECT_EQ(wb_schema_frame_bytes(schema), expected["frame_bytes"]);
  Json fields = Json::array(), controls = Json::array(), attributes = Json::array();
  for (std::uint32_t i = 0; i < wb_schema_field_count(schema); ++i) {
    wb_field_info info;
    ASSERT_OK(wb_schema_field(schema, i, &info));
    fields.push_back(vectors::describe_field(info, wb_type_name(static_cast<int>(info.type))));
  }
  for (std::uint32_t i = 0; i < wb_schema_control_count(schema); ++i) {
    wb_control_info info;
    ASSERT_OK(wb_schema_control(schema, i, &info));
    controls.push_back(describe(reader, info));
  }
  for (std::uint32_t i = 0; i < wb_schema_attribute_count(schema); ++i) {
    const char *key = nullptr, *value = nullptr;
    ASSERT_OK(wb_schema_attribute(schema, i, &key, &value));
    attributes.push_back({key, value});
  }
  EXPECT_EQ(fields, expected["fields"]);
  EXPECT_EQ(controls, expected["controls"]);
  EXPECT_EQ(attributes, expected["attributes"]);
}

void expect_inspection(const Json& expected) {
  wb_inspection* raw = nullptr;
  ASSERT_OK(wb_inspect(expected["stream"].get<std::string>().c_str(), &raw));
  const wbtest::Inspection inspection(raw);
  wb_stream_info info;
  ASSERT_OK(wb_inspection_stream(raw, &info));
  EXPECT_EQ(info.epoch, expected["epoch"]);
  EXPECT_EQ(info.generation, expected["generation"]);
  EXPECT_EQ(info.slots, expected["slots"]);
  EXPECT_EQ(info.lease_budget, expected["lease_budget"]);
  EXPECT_EQ(info.max_readers, expected["max_readers"]);
  EXPECT_EQ(info.writer_state, expected["writer_closed"].get<bool>() ? WB_WRITER_CLOSED : WB_WRITER_DEAD);
}

std::uint32_t status_of(const std::string& name) {
  if (name == "WB_APPLIED") return WB_APPLIED;
  return name == "WB_SUPERSEDED" ? WB_SUPERSEDED : WB_REFUSED;
}

std::vector<std::string> names(bool good) {
  std::vector<std::string> found;
  for (const auto& file : std::filesystem::directory_iterator(kVectors)) {
    const std::string name = file.path().stem().string();
    if (file.path().extension() != ".json") continue;
    if (std::filesystem::exists(kVectors + "/" + name + ".data") == good) found.push_back(name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

class good_vector : public testing::TestWithParam<std::string> {};
class damaged_vector : public testing::TestWithParam<std::string> {};

// The reader is there first, so that it wants every frame from the first on.
TEST_P(good_vector, is_read_as_described) {
  Installed vector(kVectors, GetParam());
  Reader reader;
  ASSERT_OK(open(vector.stream(), WB_EVERY, reader));
  vector.appear();
  ASSERT_OK(wb_reader_attach(reader.get(), kPatienceNs));
  expect_schema(reader.get(), vector.expected());
  expect_inspection(vector.expected());
  EXPECT_EQ(frames_of(reader.get()), vector.expected()["frames"]);
}

TEST_P(good_vector, shows_the_newest_frame_to_who_comes_late) {
  Installed vector(kVectors, GetParam());
  vector.appear();
  Reader reader;
  ASSERT_OK(open(vector.stream(), WB_LATEST, reader));
  const Json& frames = vector.expected()["frames"];
  wb_frame frame;
  const int code = wb_reader_wait(reader.get(), kPatienceNs, &frame);
  if (frames.empty()) {
    EXPECT_EQ(code, WB_WRITER_GONE);
    return;
  }
  ASSERT_OK(code);
  const std::uint64_t behind = GetParam() == "every_state_of_slot" ? 1 : 0;  // its head is
  EXPECT_EQ(frame.seq + behind, frames.back()["seq"]);
  wb_frame_release(&frame);
}

TEST_P(damaged_vector, gives_the_described_result) {
  Installed vector(kVectors, GetParam());
  vector.appear();
  Reader reader;
  const int code = open(vector.stream(), WB_EVERY, reader);
  EXPECT_EQ(wb_result_name(code), vector.expected()["result"].get<std::string>()) << wb_error_message();
  if (code != WB_OK) return;
  Json counts = Json::array();
  for (const Json& frame : frames_of(reader.get())) counts.push_back(frame["count"]);
  EXPECT_EQ(counts, vector.expected()["frame_counts"]);
}

std::string case_name(const testing::TestParamInfo<std::string>& vector) { return vector.param; }

INSTANTIATE_TEST_SUITE_P(spec, good_vector, testing::ValuesIn(names(true)), case_name);
INSTANTIATE_TEST_SUITE_P(spec, damaged_vector, testing::ValuesIn(names(false)), case_name);

TEST(vectors, are_made_again_byte_for_byte) {
  std::size_t files = 0;
  for (auto& all : {vectors::good_vectors(), vectors::bad_vectors()}) {
    for (const vectors::Vector& vector : all) {
      for (const vectors::File& file : vectors::files_of(vector)) {
        EXPECT_TRUE(vectors::read_file(kVectors + "/" + file.name) == file.content)
            << file.name << " differs: the format has changed";
        ++files;
      }
    }
  }
  const auto there = std::filesystem::directory_iterator(kVectors);
  EXPECT_EQ(std::count_if(begin(there), end(there),
                          [](const auto& file) { return file.is_regular_file() && file.path().extension() != ".md"; }),
            files);
}

TEST(vectors, receipts_lie_where_the_specification_says) {
  for (const vectors::Vector& vector : vectors::good_vectors()) {
    if (!vector.expected.contains("receipts")) continue;
    for (const Json& wanted : vector.expected["receipts"]) {
      wingbeat::layout::ReceiptRecord receipt;
      ASSERT_TRUE(wingbeat::sync::fetch_receipt(vector.segment->memory(), wanted["entry"], wanted["id"], receipt));
      EXPECT_EQ(receipt.status, status_of(wanted["status"]));
      EXPECT_EQ(receipt.step, wanted["step"]);
      EXPECT_EQ(receipt.seq, wanted["seq"]);
      EXPECT_EQ(receipt.reason, wanted["reason"].get<std::string>());
    }
  }
}

TEST(vectors, worked_example_of_the_specification_is_exact) {
  const std::string text = vectors::read_file(kVectors + "/../segment.md");
  const std::string example = vectors::annotated(*vectors::good_vectors().front().segment);
  EXPECT_NE(text.find("```text\n" + example + "```\n"), std::string::npos) << example;
}

}  // namespace
