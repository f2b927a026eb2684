#include "detail/following_reader.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "support/runtime.hpp"

using namespace ofxWingbeat::detail;
using namespace std::chrono_literals;

namespace {

class AFollowingReader : public wbtest::Streams {
 protected:
  AFollowingReader() { wbtest::note_stream("swarm"); }

  std::vector<std::string> said;
  double here = 0;
  int made = 0;
  FollowingReader reader{[this](Level, const std::string& text) { said.push_back(text); },
                         [this](const auto& controls) { return make_knobs(controls); }};

  std::vector<Knob> make_knobs(const std::vector<wb_control_info>& controls) {
    ++made;
    std::vector<Knob> knobs;
    for (const auto& control : controls) {
      if (control.kind != WB_PARAMETER || std::string(control.name) != "speed") continue;
      Knob knob;
      knob.name = control.name;
      knob.get = [this] { return here; };
      knob.set = [this](double value) { here = value; };
      knobs.push_back(knob);
    }
    return knobs;
  }

  static wingbeat::Writer writer(std::uint32_t components = 3) {
    wingbeat::StreamSpec spec("swarm", 4);
    spec.per_agent<float>("position", components).per_agent<double>("velocity", 2).attribute("model", "zones");
    spec.parameter("speed", 1.0, {0, 10}).parameter("steps", 5).parameter("on", true);
    spec.choice("boundary", "open periodic", "open").trigger("reset").command("place", "id x");
    return wingbeat::Writer::create(spec).value();
  }
  static void publish(wingbeat::Writer& writer, float value, std::uint64_t count = 2) {
    auto frame = writer.begin();
    frame.set_count(count);
    for (float& x : frame.span<float>("position")) x = value;
    for (double& x : frame.span<double>("velocity")) x = 2 * static_cast<double>(value);
    frame.publish(1, 0.25);
  }
  // A writer, with a frame if a value is given, that the reader follows.
  wingbeat::Writer connect(std::optional<float> value = {}) {
    auto swarm = writer();
    if (value) publish(swarm, *value);
    EXPECT_TRUE(reader.open("swarm", {}));
    reader.update();
    return swarm;
  }
  // A restart is seen first, its frames in the same update or the next.
  void wait_for_frame() {
    reader.update();
    for (int i = 0; i < 3 && !reader.is_frame_new(); ++i) reader.update();
  }
};

}  // namespace

TEST_F(AFollowingReader, waits_for_a_stream_that_comes_later_and_takes_its_newest_frames) {
  ASSERT_TRUE(reader.open("swarm", {}));
  reader.update();
  EXPECT_FALSE(reader.is_connected());
  EXPECT_FALSE(reader.is_frame_new());
  auto swarm = writer();
  reader.update();
  EXPECT_TRUE(reader.is_connected());
  EXPECT_TRUE(reader.are_controls_new());
  publish(swarm, 9);
  reader.update();
  ASSERT_TRUE(reader.is_frame_new());
  EXPECT_FALSE(reader.are_controls_new());
  EXPECT_EQ(reader.frame()->count(), 2U);
  for (int i = 1; i <= 5; ++i) publish(swarm, static_cast<float>(i));
  reader.update();
  EXPECT_EQ(reader.view("position").as<float>()(0, 0), 5) << "the newest frame";
  reader.update();
  EXPECT_FALSE(reader.is_frame_new());
  EXPECT_NE(reader.frame(), nullptr);
}

TEST_F(AFollowingReader, takes_each_frame_in_turn_if_it_is_asked_to) {
  auto swarm = writer();
  wingbeat::ReaderOptions options;
  options.mode = wingbeat::Mode::every;
  ASSERT_TRUE(reader.open("swarm", options));
  reader.update();
  for (int i = 1; i <= 3; ++i) publish(swarm, static_cast<float>(i));
  for (int i = 1; i <= 3; ++i) {
    reader.update();
    ASSERT_TRUE(reader.is_frame_new());
    EXPECT_EQ(reader.view("position").as<float>()(0, 0), static_cast<float>(i));
  }
}

