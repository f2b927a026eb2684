// What a schema may hold, where each limit lies, and what becomes of a damaged one.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "layout/geometry.hpp"
#include "layout/schema.hpp"

namespace {

using namespace wingbeat::layout;

std::uint64_t bits(double value) {
  std::uint64_t result;
  std::memcpy(&result, &value, sizeof result);
  return result;
}
std::uint64_t bits(std::int64_t value) { return static_cast<std::uint64_t>(value); }

Schema empty(std::uint64_t capacity = 10) {
  Schema schema;
  EXPECT_EQ(set_stream(schema, "swarm", capacity).text, "");
  return schema;
}

FieldSpec field(std::string_view name, std::vector<std::uint64_t> shape = {1}, std::uint32_t type = kF32) {
  return {name, type, std::move(shape), {}, {}, false};
}

FieldSpec per_agent(std::string_view name, std::vector<std::uint64_t> shape, std::string_view labels = {}) {
  return {name, kF32, std::move(shape), labels, {}, true};
}

FieldSpec with_unit(std::string_view name, std::string_view unit) { return {name, kF32, {1}, {}, unit, false}; }

template <class Number>
ControlSpec parameter(std::string_view name, std::uint32_t type, Number initial, Number low, Number high) {
  return {name, kParameter, type, bits(initial), bits(low), bits(high), {}, {}, {}};
}

ControlSpec f64(std::string_view name, double initial, double low, double high) {
  return parameter(name, kValueF64, initial, low, high);
}

ControlSpec choice(std::string_view name, std::uint64_t initial, std::string_view choices) {
  return {name, kParameter, kValueChoice, initial, 0, 0, {}, {}, choices};
}

ControlSpec trigger(std::string_view name, std::string_view help = {}) {
  return {name, kTrigger, 0, 0, 0, 0, {}, help, {}};
}

ControlSpec command(std::string_view name, std::string_view arguments) {
  return {name, kCommand, 0, 0, 0, 0, {}, {}, arguments};
}

#define EXPECT_FINE(call) EXPECT_EQ((call).text, "")
#define EXPECT_FAULT(call, expected) EXPECT_EQ((call).kind, FaultKind::expected)

Schema everything() {
  Schema schema = empty(100);
  EXPECT_FINE(add_field(schema, {"position", kF32, {3, 100}, "x y z", "m", true}));
  EXPECT_FINE(add_field(schema, {"id", kU32, {100}, {}, {}, true}));
  EXPECT_FINE(add_field(schema, {"box", kF64, {3, 2}, "x y z", "m", false}));
  EXPECT_FINE(
      add_control(schema, {"speed", kParameter, kValueF64, bits(1.0), bits(0.0), bits(2.0), "m/s", "how fast", {}}));
  EXPECT_FINE(add_control(schema, parameter<std::int64_t>("steps", kValueI64, -3, -5, 5)));
  EXPECT_FINE(add_control(schema, choice("mode", 1, "calm wild")));
  EXPECT_FINE(add_control(schema, trigger("reset", "anew")));
  EXPECT_FINE(add_control(schema, command("place", "id x y z")));
  EXPECT_FINE(set_attribute(schema, "model", "zones"));
  return schema;
}

TEST(Names, are_1_to_63_of_exactly_the_documented_characters) {
  const std::string allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
  for (int c = 0; c < 256; ++c) {
    const std::string name = std::string("a") + static_cast<char>(c);
    EXPECT_EQ(is_name(name), allowed.find(static_cast<char>(c)) != std::string::npos) << c;
  }
  EXPECT_TRUE(is_name("a"));
  EXPECT_TRUE(is_name(std::string(63, 'x')));
  EXPECT_FALSE(is_name(""));
  EXPECT_FALSE(is_name(std::string(64, 'x')));
}

TEST(Names, word_lists_have_single_spaces_and_no_others) {
  EXPECT_EQ(count_words(""), 0);
  EXPECT_EQ(count_words("x"), 1);
  EXPECT_EQ(count_words("x y z"), 3);
  for (const char* wrong : {" x", "x ", "x  y", " "}) EXPECT_EQ(count_words(wrong), -1) << wrong;
}

TEST(Stream, capacity_is_1_to_2_to_the_32) {
  Schema schema;
  EXPECT_FAULT(set_stream(schema, "s", 0), kLimit);
  EXPECT_FINE(set_stream(schema, "s", 1));
  EXPECT_FINE(set_stream(schema, "s", std::uint64_t{1} << 32));
  EXPECT_FAULT(set_stream(schema, "s", (std::uint64_t{1} << 32) + 1), kLimit);
  EXPECT_FAULT(set_stream(schema, "a/b", 1), kName);
}

class Building : public ::testing::Test {
 protected:
  Fault add(const FieldSpec& field) { return add_field(schema, field); }
  Fault add(const ControlSpec& control) { return add_control(schema, control); }
  Fault set(std::string_view key, std::string_view value) { return set_attribute(schema, key, value); }

