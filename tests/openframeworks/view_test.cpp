#include "detail/view.hpp"

#include <gtest/gtest.h>

#include <cstring>

using namespace ofxWingbeat::detail;

namespace {

wb_field_info field(const char* name, int type, std::uint64_t columns, const char* labels = "", bool per_agent = true) {
  wb_field_info info = {};
  std::strcpy(info.name, name);
  std::strcpy(info.labels, labels);
  info.type = static_cast<std::uint32_t>(type);
  info.dimensions = columns > 1 ? 2 : 1;
  info.shape[0] = columns > 1 ? columns : 10;
  info.shape[1] = 10;
  info.per_agent = per_agent ? 1 : 0;
  return info;
}

}  // namespace

TEST(PlaceField, is_position_wherever_it_comes) {
  EXPECT_EQ(position_field({field("velocity", WB_F32, 3), field("position", WB_F32, 3)}), 1);
  EXPECT_EQ(position_field({field("velocity", WB_F32, 3), field("position", WB_F32, 1)}), 0);
}

TEST(PlaceField, is_else_the_first_of_two_or_three_numbers) {
  EXPECT_EQ(position_field({field("id", WB_U32, 3), field("vertex", WB_F32, 7), field("where", WB_F64, 2)}), 2);
  EXPECT_EQ(position_field({field("mass", WB_F32, 1), field("vertex", WB_F32, 7)}), 1);
}

TEST(PlaceField, is_none_where_there_is_nothing_to_draw) {
  EXPECT_EQ(position_field({}), -1);
  EXPECT_EQ(position_field({field("mass", WB_F32, 1), field("kind", WB_I32, 3), field("box", WB_F32, 3, "", false)}),
            -1);
}

TEST(ColourField, is_spelled_either_way) {
  EXPECT_EQ(colour_field({field("position", WB_F32, 3), field("colour", WB_F32, 4)}), 1);
  EXPECT_EQ(colour_field({field("color", WB_F32, 3)}), 0);
  EXPECT_EQ(colour_field({field("color", WB_F32, 1), field("color2", WB_F32, 4)}), -1);
}

TEST(VertexLayout, of_plain_floats_is_their_own) {
  EXPECT_EQ(vertex_layout(field("position", WB_F32, 3)), (VertexLayout{3, 12, -1}));
  EXPECT_EQ(vertex_layout(field("position", WB_F32, 2)), (VertexLayout{2, 8, -1}));
  EXPECT_EQ(vertex_layout(field("state", WB_F32, 6)), (VertexLayout{3, 24, -1}));
}

TEST(VertexLayout, finds_the_colour_among_the_numbers) {
  EXPECT_EQ(vertex_layout(field("vertex", WB_F32, 7)), (VertexLayout{3, 28, 12}));
  EXPECT_EQ(vertex_layout(field("vertex", WB_F32, 8, "x y z w r g b a")), (VertexLayout{3, 32, 16}));
  EXPECT_EQ(vertex_layout(field("vertex", WB_F32, 6, "x y r g b a")), (VertexLayout{2, 24, 8}));
  EXPECT_EQ(vertex_layout(field("vertex", WB_F32, 7, "x y z u v w m")), (VertexLayout{3, 28, -1}));
}

TEST(VertexLayout, is_none_of_what_a_graphics_card_does_not_take) {
  EXPECT_EQ(vertex_layout(field("position", WB_F64, 3)).coordinates, 0);
  EXPECT_EQ(vertex_layout(field("mass", WB_F32, 1)).coordinates, 0);
  EXPECT_EQ(vertex_layout(field("box", WB_F32, 3, "", false)).coordinates, 0);
  EXPECT_EQ(vertex_layout(field("huge", WB_F32, 1000)).coordinates, 0);
}

TEST(Convert, makes_floats_of_any_type_and_fills_up) {
  const double numbers[] = {1, 2, 3, 4};
  const View view{numbers, 2, 2, WB_F64};
  std::vector<float> out;
  convert(view, 3, -1, out);
  EXPECT_EQ(out, (std::vector<float>{1, 2, -1, 3, 4, -1}));
  const std::uint8_t bytes[] = {10, 20, 30, 255};
  convert({bytes, 1, 4, WB_U8}, 3, 0, out);
  EXPECT_EQ(out, (std::vector<float>{10, 20, 30}));
}
