// Frames into an ofVbo: that nothing is copied on the way, and that a graphics card would find the numbers.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>

#include "ofxWingbeat.h"
#include "support/runtime.hpp"

namespace {

constexpr std::size_t kMany = 100000;
using Vertex = std::array<float, 7>;  // x y z r g b a

class AVbo : public wbtest::Streams {
 protected:
  AVbo() { wbtest::note_stream("flock"); }

  ofxWingbeat::Writer writer;
  ofxWingbeat::Reader reader;
  ofVbo vbo;
  std::vector<glm::vec3> points = std::vector<glm::vec3>(2, glm::vec3(1));

  void start_with_points() {
    writer.field("position", points);
    start(2);
    ASSERT_TRUE(reader.vbo(vbo));
  }
  void start(std::size_t capacity) {
    ASSERT_TRUE(writer.setup("flock", capacity));
    ASSERT_TRUE(reader.setup("flock"));
    next();
  }
  void next() {
    ASSERT_TRUE(writer.publish());
    reader.update();
    ASSERT_TRUE(reader.isFrameNew());
  }
  // Whether a pointer is one into the frame that is held, and all of the field behind it.
  void expect_mapped(const void* pointer, const char* field) const {
    EXPECT_EQ(pointer, reader.getFrame()->span<float>(field).data());
  }
};

}  // namespace

TEST_F(AVbo, takes_100000_points_straight_from_shared_memory) {
  points.resize(kMany);
  for (std::size_t i = 0; i < kMany; ++i) points[i] = {i, 2 * i, 3};
  writer.field("position", points);
  start(kMany);
  ASSERT_TRUE(reader.vbo(vbo));
  expect_mapped(vbo.getVertexBuffer().lastSource(), "position");
  EXPECT_EQ(vbo.getNumVertices(), static_cast<int>(kMany));
  EXPECT_EQ(vbo.position().at(99999, 1), 199998);
  EXPECT_FALSE(vbo.getUsingColors());
  const ofBufferObject first = vbo.getVertexBuffer();
  for (int i = 0; i < 5; ++i) {
    points[99999].y = static_cast<float>(i);
    next();
    ASSERT_TRUE(reader.vbo(vbo));
    expect_mapped(vbo.getVertexBuffer().lastSource(), "position");
    EXPECT_EQ(vbo.position().at(99999, 1), static_cast<float>(i));
  }
  EXPECT_TRUE(vbo.getVertexBuffer().isSame(first)) << "it was allocated anew for a frame of the same size";
  EXPECT_EQ(vbo.getVertexBuffer().errors(), 0);
}

TEST_F(AVbo, takes_100000_interleaved_vertices_and_colours_in_one_upload) {
  std::vector<Vertex> vertices(kMany);
  for (std::size_t i = 0; i < kMany; ++i) vertices[i] = {static_cast<float>(i), 1, 2, 0.25F, 0.5F, 0.75F, 1};
  writer.field("vertex", vertices);
  start(kMany);
  ASSERT_TRUE(reader.vbo(vbo));
  expect_mapped(vbo.getVertexBuffer().lastSource(), "vertex");
  EXPECT_TRUE(vbo.getColorBuffer().isSame(vbo.getVertexBuffer()));
  EXPECT_TRUE(vbo.getUsingColors());
  EXPECT_EQ(vbo.position().at(99999, 0), 99999);
  EXPECT_EQ(vbo.color().at(99999, 0), 0.25F);
  EXPECT_EQ(vbo.color().at(99999, 3), 1);
  vertices[99999][3] = 0.125F;
  next();
  ASSERT_TRUE(reader.vbo(vbo));
  EXPECT_EQ(vbo.color().at(99999, 0), 0.125F);
  EXPECT_EQ(vbo.getVertexBuffer().bytes().size(), kMany * sizeof(Vertex));
}

