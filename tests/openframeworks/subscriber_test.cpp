#include "ofxWingbeatSubscriber.h"

#include <gtest/gtest.h>

#include "ofxWingbeatPublisher.h"
#include "support/runtime.hpp"

namespace {

class ASubscriber : public wbtest::Streams {
 protected:
  ASubscriber() {
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
  ofxWingbeat::Publisher publisher;
  ofxWingbeat::Subscriber subscriber;

  void start() {
    publisher.field("position", points).parameters(all).choices(boundary, "open periodic reflecting");
    publisher.attribute("model", "zones");
    ASSERT_TRUE(publisher.setup("flock", 10));
    ASSERT_TRUE(subscriber.setup("flock"));
    publisher.publish(7, 0.5);
    subscriber.update();
  }
  // Both loops, until requests and their answers have come through.
  void turn() {
    for (int i = 0; i < 3; ++i) publisher.update(), subscriber.update();
  }
};

}  // namespace

TEST_F(ASubscriber, waits_and_then_sees) {
  ASSERT_TRUE(subscriber.setup("flock"));
  subscriber.update();
  EXPECT_FALSE(subscriber.isFrameNew());
  EXPECT_FALSE(subscriber.isConnected());
  EXPECT_FALSE(subscriber.hasFrame());
  EXPECT_EQ(subscriber.getCount(), 0U);
  EXPECT_EQ(subscriber.getPlace(), "");
  EXPECT_TRUE(subscriber.points().empty());
  start();
  EXPECT_TRUE(subscriber.isFrameNew());
  EXPECT_TRUE(subscriber.isConnected());
  EXPECT_EQ(subscriber.getCount(), 2U);
  EXPECT_EQ(subscriber.getStep(), 7U);
  EXPECT_EQ(subscriber.getTime(), 0.5);
  EXPECT_EQ(subscriber.getSeq(), 1U);
  EXPECT_EQ(subscriber.getPlace(), "position");
  EXPECT_EQ(subscriber.getAttribute("model"), "zones");
  EXPECT_EQ(subscriber.getFields().size(), 1U);
  EXPECT_EQ(subscriber.getReceived(), 1U);
}

TEST_F(ASubscriber, shows_points_in_place_and_copies_them) {
  start();
  const auto seen = subscriber.points();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[1], glm::vec3(4, 5, 6));
  EXPECT_EQ(static_cast<const void*>(seen.data()), subscriber.getFrame()->span<float>("position").data());
  std::vector<glm::vec3> copy;
  EXPECT_TRUE(subscriber.points(copy));
  EXPECT_EQ(copy, points);
  EXPECT_EQ(subscriber.array("position")(1, 0), 4);
}

TEST_F(ASubscriber, says_once_that_a_field_has_another_type) {
  start();
  stand_in::log().clear();
  EXPECT_EQ(subscriber.array<double>("position").rows(), 0U);
  EXPECT_EQ(subscriber.array<double>("position").rows(), 0U);
  ASSERT_EQ(stand_in::log().size(), 1U);
  EXPECT_NE(stand_in::log()[0].message.find("holds f32, not f64"), std::string::npos);
}

TEST_F(ASubscriber, fills_a_mesh_and_leaves_its_mode) {
  const std::vector<ofFloatColor> colors{ofFloatColor(1, 0, 0, 1), ofFloatColor(0, 1, 0, 0.5F)};
  publisher.field("color", colors);
  start();
  ofMesh mesh;
  mesh.setMode(OF_PRIMITIVE_POINTS);
  ASSERT_TRUE(subscriber.mesh(mesh));
  EXPECT_EQ(mesh.getVertices(), points);
  ASSERT_EQ(mesh.getColors().size(), 2U);
  EXPECT_EQ(mesh.getColors()[1].a, 0.5F);
  EXPECT_EQ(mesh.getMode(), OF_PRIMITIVE_POINTS);
}

TEST_F(ASubscriber, takes_a_mesh_s_colours_from_interleaved_vertices) {
  const std::vector<std::array<float, 7>> vertices{{1, 2, 3, 0.1F, 0.2F, 0.3F, 0.4F},
                                                   {4, 5, 6, 0.5F, 0.6F, 0.7F, 0.8F}};
  publisher.field("vertex", vertices);
  start();
  ofMesh mesh;
  ASSERT_TRUE(subscriber.mesh(mesh, "vertex"));
  EXPECT_EQ(mesh.getVertices()[1], glm::vec3(4, 5, 6));
  EXPECT_EQ(mesh.getColors()[1].r, 0.5F);
}

TEST_F(ASubscriber, fills_a_polyline_and_leaves_it_closed) {
  start();
  ofPolyline line;
  line.setClosed(true);
  ASSERT_TRUE(subscriber.polyline(line));
  EXPECT_EQ(line.getVertices(), points);
  EXPECT_TRUE(line.isClosed());
}

TEST_F(ASubscriber, what_there_is_not_is_false) {
  start();
  ofMesh mesh;
  ofPolyline line;
  ofVbo vbo;
  EXPECT_FALSE(subscriber.mesh(mesh, "nothing"));
  EXPECT_FALSE(subscriber.polyline(line, "nothing"));
  EXPECT_FALSE(subscriber.vbo(vbo, "nothing"));
}