TEST_F(AFollowingReader, one_lease_is_enough) {
  auto swarm = writer();
  wingbeat::ReaderOptions options;
  options.leases = 1;
  ASSERT_TRUE(reader.open("swarm", options));
  for (int i = 1; i <= 3; ++i) {
    publish(swarm, static_cast<float>(i));
    reader.update();
    EXPECT_TRUE(reader.is_frame_new());
  }
}

TEST_F(AFollowingReader, follows_a_restart_and_keeps_what_is_shown) {
  ASSERT_TRUE(reader.open("swarm", {}));
  {
    auto swarm = writer();
    publish(swarm, 1);
    reader.update();
    ASSERT_TRUE(reader.is_frame_new());
  }
  reader.update();
  EXPECT_FALSE(reader.is_connected());
  ASSERT_NE(reader.frame(), nullptr);
  EXPECT_EQ(reader.view("position").as<float>()(0, 0), 1);
  const int made_before = made;
  auto swarm = writer();
  publish(swarm, 2);
  wait_for_frame();
  EXPECT_EQ(reader.view("position").as<float>()(0, 0), 2);
  EXPECT_TRUE(reader.is_connected());
  EXPECT_EQ(made, made_before) << "the same controls were built anew";
}

TEST_F(AFollowingReader, follows_into_another_schema) {
  ASSERT_TRUE(reader.open("swarm", {}));
  {
    auto swarm = writer();
    publish(swarm, 1);
    reader.update();
  }
  auto swarm = writer(2);
  publish(swarm, 2);
  wait_for_frame();
  ASSERT_TRUE(reader.is_frame_new());
  EXPECT_EQ(reader.view("position").columns, 2U);
  std::size_t count = 0;
  const float* points = reader.points("", count);
  ASSERT_EQ(count, 2U);
  EXPECT_EQ(points[0], 2);
  EXPECT_EQ(points[2], 0);
}

TEST_F(AFollowingReader, other_numbers_are_converted_once_per_frame) {
  auto swarm = connect(3);
  std::size_t count = 0;
  EXPECT_EQ(reader.points("", count), reader.view("position").data) << "three floats are shown in place";
  EXPECT_EQ(reader.points("velocity", count)[0], 6);
  publish(swarm, 4);
  EXPECT_EQ(reader.points("velocity", count)[0], 6);
  reader.update();
  EXPECT_EQ(reader.points("velocity", count)[0], 8);
}

TEST_F(AFollowingReader, says_once_that_there_is_no_such_field) {
  auto swarm = connect(3);
  said.clear();
  EXPECT_TRUE(reader.view("postion").empty());
  EXPECT_TRUE(reader.view("postion").empty());
  ASSERT_EQ(said.size(), 1U);
  EXPECT_NE(said[0].find("it has position velocity"), std::string::npos);
}

TEST_F(AFollowingReader, asks_before_the_first_update_for_what_was_meant) {
  auto swarm = writer();
  ASSERT_TRUE(reader.open("swarm", {}));
  EXPECT_TRUE(reader.set("speed", std::string("2.5")));
  EXPECT_TRUE(reader.set("steps", 7.0));
  EXPECT_TRUE(reader.set("boundary", std::string("periodic")));
  std::vector<double> heard;
  swarm.requests([&](auto& request) { heard.push_back(request.value()); });
  EXPECT_EQ(heard, (std::vector<double>{2.5, 7, 1}));
}

TEST_F(AFollowingReader, asks_a_restarted_stream_in_its_present_types) {
  ASSERT_TRUE(reader.open("swarm", {}));
  {
    auto swarm = writer();
    reader.update();
  }
  wingbeat::StreamSpec spec("swarm", 4);
  spec.per_agent<float>("position", 3).parameter("steps", 0.5);
  auto swarm = wingbeat::Writer::create(spec).value();
  wait_for_frame();
  EXPECT_TRUE(reader.set("steps", 7.0));
  EXPECT_EQ(swarm.requests([](auto& request) { EXPECT_EQ(request.value(), 7); }), 1U);
}

TEST_F(AFollowingReader, says_that_there_is_no_stream_to_ask) {
  EXPECT_FALSE(reader.trigger("reset"));
  EXPECT_NE(said.back().find("call setup() first"), std::string::npos);
  ASSERT_TRUE(reader.open("swarm", {}));
  EXPECT_FALSE(reader.set("boundary", std::string("open")));
  EXPECT_FALSE(reader.set("boundary", std::string("open")));
  ASSERT_EQ(said.size(), 2U);
  EXPECT_NE(said.back().find("'swarm' does not exist yet"), std::string::npos);
}

