#include "detail/subscription.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "support/runtime.hpp"

using namespace ofxWingbeat::detail;
using namespace std::chrono_literals;

namespace {

class ASubscription : public wbtest::Streams {
 protected:
  ASubscription() { wbtest::note_stream("swarm"); }

  std::vector<std::string> said;
  double here = 0;
  int made = 0;
  Subscription subscription{[this](Level, const std::string& text) { said.push_back(text); },
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
  // A restart is seen first, its frames in the same update or the next.
  void wait_for_frame() {
    subscription.update();
    for (int i = 0; i < 3 && !subscription.is_frame_new(); ++i) subscription.update();
  }
};

}  // namespace

TEST_F(ASubscription, waits_for_a_stream_that_comes_later) {
  ASSERT_TRUE(subscription.open("swarm", {}));
  subscription.update();
  EXPECT_FALSE(subscription.is_connected());
  EXPECT_FALSE(subscription.is_frame_new());
  auto swarm = writer();
  subscription.update();
  EXPECT_TRUE(subscription.is_connected());
  EXPECT_TRUE(subscription.are_controls_new());
  publish(swarm, 5);
  subscription.update();
  ASSERT_TRUE(subscription.is_frame_new());
  EXPECT_FALSE(subscription.are_controls_new());
  EXPECT_EQ(subscription.frame()->count(), 2U);
  subscription.update();
  EXPECT_FALSE(subscription.is_frame_new());
  EXPECT_NE(subscription.frame(), nullptr);
}

TEST_F(ASubscription, takes_the_newest_frame) {
  auto swarm = writer();
  ASSERT_TRUE(subscription.open("swarm", {}));
  for (int i = 1; i <= 5; ++i) publish(swarm, static_cast<float>(i));
  subscription.update();
  EXPECT_EQ(subscription.view("position").as<float>()(0, 0), 5);
}

TEST_F(ASubscription, takes_each_frame_in_turn_if_it_is_asked_to) {
  auto swarm = writer();
  wingbeat::ReaderOptions options;
  options.mode = wingbeat::Mode::every;
  ASSERT_TRUE(subscription.open("swarm", options));
  subscription.update();
  for (int i = 1; i <= 3; ++i) publish(swarm, static_cast<float>(i));
  for (int i = 1; i <= 3; ++i) {
    subscription.update();
    ASSERT_TRUE(subscription.is_frame_new());
    EXPECT_EQ(subscription.view("position").as<float>()(0, 0), static_cast<float>(i));
  }
}

TEST_F(ASubscription, one_lease_is_enough) {
  auto swarm = writer();
  wingbeat::ReaderOptions options;
  options.leases = 1;
  ASSERT_TRUE(subscription.open("swarm", options));
  for (int i = 1; i <= 3; ++i) {
    publish(swarm, static_cast<float>(i));
    subscription.update();
    EXPECT_TRUE(subscription.is_frame_new());
  }
}

TEST_F(ASubscription, follows_a_restart_and_keeps_what_is_shown) {
  ASSERT_TRUE(subscription.open("swarm", {}));
  {
    auto swarm = writer();
    publish(swarm, 1);
    subscription.update();
    ASSERT_TRUE(subscription.is_frame_new());
  }
  subscription.update();
  EXPECT_FALSE(subscription.is_connected());
  ASSERT_NE(subscription.frame(), nullptr);
  EXPECT_EQ(subscription.view("position").as<float>()(0, 0), 1);
  const int made_before = made;
  auto swarm = writer();
  publish(swarm, 2);
  wait_for_frame();
  EXPECT_EQ(subscription.view("position").as<float>()(0, 0), 2);
  EXPECT_TRUE(subscription.is_connected());
  EXPECT_EQ(made, made_before) << "the same controls were built anew";
}

TEST_F(ASubscription, follows_into_another_schema) {
  ASSERT_TRUE(subscription.open("swarm", {}));
  {
    auto swarm = writer();
    publish(swarm, 1);
    subscription.update();
  }
  auto swarm = writer(2);
  publish(swarm, 2);
  wait_for_frame();
  ASSERT_TRUE(subscription.is_frame_new());
  EXPECT_EQ(subscription.view("position").columns, 2U);
  std::size_t count = 0;
  const float* points = subscription.points("", count);
  ASSERT_EQ(count, 2U);
  EXPECT_EQ(points[0], 2);
  EXPECT_EQ(points[2], 0);
}

TEST_F(ASubscription, three_floats_are_shown_in_place) {
  auto swarm = writer();
  publish(swarm, 3);
  ASSERT_TRUE(subscription.open("swarm", {}));
  subscription.update();
  std::size_t count = 0;
  EXPECT_EQ(subscription.points("", count), subscription.view("position").data);
}

TEST_F(ASubscription, other_numbers_are_converted_once_per_frame) {
  auto swarm = writer();
  publish(swarm, 3);
  ASSERT_TRUE(subscription.open("swarm", {}));
  subscription.update();
  std::size_t count = 0;
  EXPECT_EQ(subscription.points("velocity", count)[0], 6);
  publish(swarm, 4);
  EXPECT_EQ(subscription.points("velocity", count)[0], 6);
  subscription.update();
  EXPECT_EQ(subscription.points("velocity", count)[0], 8);
}

TEST_F(ASubscription, says_once_that_there_is_no_such_field) {
  auto swarm = writer();
  publish(swarm, 3);
  ASSERT_TRUE(subscription.open("swarm", {}));
  subscription.update();
  said.clear();
  EXPECT_TRUE(subscription.view("postion").empty());
  EXPECT_TRUE(subscription.view("postion").empty());
  ASSERT_EQ(said.size(), 1U);
  EXPECT_NE(said[0].find("it has position velocity"), std::string::npos);
}

TEST_F(ASubscription, knows_attributes) {
  auto swarm = writer();
  ASSERT_TRUE(subscription.open("swarm", {}));
  subscription.update();
  EXPECT_EQ(subscription.attribute("model"), "zones");
  EXPECT_EQ(subscription.attribute("nothing"), "");
}

TEST_F(ASubscription, asks_in_the_parameter_s_own_type) {
  auto swarm = writer();
  ASSERT_TRUE(subscription.open("swarm", {}));
  subscription.update();
  EXPECT_TRUE(subscription.set("speed", 2.0));
  EXPECT_TRUE(subscription.set("steps", 7.0));
  EXPECT_TRUE(subscription.set("on", 0.0));
  EXPECT_TRUE(subscription.set("boundary", std::string("periodic")));
  EXPECT_TRUE(subscription.trigger("reset"));
  EXPECT_TRUE(subscription.command("place", {1, 2}));
  std::vector<std::string> heard;
  swarm.requests([&](auto& request) { heard.emplace_back(request.name()); });
  EXPECT_EQ(heard.size(), 6U);
  EXPECT_EQ(subscription.get("steps", 0), 7);
  EXPECT_EQ(subscription.get("on", 1), 0);
  EXPECT_EQ(subscription.get("boundary", 0), 1);
  EXPECT_EQ(subscription.get("nothing", 42), 42);
}

TEST_F(ASubscription, asks_before_the_first_update_for_what_was_meant) {
  auto swarm = writer();
  ASSERT_TRUE(subscription.open("swarm", {}));
  EXPECT_TRUE(subscription.set("speed", std::string("2.5")));
  EXPECT_TRUE(subscription.set("steps", 7.0));
  EXPECT_TRUE(subscription.set("boundary", std::string("periodic")));
  std::vector<double> heard;
  swarm.requests([&](auto& request) { heard.push_back(request.value()); });
  EXPECT_EQ(heard, (std::vector<double>{2.5, 7, 1}));
}

TEST_F(ASubscription, asks_a_restarted_stream_in_its_present_types) {
  ASSERT_TRUE(subscription.open("swarm", {}));
  {
    auto swarm = writer();
    subscription.update();
  }
  wingbeat::StreamSpec spec("swarm", 4);
  spec.per_agent<float>("position", 3).parameter("steps", 0.5);
  auto swarm = wingbeat::Writer::create(spec).value();
  wait_for_frame();
  EXPECT_TRUE(subscription.set("steps", 7.0));
  EXPECT_EQ(swarm.requests([](auto& request) { EXPECT_EQ(request.value(), 7); }), 1U);
}

TEST_F(ASubscription, says_that_there_is_no_stream_to_ask) {
  EXPECT_FALSE(subscription.trigger("reset"));
  EXPECT_NE(said.back().find("no setup()"), std::string::npos);
  ASSERT_TRUE(subscription.open("swarm", {}));
  EXPECT_FALSE(subscription.set("boundary", std::string("open")));
  EXPECT_FALSE(subscription.set("boundary", std::string("open")));
  ASSERT_EQ(said.size(), 2U);
  EXPECT_NE(said.back().find("'swarm' is not there yet"), std::string::npos);
}

TEST_F(ASubscription, controls_of_the_stream_before_are_told_to_be_gone) {
  wbtest::note_stream("plain");
  auto swarm = writer();
  wingbeat::StreamSpec spec("plain", 4);
  spec.per_agent<float>("position", 3);
  auto plain = wingbeat::Writer::create(spec).value();
  ASSERT_TRUE(subscription.open("swarm", {}));
  subscription.update();
  EXPECT_TRUE(subscription.are_controls_new());
  ASSERT_TRUE(subscription.open("plain", {}));
  ASSERT_TRUE(subscription.open("plain", {}));
  subscription.update();
  EXPECT_TRUE(subscription.are_controls_new());
  subscription.update();
  EXPECT_FALSE(subscription.are_controls_new());
}

TEST_F(ASubscription, what_cannot_be_asked_is_false_and_said_once) {
  ASSERT_TRUE(subscription.open("swarm", {}));
  EXPECT_FALSE(subscription.set("speed", 2.0));
  auto swarm = writer();
  subscription.update();
  said.clear();
  EXPECT_FALSE(subscription.set("speed", 99.0));
  EXPECT_FALSE(subscription.set("speed", 98.0));
  EXPECT_EQ(said.size(), 1U);
  EXPECT_FALSE(subscription.set("steps", 1.5));
  EXPECT_FALSE(subscription.set("boundary", std::string("round")));
  EXPECT_FALSE(subscription.set("nothing", 1.0));
  EXPECT_FALSE(subscription.trigger("speed"));
  EXPECT_FALSE(subscription.command("place", {1}));
  EXPECT_TRUE(subscription.set("speed", 1.0));
}

TEST_F(ASubscription, a_refusal_is_said_with_its_reason) {
  auto swarm = writer();
  ASSERT_TRUE(subscription.open("swarm", {}));
  subscription.update();
  ASSERT_TRUE(subscription.command("place", {1, 2}));
  swarm.requests([](auto& request) { request.refuse("not today"); });
  said.clear();
  subscription.update();
  ASSERT_EQ(said.size(), 1U);
  EXPECT_NE(said[0].find("not today"), std::string::npos);
}

TEST_F(ASubscription, shows_the_writer_s_value_and_follows_it) {
  auto swarm = writer();
  ASSERT_TRUE(subscription.open("swarm", {}));
  subscription.update();
  EXPECT_EQ(here, 1);
  ASSERT_TRUE(swarm.set_parameter("speed", 4.0));
  subscription.update();
  EXPECT_EQ(here, 4);
}

TEST_F(ASubscription, asks_for_what_the_gui_changed) {
  auto swarm = writer();
  ASSERT_TRUE(subscription.open("swarm", {}));
  subscription.update();
  here = 7;
  subscription.update();
  subscription.update();
  EXPECT_EQ(here, 7) << "it jumped back before the answer came";
  int requests = 0;
  swarm.requests([&](auto& request) {
    ++requests;
    EXPECT_EQ(request.value(), 7);
  });
  EXPECT_EQ(requests, 1);
  subscription.update();
  subscription.update();
  EXPECT_EQ(here, 7);
  EXPECT_EQ(swarm.requests([](auto&) {}), 0U) << "an echo";
}

TEST_F(ASubscription, many_changes_before_an_answer_are_two_requests) {
  auto swarm = writer();
  ASSERT_TRUE(subscription.open("swarm", {}));
  subscription.update();
  for (int i = 2; i < 9; ++i) {
    here = i;
    subscription.update();
  }
  EXPECT_EQ(swarm.requests([](auto& request) { EXPECT_EQ(request.value(), 2); }), 1U);
  subscription.update();
  EXPECT_EQ(swarm.requests([](auto& request) { EXPECT_EQ(request.value(), 8); }), 1U);
}

TEST_F(ASubscription, what_was_refused_goes_back) {
  auto swarm = writer();
  ASSERT_TRUE(subscription.open("swarm", {}));
  subscription.update();
  here = 7;
  subscription.update();
  swarm.requests([](auto& request) { request.refuse("too fast"); });
  subscription.update();
  EXPECT_EQ(here, 1);
  here = 99;  // the stream takes at most 10
  subscription.update();
  subscription.update();
  EXPECT_EQ(here, 1);
}

TEST_F(ASubscription, a_restarted_writer_s_values_are_shown) {
  ASSERT_TRUE(subscription.open("swarm", {}));
  {
    auto swarm = writer();
    subscription.update();
    ASSERT_TRUE(swarm.set_parameter("speed", 4.0));
    subscription.update();
    EXPECT_EQ(here, 4);
  }
  auto swarm = writer();
  for (int i = 0; i < 3; ++i) subscription.update();
  EXPECT_EQ(here, 1);
  EXPECT_EQ(swarm.requests([](auto&) {}), 0U);
}

TEST_F(ASubscription, closed_it_holds_nothing) {
  auto swarm = writer();
  publish(swarm, 1);
  ASSERT_TRUE(subscription.open("swarm", {}));
  subscription.update();
  subscription.close();
  EXPECT_EQ(subscription.frame(), nullptr);
  EXPECT_TRUE(subscription.fields().empty());
  EXPECT_FALSE(subscription.set("speed", 1.0));
  subscription.update();
}

TEST_F(ASubscription, a_name_that_cannot_be_is_an_error) {
  EXPECT_FALSE(subscription.open("no spaces", {}));
  EXPECT_EQ(said.size(), 1U);
}
