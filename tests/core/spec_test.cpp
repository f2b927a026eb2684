// Describing a stream through the C interface, what the schema says of it, and the vocabulary around.
#include <cmath>
#include <cstring>
#include <string>
#include <thread>

#include "support/frames.hpp"

namespace {

using namespace wbtest;

class SpecTest : public Streams {
 protected:
  SpecTest() {
    wb_spec* raw = nullptr;
    EXPECT_OK(wb_spec_create("swarm", 10, &raw));
    spec.reset(raw);
    options.struct_size = sizeof options;
  }

  int parameter(const char* name, wb_value_type type, double initial, double low = 0, double high = 0) {
    options.type = type;
    options.initial = initial;
    options.minimum = low;
    options.maximum = high;
    return wb_spec_add_parameter(spec.get(), name, &options);
  }

  Spec spec;
  wb_parameter_options options{};
};

// The limits themselves: schema_test.cpp.
TEST_F(SpecTest, of_a_wrong_stream_is_not_made) {
  wb_spec* raw = nullptr;
  EXPECT_EACH(WB_ERR_NAME, wb_spec_create("", 1, &raw), wb_spec_create("a b", 1, &raw));
  EXPECT_EACH(WB_ERR_LIMIT, wb_spec_create("a", 0, &raw), wb_spec_create("a", WB_MAX_CAPACITY + 1, &raw));
  EXPECT_EACH(WB_ERR_ARGUMENT, wb_spec_create(nullptr, 1, &raw), wb_spec_create("a", 1, nullptr));
  EXPECT_EQ(raw, nullptr);
  wb_spec_destroy(nullptr);
}

TEST_F(SpecTest, refuses_fields_beyond_the_limits) {
  wb_spec* s = spec.get();
  const std::uint64_t shape[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
  const auto field = [&](const char* name, int type, std::uint32_t dimensions) {
    return wb_spec_add_field(s, name, type, dimensions, shape, nullptr, nullptr);
  };
  EXPECT_OK(field("eight", WB_I8, 8));
  EXPECT_EACH(WB_ERR_LIMIT, field("nine", WB_I8, 9), field("zero", WB_I8, 0));
  EXPECT_EACH(WB_ERR_ARGUMENT, wb_spec_add_field(s, "null", WB_I8, 1, nullptr, nullptr, nullptr),
              field("complex", WB_C64, 1), field("type", -1, 1));
  EXPECT_EACH(WB_ERR_NAME, field("eight", WB_I8, 1), wb_spec_add_per_agent(s, "a b", WB_F32, 3, nullptr, nullptr));
  EXPECT_EACH(WB_ERR_ARGUMENT, wb_spec_add_per_agent(s, "none", WB_F32, 0, nullptr, nullptr),
              wb_spec_add_per_agent(s, "labels", WB_F32, 3, "x y", nullptr),
              wb_spec_add_per_agent(s, nullptr, WB_F32, 3, nullptr, nullptr),
              wb_spec_add_per_agent(nullptr, "x", WB_F32, 3, nullptr, nullptr));
}

TEST_F(SpecTest, refuses_controls_that_cannot_be) {
  const double nan = std::nan("");
  EXPECT_OK(parameter("a", WB_VALUE_F64, 0.5, 0, 1));
  EXPECT_EACH(WB_ERR_NAME, parameter("a", WB_VALUE_F64, 0.5, 0, 1), wb_spec_add_trigger(spec.get(), "a", nullptr));
  EXPECT_EACH(WB_ERR_ARGUMENT, parameter("b", WB_VALUE_F64, 2, 0, 1), parameter("b", WB_VALUE_I64, 0.5),
              parameter("b", WB_VALUE_I64, nan), parameter("b", WB_VALUE_I64, 1e18), parameter("b", WB_VALUE_BOOL, 2),
              parameter("b", WB_VALUE_CHOICE, 0), parameter("b", static_cast<wb_value_type>(7), 0));
  options.struct_size = 3;
  EXPECT_EACH(WB_ERR_ARGUMENT, parameter("b", WB_VALUE_F64, 0),
              wb_spec_add_command(spec.get(), nullptr, nullptr, nullptr),
              wb_spec_set_attribute(spec.get(), "k", nullptr));
  EXPECT_EACH(WB_ERR_LIMIT, wb_spec_add_command(spec.get(), "c", "a b c d e f g h i", nullptr),
              wb_spec_set_attribute(spec.get(), "k", std::string(448, 'v').c_str()));
}

TEST_F(SpecTest, options_have_their_documented_ranges) {
  const auto option = [&](int name, std::uint64_t value) { return wb_spec_set_option(spec.get(), name, value); };
  EXPECT_EACH(WB_OK, option(WB_OPTION_LEASE_BUDGET, 0), option(WB_OPTION_LEASE_BUDGET, 4096),
              option(WB_OPTION_MAX_READERS, WB_MAX_READERS), option(WB_OPTION_HISTORY, 0));
  EXPECT_EACH(WB_ERR_LIMIT, option(WB_OPTION_LEASE_BUDGET, 4097), option(WB_OPTION_MAX_READERS, 0),
              option(WB_OPTION_MAX_READERS, WB_MAX_READERS + 1), option(WB_OPTION_HISTORY, std::uint64_t{1} << 32));
  EXPECT_EACH(WB_ERR_ARGUMENT, option(0, 1), wb_spec_set_option(nullptr, WB_OPTION_HISTORY, 1));
}

// What the records of a schema become: tests/vectors/vectors_test.cpp.
TEST_F(SpecTest, becomes_the_schema_that_every_party_sees) {
  const Writer writer = make_writer();
  const Reader reader = make_reader();
  const Inspection inspection = inspect();
  for (const wb_schema* schema :
       {wb_writer_schema(writer.get()), wb_reader_schema(reader.get()), wb_inspection_schema(inspection.get())}) {
    ASSERT_NE(schema, nullptr);
    EXPECT_STREQ(wb_schema_stream(schema), "swarm");
    EXPECT_EQ(wb_schema_capacity(schema), 16u);
    EXPECT_EQ(wb_schema_frame_bytes(schema), 2048u + 192u);
    EXPECT_EQ(wb_schema_find_field(schema, "position"), 1);
    EXPECT_EQ(wb_schema_find_control(schema, "place"), 5);
    wb_field_info field;
    ASSERT_OK(wb_schema_field(schema, 1, &field));
    EXPECT_EQ(field.shape[2], 1u) << "beyond its dimensions";
  }
}

TEST_F(SpecTest, schema_queries_beyond_the_end_are_errors) {
  const Writer writer = make_writer();
  const wb_schema* schema = wb_writer_schema(writer.get());
  wb_field_info field;
  wb_control_info control;
  const char *key, *value;
  EXPECT_EACH(WB_ERR_ARGUMENT, wb_schema_field(schema, 2, &field), wb_schema_control(schema, 6, &control),
              wb_schema_attribute(schema, 1, &key, &value), wb_schema_find_field(nullptr, "x"),
              wb_schema_field(nullptr, 0, &field), wb_schema_field(schema, 0, nullptr));
  EXPECT_EQ(wb_schema_find_field(schema, "velocity"), WB_ERR_NOT_FOUND);
  EXPECT_TRUE(message_has("position"));
  EXPECT_EQ(wb_schema_find_control(schema, "velocity"), WB_ERR_NOT_FOUND);
  EXPECT_STREQ(wb_schema_stream(nullptr), "");
  EXPECT_EQ(wb_schema_field_count(nullptr), 0u);
}

TEST_F(SpecTest, values_are_read_from_text) {
  const Writer writer = make_writer();
  wb_control_info info;
  wb_value value;
  const auto parse = [&](std::uint32_t control, const char* text) {
    EXPECT_OK(wb_schema_control(wb_writer_schema(writer.get()), control, &info));
    return wb_value_parse(&info, text, &value);
  };
  EXPECT_OK(parse(kSpeed, "-2.5e-3"));
  EXPECT_EQ(value.as.f64, -2.5e-3);
  EXPECT_OK(parse(kSteps, "-12"));
  EXPECT_EQ(value.as.i64, -12);
  for (const char* yes : {"true", "on", "1", "yes"}) EXPECT_TRUE(parse(kRunning, yes) == WB_OK && value.as.i64 == 1);
  for (const char* no : {"false", "off", "0", "no"}) EXPECT_TRUE(parse(kRunning, no) == WB_OK && value.as.i64 == 0);
  EXPECT_OK(parse(kMode, "mad"));
  EXPECT_EQ(value.as.i64, 2);
  for (const char* wrong : {"", "x", "1x", "nan", "inf", "1e999"})
    EXPECT_EQ(parse(kSpeed, wrong), WB_ERR_ARGUMENT) << wrong;
  for (const char* wrong : {"", "1.5", "99999999999999999999"})
    EXPECT_EQ(parse(kSteps, wrong), WB_ERR_ARGUMENT) << wrong;
  for (const char* wrong : {"", "calm wild", "cal", "calmer"}) EXPECT_EQ(parse(kMode, wrong), WB_ERR_ARGUMENT) << wrong;
  EXPECT_TRUE(message_has("calm wild mad"));
  EXPECT_EQ(parse(kRunning, "2"), WB_ERR_ARGUMENT);
  EXPECT_EQ(parse(kReset, "1"), WB_ERR_TYPE);
  EXPECT_EQ(wb_value_parse(nullptr, "1", &value), WB_ERR_ARGUMENT);
}

TEST_F(SpecTest, every_result_has_a_name_and_a_text) {
  for (int code = WB_ERR_SYSTEM; code <= WB_NO_REQUEST; ++code) {
    EXPECT_EQ(std::strncmp(wb_result_name(code), "WB_", 3), 0) << code;
    EXPECT_GT(std::strlen(wb_result_text(code)), 3u) << code;
  }
  EXPECT_STREQ(wb_result_name(99), "?");
  EXPECT_NE(wb_result_text(99), nullptr);
}

TEST_F(SpecTest, messages_belong_to_their_thread) {
  EXPECT_EQ(wb_spec_set_option(spec.get(), 0, 1), WB_ERR_ARGUMENT);
  const std::string mine = wb_error_message();
  std::thread([] {
    EXPECT_STREQ(wb_error_message(), "");
    wb_schema_find_field(nullptr, nullptr);
  }).join();
  EXPECT_EQ(wb_error_message(), mine);
}

TEST_F(SpecTest, types_have_sizes_and_others_none) {
  EXPECT_EQ(wb_type_size(WB_F32), 4u);
  EXPECT_EQ(wb_type_size(WB_C128), 16u);
  for (int type : {-1, 0, WB_C128 + 1}) EXPECT_EQ(wb_type_size(type), 0u);
  EXPECT_STREQ(wb_type_name(-5), "?");
}

TEST_F(SpecTest, the_runtime_directory_is_the_one_of_the_environment) {
  char path[4096];
  ASSERT_OK(wb_runtime_directory(path, sizeof path));
  EXPECT_EQ(directory.path(), path);
  EXPECT_EQ(wb_runtime_directory(path, 3), WB_ERR_LIMIT);
  EXPECT_EQ(wb_runtime_directory(nullptr, 100), WB_ERR_LIMIT);
  EXPECT_STREQ(wb_version(), WB_VERSION_STRING);
}

}  // namespace