TEST_F(AFollowingReader, controls_of_the_stream_before_are_told_to_be_gone) {
  wbtest::note_stream("plain");
  auto swarm = writer();
  wingbeat::StreamSpec spec("plain", 4);
  spec.per_agent<float>("position", 3);
  auto plain = wingbeat::Writer::create(spec).value();
  ASSERT_TRUE(reader.open("swarm", {}));
  reader.update();
  EXPECT_TRUE(reader.are_controls_new());
  ASSERT_TRUE(reader.open("plain", {}));
  ASSERT_TRUE(reader.open("plain", {}));
  reader.update();
  EXPECT_TRUE(reader.are_controls_new());
  reader.update();
  EXPECT_FALSE(reader.are_controls_new());
}

TEST_F(AFollowingReader, what_cannot_be_asked_is_false_and_said_once) {
  ASSERT_TRUE(reader.open("swarm", {}));
  EXPECT_FALSE(reader.set("speed", 2.0));
  auto swarm = writer();
  reader.update();
  said.clear();
  EXPECT_FALSE(reader.set("speed", 99.0));
  EXPECT_FALSE(reader.set("speed", 98.0));
  EXPECT_EQ(said.size(), 1U);
  EXPECT_FALSE(reader.set("steps", 1.5));
  EXPECT_FALSE(reader.set("boundary", std::string("round")));
  EXPECT_FALSE(reader.set("nothing", 1.0));
  EXPECT_FALSE(reader.trigger("speed"));
  EXPECT_FALSE(reader.command("place", {1}));
  EXPECT_TRUE(reader.set("speed", 1.0));
}

TEST_F(AFollowingReader, a_refusal_is_said_with_its_reason) {
  auto swarm = connect();
  ASSERT_TRUE(reader.command("place", {1, 2}));
  swarm.requests([](auto& request) { request.refuse("not today"); });
  said.clear();
  reader.update();
  ASSERT_EQ(said.size(), 1U);
  EXPECT_NE(said[0].find("not today"), std::string::npos);
}

TEST_F(AFollowingReader, asks_for_what_the_gui_changed) {
  auto swarm = connect();
  here = 7;
  reader.update();
  reader.update();
  EXPECT_EQ(here, 7) << "it jumped back before the answer came";
  int requests = 0;
  swarm.requests([&](auto& request) {
    ++requests;
    EXPECT_EQ(request.value(), 7);
  });
  EXPECT_EQ(requests, 1);
  reader.update();
  reader.update();
  EXPECT_EQ(here, 7);
  EXPECT_EQ(swarm.requests([](auto&) {}), 0U) << "an echo";
}

TEST_F(AFollowingReader, many_changes_before_an_answer_are_two_requests) {
  auto swarm = connect();
  for (int i = 2; i < 9; ++i) {
    here = i;
    reader.update();
  }
  EXPECT_EQ(swarm.requests([](auto& request) { EXPECT_EQ(request.value(), 2); }), 1U);
  reader.update();
  EXPECT_EQ(swarm.requests([](auto& request) { EXPECT_EQ(request.value(), 8); }), 1U);
}

TEST_F(AFollowingReader, what_was_refused_goes_back) {
  auto swarm = connect();
  here = 7;
  reader.update();
  swarm.requests([](auto& request) { request.refuse("too fast"); });
  reader.update();
  EXPECT_EQ(here, 1);
  here = 99;  // the stream takes at most 10
  reader.update();
  reader.update();
  EXPECT_EQ(here, 1);
}

TEST_F(AFollowingReader, a_restarted_writer_s_values_are_shown) {
  ASSERT_TRUE(reader.open("swarm", {}));
  {
    auto swarm = writer();
    reader.update();
    ASSERT_TRUE(swarm.set_parameter("speed", 4.0));
    reader.update();
    EXPECT_EQ(here, 4);
  }
  auto swarm = writer();
  for (int i = 0; i < 3; ++i) reader.update();
  EXPECT_EQ(here, 1);
  EXPECT_EQ(swarm.requests([](auto&) {}), 0U);
}
