#include "ofxWingbeatReader.h"

#include <gtest/gtest.h>

#include "ofxWingbeatWriter.h"
#include "support/runtime.hpp"

namespace {

class AReader : public wbtest::Streams {
 protected:
  AReader() {
    wbtest::note_stream("flock");
    stand_in::log().clear();
  }

  std::vector<glm::vec3> points{{1, 2, 3}, {4, 5, 6}};
  ofParameter<float> speed{"speed", 1, 0, 10};
  ofParameter<int> steps{"steps", 5, 1, 100};
  ofParameter<bool> paused{"paused", false};
  ofParameter<int> boundary{"boundary", 0, 0, 2};
  ofParameter<void> scatter{"scatter"};
  ofParameterGroup flocking{"flocking", speed, steps}, all{"all", flocking, paused, boundary, scatter};
  ofxWingbeat::Writer writer;
  ofxWingbeat::Reader reader;

  void start() {
    writer.field("position", points).parameters(all).choices(boundary, "open periodic reflecting");
    writer.attribute("model", "zones");
    ASSERT_TRUE(writer.setup("flock", 10));
    ASSERT_TRUE(reader.setup("flock"));
    writer.publish(7, 0.5);
    reader.update();
  }
  // Both loops, until requests and their answers have come through.
  void turn() {
    for (int i = 0; i < 3; ++i) writer.update(), reader.update();
  }
};

}  // namespace

TEST_F(AReader, waits_and_then_sees) {
  ASSERT_TRUE(reader.setup("flock"));
  reader.update();
  EXPECT_FALSE(reader.isFrameNew());
  EXPECT_FALSE(reader.isConnected());
  EXPECT_FALSE(reader.hasFrame());
  EXPECT_EQ(reader.getCount(), 0U);
  EXPECT_EQ(reader.getPositionField(), "");
  EXPECT_TRUE(reader.points().empty());
  start();
  EXPECT_TRUE(reader.isFrameNew());
  EXPECT_TRUE(reader.isConnected());
  EXPECT_EQ(reader.getCount(), 2U);
  EXPECT_EQ(reader.getStep(), 7U);
  EXPECT_EQ(reader.getTime(), 0.5);
  EXPECT_EQ(reader.getSeq(), 1U);
  EXPECT_EQ(reader.getPositionField(), "position");
  EXPECT_EQ(reader.getAttribute("model"), "zones");
  EXPECT_EQ(reader.getAttribute("nothing"), "");
  EXPECT_EQ(reader.getFields().size(), 1U);
  EXPECT_EQ(reader.getReceived(), 1U);
}

TEST_F(AReader, shows_points_in_place_and_copies_them) {
  start();
  const auto seen = reader.points();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[1], glm::vec3(4, 5, 6));
  EXPECT_EQ(static_cast<const void*>(seen.data()), reader.getFrame()->span<float>("position").data());
  std::vector<glm::vec3> copy;
  EXPECT_TRUE(reader.points(copy));
  EXPECT_EQ(copy, points);
  EXPECT_EQ(reader.array("position")(1, 0), 4);
}

TEST_F(AReader, says_once_that_a_field_has_another_type) {
  start();
  stand_in::log().clear();
  EXPECT_EQ(reader.array<double>("position").rows(), 0U);
  EXPECT_EQ(reader.array<double>("position").rows(), 0U);
  ASSERT_EQ(stand_in::log().size(), 1U);
  EXPECT_NE(stand_in::log()[0].message.find("holds f32, not f64"), std::string::npos);
}

TEST_F(AReader, fills_a_mesh_and_leaves_its_mode) {
  const std::vector<ofFloatColor> colors{ofFloatColor(1, 0, 0, 1), ofFloatColor(0, 1, 0, 0.5F)};
  writer.field("color", colors);
  start();
  ofMesh mesh;
  mesh.setMode(OF_PRIMITIVE_POINTS);
  ASSERT_TRUE(reader.mesh(mesh));
  EXPECT_EQ(mesh.getVertices(), points);
  ASSERT_EQ(mesh.getColors().size(), 2U);
  EXPECT_EQ(mesh.getColors()[1].a, 0.5F);
  EXPECT_EQ(mesh.getMode(), OF_PRIMITIVE_POINTS);
}

TEST_F(AReader, takes_a_mesh_s_colours_from_interleaved_vertices) {
  const std::vector<std::array<float, 7>> vertices{{1, 2, 3, 0.1F, 0.2F, 0.3F, 0.4F},
                                                   {4, 5, 6, 0.5F, 0.6F, 0.7F, 0.8F}};
  writer.field("vertex", vertices);
  start();
  ofMesh mesh;
  ASSERT_TRUE(reader.mesh(mesh, "vertex"));
  EXPECT_EQ(mesh.getVertices()[1], glm::vec3(4, 5, 6));
  EXPECT_EQ(mesh.getColors()[1].r, 0.5F);
}

TEST_F(AReader, fills_a_polyline_and_leaves_it_closed) {
  start();
  ofPolyline line;
  line.setClosed(true);
  ASSERT_TRUE(reader.polyline(line));
  EXPECT_EQ(line.getVertices(), points);
  EXPECT_TRUE(line.isClosed());
}

TEST_F(AReader, what_there_is_not_is_false) {
  start();
  ofMesh mesh;
  ofPolyline line;
  ofVbo vbo;
  EXPECT_FALSE(reader.mesh(mesh, "nothing"));
  EXPECT_FALSE(reader.polyline(line, "nothing"));
  EXPECT_FALSE(reader.vbo(vbo, "nothing"));
}

