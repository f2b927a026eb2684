#include <gtest/gtest.h>

#include <cmath>

#include "ofApp.h"
#include "support/runtime.hpp"

namespace {

class AViewer : public wbtest::Streams {
 protected:
  AViewer() {
    wbtest::note_stream("one");
    wbtest::note_stream("two");
    stand_in::loop().frame = 0;
    stand_in::texts().clear();
    stand_in::stage() = {};
  }

  ofApp app;
  std::vector<glm::vec3> points{{0, 0, 0}, {10, 0, 0}}, velocities{{1, 1, 1}, {2, 2, 2}};
  ofParameter<float> speed{"speed", 1, 0, 10};
  ofxWingbeat::Writer one, two;

  void start_one() {
    one.field("velocity", velocities).field("position", points).parameter(speed);
    ASSERT_TRUE(one.setup("one"));
  }
  void turn(int frames = 61) {
    for (int i = 0; i < frames; ++i) {
      if (one.isSetup()) one.update(), one.publish();
      if (two.isSetup()) two.update(), two.publish();
      stand_in::turn(app);
    }
  }
  // The line that says what is shown.
  static std::string line() {
    const auto& texts = stand_in::texts();
    return texts.size() < 2 ? "" : texts[texts.size() - 2];
  }
};

}  // namespace

TEST_F(AViewer, waits_for_any_stream) {
  app.setup();
  turn(2);
  EXPECT_NE(line().find("no stream"), std::string::npos);
  start_one();
  turn();
  EXPECT_EQ(app.reader.getName(), "one");
  EXPECT_NE(line().find("one.position"), std::string::npos) << line();
  EXPECT_NE(line().find("2 agents"), std::string::npos);
  EXPECT_EQ(app.vbo.lastDrawn(), 2);
  EXPECT_EQ(app.camera.getDistance(), 12);
}

TEST_F(AViewer, waits_for_the_stream_it_was_asked_for) {
  ofApp named("two");
  start_one();
  named.setup();
  one.publish();
  stand_in::turn(named);
  EXPECT_FALSE(named.reader.hasFrame());
  EXPECT_EQ(named.reader.getName(), "two");
}

TEST_F(AViewer, keys_choose_field_and_stream) {
  start_one();
  two.field("dots", points);
  ASSERT_TRUE(two.setup("two"));
  app.setup();
  turn();
  app.keyPressed(OF_KEY_DOWN);
  turn(1);
  EXPECT_EQ(app.field, "velocity");
  EXPECT_EQ(app.vbo.position().at(1, 0), 2);
  app.keyPressed(OF_KEY_RIGHT);
  turn(2);
  EXPECT_NE(line().find("two.dots"), std::string::npos) << line();
  app.keyPressed(OF_KEY_RIGHT);
  turn(2);
  EXPECT_EQ(app.reader.getName(), "one");
  EXPECT_TRUE(app.panel.getParameter().castGroup().contains("speed"));
  EXPECT_TRUE(app.reader.parameters().contains("speed"));
  app.keyPressed('f');
  app.keyPressed('g');
  EXPECT_FALSE(app.drawPanel);
}

TEST_F(AViewer, draws_the_panel_once_it_has_something_to_show) {
  app.setup();
  turn(2);
  EXPECT_EQ(stand_in::stage().drawn.panels, 0U);
  start_one();
  turn();
  EXPECT_GT(stand_in::stage().drawn.panels, 0U);
  EXPECT_EQ(stand_in::stage().drawn.unfinished_panels, 0U);
}

TEST_F(AViewer, counts_what_it_skipped) {
  start_one();
  app.setup();
  turn(5);
  for (int i = 0; i < 4; ++i) one.publish();
  turn(1);
  EXPECT_EQ(app.skipped, 4U);
}

TEST_F(AViewer, says_that_a_stream_has_ended_and_goes_on_with_the_next) {
  start_one();
  app.setup();
  turn();
  one.close();
  turn(2);
  EXPECT_NE(line().find("has ended"), std::string::npos) << line();
  start_one();
  turn(3);
  EXPECT_EQ(line().find("has ended"), std::string::npos) << line();
}

TEST_F(AViewer, shows_nothing_of_the_stream_before) {
  start_one();
  const std::vector<float> heat(50);
  two.field("heat", heat);
  ASSERT_TRUE(two.setup("two"));
  app.setup();
  turn();
  ASSERT_EQ(app.reader.getName(), "one");
  app.keyPressed(OF_KEY_RIGHT);
  turn(3);
  EXPECT_NE(line().find("two.nothing to draw"), std::string::npos) << line();
  EXPECT_FALSE(app.vbo.getIsAllocated());
  EXPECT_FALSE(app.panel.getParameter().castGroup().contains("speed"));
}