  Schema schema = empty();
};
using Field = Building;
using Control = Building;
using Attribute = Building;

TEST_F(Field, is_placed_at_the_next_multiple_of_64_bytes) {
  EXPECT_FINE(add(field("a", {1}, kU8)));
  EXPECT_FINE(add(field("b", {65}, kU8)));
  EXPECT_FINE(add(field("c", {3, 10}, kF64)));
  EXPECT_EQ(schema.fields[1].offset_bytes, 64u);
  EXPECT_EQ(schema.fields[2].offset_bytes, 192u);
  EXPECT_EQ(schema.fields[2].size_bytes, 240u);
  EXPECT_EQ(schema.payload_bytes, 192u + 256u);
}

TEST_F(Field, names_are_checked_and_differ) {
  EXPECT_FINE(add(field("a")));
  EXPECT_FAULT(add(field("a")), kName);
  EXPECT_FAULT(add(field("a b")), kName);
  EXPECT_EQ(schema.fields.size(), 1u);
}

TEST_F(Field, number_64_is_accepted_and_number_65_refused) {
  for (std::uint32_t i = 0; i < kMaxFields; ++i) EXPECT_FINE(add(field("f" + std::to_string(i))));
  EXPECT_FAULT(add(field("more")), kLimit);
}

TEST_F(Field, has_1_to_8_dimensions_each_at_least_1) {
  EXPECT_FAULT(add(field("a", {})), kLimit);
  EXPECT_FINE(add(field("b", {1, 1, 1, 1, 1, 1, 1, 2})));
  EXPECT_FAULT(add(field("c", {1, 1, 1, 1, 1, 1, 1, 1, 1})), kLimit);
  EXPECT_FAULT(add(field("d", {3, 0})), kLimit);
}

TEST_F(Field, of_an_unknown_type_is_refused) {
  for (std::uint32_t type : {0u, 11u, 0xffffffffu}) EXPECT_FAULT(add(field("a", {1}, type)), kArgument) << type;
  for (std::uint32_t type = kI8; type <= kF64; ++type) EXPECT_FINE(add(field("t" + std::to_string(type), {1}, type)));
}

TEST_F(Field, frames_of_exactly_the_limit_are_accepted_and_not_one_byte_more) {
  EXPECT_FAULT(add(field("over", {kMaxFrameBytes + 1}, kU8)), kLimit);
  EXPECT_FAULT(add(field("product", {std::uint64_t{1} << 33, std::uint64_t{1} << 33}, kU8)), kLimit);
  EXPECT_FAULT(add(field("wraps", {std::uint64_t{1} << 32, std::uint64_t{1} << 32, 16}, kU8)), kLimit);
  EXPECT_FINE(add(field("exact", {kMaxFrameBytes}, kU8)));
  EXPECT_EQ(schema.payload_bytes, kMaxFrameBytes);
  EXPECT_FAULT(add(field("more")), kLimit);
}

TEST_F(Field, that_pads_a_frame_beyond_the_limit_is_refused) {
  EXPECT_FINE(add(field("a", {kMaxFrameBytes - 64}, kU8)));
  EXPECT_FAULT(add(field("b", {65}, kU8)), kLimit);
  EXPECT_FINE(add(field("c", {1}, kU8)));
  EXPECT_EQ(schema.payload_bytes, kMaxFrameBytes);
}

TEST_F(Field, labels_name_each_component_once) {
  EXPECT_FINE(add(per_agent("a", {3, 10}, "x y z")));
  for (const char* wrong : {"x y", "x y z w", "x  y z"})
    EXPECT_FAULT(add(per_agent("b", {3, 10}, wrong)), kArgument) << wrong;
  for (const std::string& wrong : {std::string("x y\tz"), std::string(94, 'x') + " y"})
    EXPECT_FAULT(add(per_agent("b", {3, 10}, wrong)), kLimit) << wrong;
}

TEST_F(Field, unit_of_31_bytes_is_accepted_and_of_32_refused) {
  EXPECT_FINE(add(with_unit("a", std::string(31, 'm'))));
  EXPECT_FAULT(add(with_unit("b", std::string(32, 'm'))), kLimit);
  EXPECT_FAULT(add(with_unit("c", "m\n")), kLimit);
  EXPECT_FINE(add(with_unit("d", "µm")));
}

TEST_F(Field, per_agent_ends_in_the_capacity) {
  EXPECT_FAULT(add(per_agent("a", {3, 11})), kArgument);
  EXPECT_FINE(add(per_agent("b", {3, 10})));
}

TEST_F(Control, number_256_is_accepted_and_number_257_refused) {
  for (std::uint32_t i = 0; i < kMaxControls; ++i) EXPECT_FINE(add(trigger("c" + std::to_string(i))));
  EXPECT_FAULT(add(trigger("more")), kLimit);
}

TEST_F(Control, texts_have_their_documented_lengths) {
  EXPECT_FINE(add(trigger("a", std::string(159, 'h'))));
  EXPECT_FAULT(add(trigger("b", std::string(160, 'h'))), kLimit);
  EXPECT_FAULT(add(trigger("a", "")), kName);
  EXPECT_FINE(add(choice("c", 0, std::string(255, 'c'))));
  EXPECT_FAULT(add(choice("d", 0, std::string(256, 'c'))), kLimit);
}

TEST_F(Control, parameters_begin_within_an_ordered_range) {
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::nan("");
  EXPECT_FINE(add(f64("a", 0.5, 0, 1)));
  EXPECT_FINE(add(f64("free", -1e300, 0, 0)));
  for (const ControlSpec& wrong :
       {f64("h", 2, 0, 1), f64("b", 1, 2, 0), f64("c", 1, nan, 2), f64("d", nan, 0, 0), f64("e", infinity, 0, 0),
        ControlSpec{"f", kParameter, 9, 0, 0, 0, {}, {}, {}}, ControlSpec{"g", 7, 0, 0, 0, 0, {}, {}, {}}})
    EXPECT_FAULT(add(wrong), kArgument) << wrong.name;
}

TEST_F(Control, choices_are_word_lists_and_the_initial_one_is_among_them) {
  EXPECT_FINE(add(choice("a", 2, "x y z")));
  for (const ControlSpec& wrong : {choice("b", 3, "x y z"), choice("c", 0, ""), choice("d", 0, "x  y"),
                                   ControlSpec{"e", kParameter, kValueBool, 2, 0, 0, {}, {}, {}}})
    EXPECT_FAULT(add(wrong), kArgument) << wrong.name;
}

TEST_F(Control, commands_take_8_arguments_and_not_9) {
  EXPECT_FINE(add(command("none", "")));
  EXPECT_FINE(add(command("eight", "a b c d e f g h")));
  EXPECT_FAULT(add(command("nine", "a b c d e f g h i")), kLimit);
  EXPECT_FAULT(add(command("spaces", "a  b")), kLimit);
  EXPECT_EQ(schema.controls[1].argument_count, 8u);
}

TEST_F(Attribute, setting_a_key_again_replaces_its_value) {
  EXPECT_FINE(set("k", "a longer value"));
  EXPECT_FINE(set("k", "b"));
  ASSERT_EQ(schema.attributes.size(), 1u);
  EXPECT_EQ(fixed_text(schema.attributes[0].value), "b");
  EXPECT_EQ(schema.attributes[0].value[3], '\0');
}

TEST_F(Attribute, limits_hold) {
  EXPECT_FAULT(set("k", std::string(448, 'v')), kLimit);
  EXPECT_FAULT(set("k k", "v"), kName);
  EXPECT_FAULT(set("k", std::string_view("a\0b", 3)), kLimit);
  for (std::uint32_t i = 0; i < kMaxAttributes; ++i) EXPECT_FINE(set("k" + std::to_string(i), std::string(447, 'v')));
  EXPECT_FAULT(set("more", ""), kLimit);
  EXPECT_FINE(set("k0", "replaced although full"));
}

DataHeader header_of(const Schema& schema) { return data_header(schema, Budget{}); }

TEST(Bytes, with_any_byte_changed_are_refused_or_make_a_schema_that_keeps_all_rules) {
  const Schema schema = everything();
  const DataHeader header = header_of(schema);
  const std::vector<std::uint8_t> bytes = to_bytes(schema);
  int refused = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int flip : {0x01, 0x20, 0x80, 0xff}) {
      std::vector<std::uint8_t> damaged = bytes;
      damaged[i] = static_cast<std::uint8_t>(damaged[i] ^ flip);
      Schema copy;
      if (from_bytes(header, damaged, copy)) {
        ++refused;
        continue;
      }
      ASSERT_EQ(copy.payload_bytes, schema.payload_bytes) << i;
      for (const FieldRecord& field : copy.fields)
        ASSERT_LE(field.offset_bytes + field.size_bytes, copy.payload_bytes) << i;
      for (const ControlRecord& control : copy.controls) ASSERT_TRUE(is_name(fixed_text(control.name))) << i;
      Schema again;  // what was accepted is a schema in its own right
      ASSERT_EQ(from_bytes(header, to_bytes(copy), again).text, "") << i;
    }
  }
  EXPECT_GT(refused, 500);
}