TEST_F(AReader, steers) {
  start();
  EXPECT_TRUE(reader.set("flocking.speed", 2.5));
  EXPECT_TRUE(reader.set("flocking.steps", 0 + 7));
  EXPECT_TRUE(reader.set("paused", true));
  EXPECT_TRUE(reader.set("boundary", "reflecting"));
  EXPECT_FALSE(reader.set("flocking.speed", 0 - 1));
  writer.update();
  EXPECT_EQ(speed.get(), 2.5F);
  EXPECT_EQ(steps.get(), 7);
  EXPECT_TRUE(paused.get());
  EXPECT_EQ(boundary.get(), 2);
  EXPECT_EQ(reader.get("flocking.steps"), 7);
  EXPECT_EQ(reader.get("paused"), 1);
  EXPECT_EQ(reader.get("boundary"), 2);
  EXPECT_EQ(reader.get("nothing", 42), 42);
}

TEST_F(AReader, pulls_triggers_and_issues_commands) {
  int scattered = 0;
  double placed = 0;
  const ofEventListener listener(scatter.newListener([&] { ++scattered; }));
  writer.command("place", "x", [&](const std::vector<double>& a) { placed = a[0]; });
  start();
  EXPECT_TRUE(reader.trigger("scatter"));
  EXPECT_TRUE(reader.command("place", {4.5}));
  reader.parameters().getVoid("scatter").trigger();
  writer.update();
  EXPECT_EQ(scattered, 2) << "by name, and in the panel";
  EXPECT_EQ(placed, 4.5);
}

TEST_F(AReader, mirrors_the_parameters_in_groups) {
  start();
  EXPECT_TRUE(reader.areParametersNew());
  ofParameterGroup& mirror = reader.parameters();
  EXPECT_EQ(mirror.getName(), "flock");
  auto& inner = mirror.getGroup("flocking");
  EXPECT_EQ(inner.getFloat("speed").get(), 1);
  EXPECT_EQ(inner.getFloat("speed").getMax(), 10);
  EXPECT_EQ(inner.getInt("steps").getMax(), 100);
  EXPECT_FALSE(mirror.getBool("paused").get());
  EXPECT_EQ(mirror.getInt("boundary").getMax(), 2);
  EXPECT_TRUE(mirror.contains("scatter"));
  reader.update();
  EXPECT_FALSE(reader.areParametersNew());
}

TEST_F(AReader, syncs_the_parameters_both_ways) {
  start();
  auto& mirrored = reader.parameters().getGroup("flocking").getFloat("speed");
  mirrored = 0.3F;
  turn();
  EXPECT_EQ(speed.get(), 0.3F);
  EXPECT_EQ(mirrored.get(), 0.3F);
  speed = 4;
  turn();
  EXPECT_EQ(mirrored.get(), 4);
  auto& choice = reader.parameters().getInt("boundary");
  choice = 1;
  turn();
  EXPECT_EQ(boundary.get(), 1);
}

TEST_F(AReader, a_name_that_is_a_group_s_as_well_stays_flat) {
  ofParameter<float> wind{"wind", 1, 0, 2};
  ofParameter<glm::vec2> vector{"wind", glm::vec2(0.5F)};
  writer.parameter(wind).parameter(vector);
  start();
  EXPECT_EQ(reader.parameters().getFloat("wind").get(), 1);
  EXPECT_EQ(reader.parameters().getFloat("wind.x").get(), 0.5F);
}

TEST_F(AReader, a_listener_of_a_parameter_may_close_it) {
  start();
  auto& mirrored = reader.parameters().getGroup("flocking").getFloat("speed");
  const ofEventListener listener(mirrored.newListener([&](float&) { reader.close(); }));
  speed = 5;
  writer.update();
  reader.update();
  EXPECT_FALSE(reader.isSetup());
  reader.update();
}

TEST_F(AReader, colours_of_another_number_of_agents_leave_the_mesh) {
  start();
  ofMesh mesh;
  for (int i = 0; i < 2; ++i) mesh.addColor(ofFloatColor(1, 0, 0, 1));
  ASSERT_TRUE(reader.mesh(mesh));
  EXPECT_EQ(mesh.getColors().size(), 2U) << "its own colours";
  points.resize(5);
  writer.publish();
  reader.update();
  ASSERT_TRUE(reader.mesh(mesh));
  EXPECT_EQ(mesh.getVertices().size(), 5U);
  EXPECT_TRUE(mesh.getColors().empty());
}

TEST_F(AReader, moves_and_closes) {
  start();
  ofxWingbeat::Reader moved = std::move(reader);
  reader.update();
  EXPECT_FALSE(reader.isSetup());
  moved.parameters().getGroup("flocking").getFloat("speed") = 2;
  moved.update();
  writer.update();
  EXPECT_EQ(speed.get(), 2);
  moved.close();
  EXPECT_FALSE(moved.isSetup());
  EXPECT_EQ(moved.getFrame(), nullptr);
  EXPECT_TRUE(moved.getFields().empty());
  EXPECT_FALSE(moved.set("flocking.speed", 1.0));
  moved.update();
  EXPECT_EQ(moved.parameters().size(), 0U);
}

TEST_F(AReader, never_throws_out_of_setup) {
  EXPECT_NO_THROW(EXPECT_FALSE(reader.setup("no name at all")));
  EXPECT_EQ(stand_in::log().back().level, OF_LOG_ERROR);
  reader.update();
}
