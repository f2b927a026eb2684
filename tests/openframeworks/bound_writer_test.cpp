#include "detail/bound_writer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <stdexcept>

#include "support/runtime.hpp"

using namespace ofxWingbeat::detail;
using namespace std::chrono_literals;

namespace {

struct Agent {
  std::array<float, 3> position;
  std::int32_t kind;
};

class ABoundWriter : public wbtest::Streams {
 protected:
  ABoundWriter() { wbtest::note_stream("flock"); }

  std::vector<Agent> agents{{{1, 2, 3}, 7}, {{4, 5, 6}, 8}};
  std::vector<std::string> said;
  BoundWriter writer{[this](Level, const std::string& text) { said.push_back(text); }};
  double speed = 1;

  template <class T>
  FieldDescription field(const std::string& name, T Agent::*member) {
    return {name, "m", "", Numbers<T>::type, Numbers<T>::count, true, [this, member] {
              return Rows{&(agents.front().*member), sizeof(Agent), agents.size()};
            }};
  }
  Knob knob() {
    Knob knob;
    knob.name = "speed";
    knob.maximum = 10;
    knob.get = [this] { return speed; };
    knob.set = [this](double value) { speed = value; };
    return knob;
  }
  bool open(std::size_t capacity = 0) {
    writer.add_field(field("position", &Agent::position));
    writer.add_field(field("kind", &Agent::kind));
    return writer.open("flock", capacity, {knob()}, {});
  }
  // A stream has at least one field.
  bool open_with(std::vector<Knob> knobs) {
    writer.add_field(field("position", &Agent::position));
    return writer.open("flock", 0, std::move(knobs), {});
  }
  bool publish() { return writer.publish(1, 0.5, nullptr); }

  static wingbeat::Reader reader() {
    auto reader = wingbeat::Reader::open("flock").value();
    reader.attach(0ns).value();
    return reader;
  }
  // The answer to a reader that sets the speed.
  wingbeat::Receipt request_speed(double value) {
    auto asking = reader();
    auto sent = asking.set("speed", value);
    writer.update();
    return sent.wait(0ns).value();
  }
  static double published_speed() {
    auto looking = reader();
    return looking.parameter<double>("speed").value();
  }
  static std::uint64_t count_published() {
    auto looking = reader();
    return looking.wait(1s).count();
  }
  static wingbeat::Receipt answer(wingbeat::SentRequest sent) { return sent.wait(0ns).value(); }
};

}  // namespace

TEST_F(ABoundWriter, shows_the_first_agents_when_there_are_too_many_and_says_so_once) {
  ASSERT_TRUE(open(1));
  said.clear();
  ASSERT_TRUE(publish());
  ASSERT_TRUE(publish());
  EXPECT_EQ(count_published(), 1U);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_NE(said[0].find("larger capacity"), std::string::npos);
}

TEST_F(ABoundWriter, makes_no_frame_of_fields_that_disagree) {
  std::size_t others = 1;
  writer.add_field(field("position", &Agent::position));
  writer.add_field({"heat", "", "", WB_F32, 1, true, [&] { return Rows{&agents[0], sizeof(Agent), others}; }});
  ASSERT_TRUE(writer.open("flock", 4, {}, {}));
  EXPECT_FALSE(publish());
  EXPECT_NE(said.back().find("'heat' has 1"), std::string::npos);
  others = 2;
  EXPECT_TRUE(publish());
}

TEST_F(ABoundWriter, a_fill_that_throws_gives_the_frame_back) {
  ASSERT_TRUE(open());
  EXPECT_FALSE(writer.publish(1, 0, [](wingbeat::Slot&) { throw std::runtime_error("no force today"); }));
  EXPECT_NE(said.back().find("no force today"), std::string::npos);
  EXPECT_TRUE(publish());
}

TEST_F(ABoundWriter, what_fills_a_frame_can_neither_open_nor_close_its_stream) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(writer.publish(1, 0, [this](wingbeat::Slot& frame) {
    EXPECT_FALSE(writer.open("flock", 9, {}, {}));
    EXPECT_NE(said.back().find("setup() within publish()"), std::string::npos);
    EXPECT_FALSE(writer.close());
    EXPECT_NE(said.back().find("close() within publish()"), std::string::npos);
    EXPECT_FALSE(publish());
    frame.span<int>("kind")[0] = 3;
  }));
  auto looking = reader();
  auto frame = looking.wait(1s);
  EXPECT_EQ(frame.span<int>("kind")[0], 3);
  EXPECT_EQ(writer.frames(), 1U);
  EXPECT_TRUE(writer.close());
}

TEST_F(ABoundWriter, what_a_listener_made_of_a_request_readers_see) {
  Knob clamped = knob();
  clamped.set = [this](double value) { speed = value > 2 ? 2 : value; };
  ASSERT_TRUE(open_with({clamped}));
  EXPECT_TRUE(request_speed(9).applied());
  EXPECT_EQ(published_speed(), 2);
}

TEST_F(ABoundWriter, a_knob_that_rounds_makes_no_echo) {
  Knob coarse = knob();
  coarse.get = [this] { return widened(static_cast<float>(speed)); };
  coarse.nearest = [](double value) { return widened(static_cast<float>(value)); };
  ASSERT_TRUE(open_with({coarse}));
  EXPECT_TRUE(request_speed(1.0 / 3).applied());
  writer.update();
  EXPECT_EQ(published_speed(), 1.0 / 3);
}