TEST(Bytes, of_another_length_are_refused) {
  const Schema schema = everything();
  for (int change : {-1, 1, -100}) {
    std::vector<std::uint8_t> bytes = to_bytes(schema);
    bytes.resize(static_cast<std::size_t>(static_cast<int>(bytes.size()) + change));
    Schema copy;
    EXPECT_FAULT(from_bytes(header_of(schema), bytes, copy), kCorrupt) << change;
  }
}

TEST(Value, is_checked_against_type_and_range) {
  const Schema schema = everything();
  const ControlRecord &speed = schema.controls[0], &steps = schema.controls[1], &mode = schema.controls[2];
  EXPECT_FINE(check_value(speed, bits(2.0)));
  EXPECT_FAULT(check_value(speed, bits(2.0000001)), kArgument);
  EXPECT_FAULT(check_value(speed, bits(std::nan(""))), kArgument);
  EXPECT_FINE(check_value(steps, bits(std::int64_t{-5})));
  EXPECT_FAULT(check_value(steps, bits(std::int64_t{-6})), kArgument);
  EXPECT_FINE(check_value(mode, 1));
  EXPECT_FAULT(check_value(mode, 2), kArgument);
  EXPECT_FAULT(check_value(mode, bits(std::int64_t{-1})), kArgument);
  EXPECT_FAULT(check_value(schema.controls[3], 0), kArgument);
}

TEST(Value, text_of_a_refusal_names_the_range) {
  const Fault fault = check_value(everything().controls[0], bits(7.0));
  EXPECT_NE(fault.text.find("0 to 2"), std::string::npos) << fault.text;
  EXPECT_NE(fault.text.find("speed"), std::string::npos) << fault.text;
}

}  // namespace