TEST_F(ASubscriber, steers) {
  start();
  EXPECT_TRUE(subscriber.set("flocking.speed", 2.5));
  EXPECT_TRUE(subscriber.set("flocking.steps", 0 + 7));
  EXPECT_TRUE(subscriber.set("paused", true));
  EXPECT_TRUE(subscriber.set("boundary", "reflecting"));
  EXPECT_FALSE(subscriber.set("flocking.speed", 0 - 1));
  publisher.update();
  EXPECT_EQ(speed.get(), 2.5F);
  EXPECT_EQ(steps.get(), 7);
  EXPECT_TRUE(paused.get());
  EXPECT_EQ(boundary.get(), 2);
  EXPECT_EQ(subscriber.get("flocking.steps"), 7);
}

TEST_F(ASubscriber, pulls_triggers_and_issues_commands) {
  int scattered = 0;
  double placed = 0;
  const ofEventListener listener(scatter.newListener([&] { ++scattered; }));
  publisher.command("place", "x", [&](const std::vector<double>& a) { placed = a[0]; });
  start();
  EXPECT_TRUE(subscriber.trigger("scatter"));
  EXPECT_TRUE(subscriber.command("place", {4.5}));
  publisher.update();
  EXPECT_EQ(scattered, 1);
  EXPECT_EQ(placed, 4.5);
}

TEST_F(ASubscriber, mirrors_the_parameters_in_groups) {
  start();
  EXPECT_TRUE(subscriber.areParametersNew());
  ofParameterGroup& mirror = subscriber.parameters();
  EXPECT_EQ(mirror.getName(), "flock");
  auto& inner = mirror.getGroup("flocking");
  EXPECT_EQ(inner.getFloat("speed").get(), 1);
  EXPECT_EQ(inner.getFloat("speed").getMax(), 10);
  EXPECT_EQ(inner.getInt("steps").getMax(), 100);
  EXPECT_FALSE(mirror.getBool("paused").get());
  EXPECT_EQ(mirror.getInt("boundary").getMax(), 2);
  EXPECT_TRUE(mirror.contains("scatter"));
  subscriber.update();
  EXPECT_FALSE(subscriber.areParametersNew());
}

TEST_F(ASubscriber, syncs_the_parameters_both_ways) {
  start();
  auto& mirrored = subscriber.parameters().getGroup("flocking").getFloat("speed");
  mirrored = 0.3F;
  turn();
  EXPECT_EQ(speed.get(), 0.3F);
  EXPECT_EQ(mirrored.get(), 0.3F);
  speed = 4;
  turn();
  EXPECT_EQ(mirrored.get(), 4);
  auto& choice = subscriber.parameters().getInt("boundary");
  choice = 1;
  turn();
  EXPECT_EQ(boundary.get(), 1);
}

TEST_F(ASubscriber, a_trigger_in_the_panel_is_pulled_over_there) {
  int scattered = 0;
  const ofEventListener listener(scatter.newListener([&] { ++scattered; }));
  start();
  subscriber.parameters().getVoid("scatter").trigger();
  publisher.update();
  EXPECT_EQ(scattered, 1);
}

TEST_F(ASubscriber, a_name_that_is_a_group_s_as_well_stays_flat) {
  ofParameter<float> wind{"wind", 1, 0, 2};
  ofParameter<glm::vec2> vector{"wind", glm::vec2(0.5F)};
  publisher.parameter(wind).parameter(vector);
  start();
  EXPECT_EQ(subscriber.parameters().getFloat("wind").get(), 1);
  EXPECT_EQ(subscriber.parameters().getFloat("wind.x").get(), 0.5F);
}

TEST_F(ASubscriber, a_listener_of_a_parameter_may_close_it) {
  start();
  auto& mirrored = subscriber.parameters().getGroup("flocking").getFloat("speed");
  const ofEventListener listener(mirrored.newListener([&](float&) { subscriber.close(); }));
  speed = 5;
  publisher.update();
  subscriber.update();
  EXPECT_FALSE(subscriber.isSetup());
  subscriber.update();
}

TEST_F(ASubscriber, colours_of_another_number_of_agents_leave_the_mesh) {
  start();
  ofMesh mesh;
  for (int i = 0; i < 2; ++i) mesh.addColor(ofFloatColor(1, 0, 0, 1));
  ASSERT_TRUE(subscriber.mesh(mesh));
  EXPECT_EQ(mesh.getColors().size(), 2U) << "its own colours";
  points.resize(5);
  publisher.publish();
  subscriber.update();
  ASSERT_TRUE(subscriber.mesh(mesh));
  EXPECT_EQ(mesh.getVertices().size(), 5U);
  EXPECT_TRUE(mesh.getColors().empty());
}

TEST_F(ASubscriber, moves_and_closes) {
  start();
  ofxWingbeat::Subscriber moved = std::move(subscriber);
  subscriber.update();
  EXPECT_FALSE(subscriber.isSetup());
  moved.parameters().getGroup("flocking").getFloat("speed") = 2;
  moved.update();
  publisher.update();
  EXPECT_EQ(speed.get(), 2);
  moved.close();
  EXPECT_FALSE(moved.isSetup());
  EXPECT_EQ(moved.parameters().size(), 0U);
}

TEST_F(ASubscriber, never_throws_out_of_setup) {
  EXPECT_NO_THROW(EXPECT_FALSE(subscriber.setup("no name at all")));
  EXPECT_EQ(stand_in::log().back().level, OF_LOG_ERROR);
  subscriber.update();
}