TEST_F(AVbo, takes_colours_of_a_field_of_their_own) {
  std::vector<ofFloatColor> colors{ofFloatColor(1, 0, 0, 1), ofFloatColor(0, 0, 1, 0.5F)};
  writer.field("position", points).field("color", colors);
  start(2);
  ASSERT_TRUE(reader.vbo(vbo));
  expect_mapped(vbo.getColorBuffer().lastSource(), "color");
  EXPECT_EQ(vbo.color().at(1, 3), 0.5F);
  colors[1].b = 0.75F;
  next();
  ASSERT_TRUE(reader.vbo(vbo));
  EXPECT_EQ(vbo.color().at(1, 2), 0.75F);
}

TEST_F(AVbo, fills_up_colours_of_three_numbers) {
  std::vector<glm::vec3> colors(2, glm::vec3(0.5F));
  writer.field("position", points).field("color", colors);
  start(2);
  ASSERT_TRUE(reader.vbo(vbo));
  EXPECT_EQ(vbo.color().at(1, 2), 0.5F);
  EXPECT_EQ(vbo.color().at(1, 3), 1);
}

TEST_F(AVbo, converts_what_a_graphics_card_does_not_take) {
  const std::vector<glm::dvec3> wide{{1, 2, 3}, {4, 5, 6}};
  writer.field("position", wide);
  start(2);
  ASSERT_TRUE(reader.vbo(vbo));
  EXPECT_EQ(vbo.position().numCoords, 3);
  EXPECT_EQ(vbo.position().at(1, 2), 6);
}

TEST_F(AVbo, follows_changing_numbers_of_agents) {
  writer.field("position", points);
  start(5);
  for (const std::size_t count : {3U, 5U, 0U, 2U}) {
    points.assign(count, glm::vec3(static_cast<float>(count)));
    next();
    ASSERT_TRUE(reader.vbo(vbo));
    EXPECT_EQ(vbo.getNumVertices(), static_cast<int>(count));
    if (count > 0) {
      EXPECT_EQ(vbo.position().at(count - 1, 0), static_cast<float>(count));
    }
  }
  EXPECT_EQ(vbo.getVertexBuffer().errors(), 0);
}

TEST_F(AVbo, another_field_is_another_layout) {
  const std::vector<glm::vec2> flat(2, glm::vec2(3));
  std::vector<Vertex> vertices(2, Vertex{9, 9, 9, 1, 1, 1, 1});
  writer.field("position", points).field("vertex", vertices).field("flat", flat);
  start(2);
  ASSERT_TRUE(reader.vbo(vbo, "position"));
  EXPECT_FALSE(vbo.getUsingColors());
  ASSERT_TRUE(reader.vbo(vbo, "vertex"));
  EXPECT_TRUE(vbo.getUsingColors());
  EXPECT_EQ(vbo.position().at(1, 0), 9);
  ASSERT_TRUE(reader.vbo(vbo, "position"));
  EXPECT_FALSE(vbo.getUsingColors());
  EXPECT_EQ(vbo.position().at(1, 0), 1);
  ASSERT_TRUE(reader.vbo(vbo, "flat"));
  EXPECT_EQ(vbo.position().numCoords, 2);
  EXPECT_EQ(vbo.position().at(1, 0), 3);
}

TEST_F(AVbo, that_is_new_or_that_others_filled_meanwhile_is_filled_from_the_start) {
  start_with_points();
  vbo = ofVbo();
  ASSERT_TRUE(reader.vbo(vbo));
  EXPECT_EQ(vbo.getNumVertices(), 2);
  for (const int stride_bytes : {12, 28}) {
    const float others[14] = {9, 9, 9, 9};
    vbo.clear();
    vbo.setVertexData(others, 3, stride_bytes == 12 ? 1 : 2, GL_STATIC_DRAW, stride_bytes);
    next();
    ASSERT_TRUE(reader.vbo(vbo));
    EXPECT_EQ(vbo.getNumVertices(), 2);
    EXPECT_EQ(vbo.position().stride, 12);
    EXPECT_EQ(vbo.position().at(1, 2), 1);
  }
}

TEST_F(AVbo, is_cleared_where_the_frame_has_no_such_field) {
  start_with_points();
  EXPECT_FALSE(reader.vbo(vbo, "velocity"));
  EXPECT_FALSE(vbo.getIsAllocated());
  ASSERT_TRUE(reader.vbo(vbo));
  EXPECT_EQ(vbo.position().at(1, 0), 1);
}