TEST_F(ABoundWriter, an_act_may_open_the_stream_anew) {
  writer.add_trigger("grow", "", [this] {
    agents.resize(5);
    writer.open("flock", 0, {knob()}, {});
  });
  writer.add_field(field("position", &Agent::position));
  ASSERT_TRUE(writer.open("flock", 0, {}, {}));
  auto asking = reader();
  auto first = asking.trigger("grow"), second = asking.trigger("grow");
  writer.update();
  ASSERT_TRUE(publish());
  EXPECT_EQ(answer(std::move(second)).status, WB_WAS_RESTARTED);
  EXPECT_EQ(count_published(), 5U);
}

TEST_F(ABoundWriter, a_listener_may_open_the_stream_anew) {
  Knob count = knob();
  count.set = [this, text = std::string("long enough for a place of its own in memory")](double value) {
    agents.resize(static_cast<std::size_t>(value));
    writer.open("flock", 0, {knob()}, {});
    said.push_back(text);
  };
  ASSERT_TRUE(open_with({count}));
  auto asking = reader();
  auto sent = asking.set("speed", 7.0);
  writer.update();
  EXPECT_EQ(said.back(), "long enough for a place of its own in memory");
  ASSERT_TRUE(publish());
  EXPECT_EQ(count_published(), 7U);
}

TEST_F(ABoundWriter, a_command_may_close_the_stream_and_still_answer) {
  writer.add_command("quit", "", "",
                     [this, text = std::string("long enough for a place of its own in memory")](const auto&) {
                       writer.close();
                       return text;
                     });
  ASSERT_TRUE(open_with({knob()}));
  auto asking = reader();
  auto sent = asking.command("quit", {}), after = asking.set("speed", 3.0);
  writer.update();
  EXPECT_EQ(writer.get(), nullptr);
  EXPECT_EQ(speed, 1);
}

TEST_F(ABoundWriter, what_comes_after_open_is_said_and_leaves_the_stream_as_it_is) {
  ASSERT_TRUE(open());
  said.clear();
  writer.add_field({"late", "", "", WB_F32, 1, true, [] { return Rows{}; }});
  writer.add_trigger("late", "", [] {});
  writer.add_command("late", "", "", [](const auto&) { return std::string(); });
  writer.add_attribute("late", "yes");
  EXPECT_EQ(said.size(), 4U);
  EXPECT_TRUE(publish());
}

TEST_F(ABoundWriter, agents_that_cannot_be_counted_are_an_error_and_no_more) {
  bool knows = false;
  writer.add_field({"position", "", "", WB_F32, 3, true, [&]() -> Rows {
                      if (!knows) throw std::runtime_error("not there yet");
                      return {};
                    }});
  EXPECT_FALSE(writer.open("flock", 0, {}, {}));
  EXPECT_NE(said.back().find("not there yet"), std::string::npos);
  knows = true;
  EXPECT_TRUE(writer.open("flock", 0, {}, {}));
}

TEST_F(ABoundWriter, says_once_that_a_value_is_out_of_range) {
  ASSERT_TRUE(open());
  said.clear();
  speed = 11;
  writer.update();
  speed = 12;
  writer.update();
  EXPECT_EQ(said.size(), 1U);
  EXPECT_EQ(published_speed(), 1);
}

TEST_F(ABoundWriter, a_range_that_the_value_is_outside_of_is_none) {
  speed = 99;
  ASSERT_TRUE(open());
  auto asking = reader();
  EXPECT_TRUE(asking.set("speed", 1000.0));
}

TEST_F(ABoundWriter, equal_names_are_told_apart) {
  auto first = field("position", &Agent::position), second = field("position", &Agent::position);
  writer.add_field(first);
  writer.add_field(second);
  writer.add_trigger("speed", "", [] {});
  ASSERT_TRUE(writer.open("flock", 2, {knob()}, {}));
  auto looking = reader();
  EXPECT_GE(wb_schema_find_field(looking.schema(), "position_2"), 0);
  EXPECT_GE(wb_schema_find_control(looking.schema(), "speed_2"), 0);
}

TEST_F(ABoundWriter, closed_and_described_anew_it_is_another_epoch) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(publish());
  writer.close();
  EXPECT_FALSE(publish());
  writer.add_field(field("kind", &Agent::kind));
  ASSERT_TRUE(writer.open("flock", 5, {}, {}));
  ASSERT_TRUE(publish());
  auto looking = reader();
  auto frame = looking.wait(1s);
  EXPECT_EQ(wb_schema_field_count(frame.schema()), 1U);
  EXPECT_EQ(frame.span<std::int32_t>("kind")[0], 7);
}

TEST_F(ABoundWriter, a_stream_that_cannot_be_is_an_error_that_says_why) {
  EXPECT_FALSE(writer.open("flock", 1, {knob()}, {}));
  EXPECT_NE(said.back().find("at least one field"), std::string::npos);
  Knob boundary = knob();
  boundary.type = WB_VALUE_CHOICE;
  EXPECT_FALSE(open_with({boundary}));
  EXPECT_NE(said.back().find("has no names"), std::string::npos);
  BoundWriter other{nullptr};
  other.add_field(field("position", &Agent::position));
  ASSERT_TRUE(other.open("flock", 1, {}, {}));
  EXPECT_FALSE(open());
  EXPECT_NE(said.back().find("cannot publish 'flock'"), std::string::npos);
}

TEST_F(ABoundWriter, a_command_that_throws_is_refused_with_its_text) {
  writer.add_command("fail", "", "", [](const auto&) -> std::string { throw std::runtime_error("broken"); });
  ASSERT_TRUE(open_with({}));
  auto asking = reader();
  auto broken = asking.command("fail", {});
  writer.update();
  EXPECT_EQ(answer(std::move(broken)).reason, "broken");
}
