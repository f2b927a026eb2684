#include "description.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "failure.hpp"
#include "mirroring.hpp"
#include "wingbeat/wingbeat.h"

namespace wingbeat::segments {
namespace {

TEST(SegmentsName, objects_and_keys_and_ids_are_told_apart) {
  EXPECT_EQ(parse_name("/position_data").kind, Kind::posix);
  const Name key = parse_name("key:0x1234");
  EXPECT_TRUE(key.kind == Kind::key && key.number == 0x1234);
  EXPECT_EQ(parse_name("key:4660").number, 0x1234);
  EXPECT_EQ(parse_name("key:0xffffffff").number, -1);  // as ipcs shows a key_t of -1
  EXPECT_EQ(parse_name("key:010").number, 10);
  const Name id = parse_name("id:7");
  EXPECT_TRUE(id.kind == Kind::id && id.number == 7);
  EXPECT_TRUE(parse_name("key:0x1234") == parse_name("key:4660"));
  EXPECT_FALSE(parse_name("key:7") == parse_name("id:7"));
}

TEST(SegmentsName, what_names_nothing_is_refused) {
  for (const char* text : {"", "/", "/.", "/..", "/wb-1d", "data", "/a/b", "key:", "key:0", "key:0x", "key:x", "key:1 ",
                           "key:0x100000000", "id:-1", "id:"})
    EXPECT_THROW(parse_name(text), cli::Failure) << text;
  EXPECT_THROW(parse_name("/" + std::string(255, 'a')), cli::Failure);
}

TEST(SegmentsName, a_field_gets_a_legal_name) {
  EXPECT_EQ(field_name_of(parse_name("/position_data")), "position_data");
  EXPECT_EQ(field_name_of(parse_name("/a b:c.d-e")), "a_b_c.d-e");
  EXPECT_EQ(field_name_of(parse_name("key:0x12")), "key_0x12");
  EXPECT_EQ(field_name_of(parse_name("/" + std::string(100, 'a'))).size(), WB_NAME_BYTES - 1);
}

TEST(SegmentsShape, sizes_come_fastest_first) {
  const Shape shape = parse_shape("f32", "3x100", "x,y,z");
  EXPECT_EQ(shape.type, WB_F32);
  EXPECT_EQ(shape.sizes, (std::vector<std::uint64_t>{3, 100}));
  EXPECT_EQ(shape.labels, "x y z");
  EXPECT_EQ(shape.bytes(), 1200u);
  EXPECT_EQ(shape.rows(), 100u);
  EXPECT_EQ(shape.text(), "f32 3x100");
  EXPECT_EQ(parse_shape("u8", "7", "").bytes(), 7u);
}

TEST(SegmentsShape, what_is_no_shape_is_refused) {
  for (const char* sizes : {"", "x", "3x", "x3", "3xN", "0", "3x0", "-3", "3X4", " 3", "1x1x1x1x1x1x1x1x1",
                            "1099511627777", "4294967296x4294967296x4294967296"})
    EXPECT_THROW(parse_shape("f32", sizes, ""), cli::Failure) << sizes;
  for (const char* type : {"", "f16", "float", "c64", "F32"})
    EXPECT_THROW(parse_shape(type, "3", ""), cli::Failure) << type;
  for (const char* labels : {"x", "x,y,z,w", "x,,z", ",", "x y z"})
    EXPECT_THROW(parse_shape("f32", "3x4", labels), cli::Failure) << labels;
}

template <class To>
std::vector<To> numbers_of(const std::vector<std::byte>& bytes) {
  std::vector<To> numbers(bytes.size() / sizeof(To));
  std::memcpy(numbers.data(), bytes.data(), bytes.size());
  return numbers;
}

TEST(SegmentsConvert, numbers_become_floats) {
  const double doubles[] = {0.5, -1e10, 3};
  EXPECT_EQ(numbers_of<float>(converted(doubles, 3, WB_F64, WB_F32)), (std::vector<float>{0.5f, -1e10f, 3}));
  const std::int8_t bytes[] = {-128, 127};
  EXPECT_EQ(numbers_of<double>(converted(bytes, 2, WB_I8, WB_F64)), (std::vector<double>{-128, 127}));
  const std::uint64_t large[] = {std::uint64_t{1} << 63};
  EXPECT_EQ(numbers_of<double>(converted(large, 1, WB_U64, WB_F64)), (std::vector<double>{9223372036854775808.0}));
  EXPECT_THROW(converted(large, 1, WB_U64, WB_I32), cli::Failure);
}

}  // namespace
}  // namespace wingbeat::segments
