#include "ofxWingbeatWriter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <utility>

#include "support/runtime.hpp"

using namespace std::chrono_literals;

namespace {

struct Base {
  glm::vec3 position{0};
};
struct Agent : Base {
  glm::vec3 velocity{0};
  float mass = 1;
  ofFloatColor color;
  glm::vec2 getHeading() const { return {velocity.x, velocity.y}; }
};

class AWriter : public wbtest::Streams {
 protected:
  AWriter() {
    wbtest::note_stream("flock");
    stand_in::log().clear();
  }

  std::vector<Agent> agents = std::vector<Agent>(3);
  ofxWingbeat::Writer writer;

  // Of parameters alone there is no stream.
  bool setup_with_field() { return writer.field("position", agents, &Agent::position).setup("flock"); }

  bool publish_once() { return writer.setup("flock") && writer.publish(); }

  static wingbeat::Reader reader() {
    auto reader = wingbeat::Reader::open("flock").value();
    reader.attach(0ns).value();
    return reader;
  }
  // The newest frame's numbers of a field.
  template <class T = float>
  static std::vector<T> read(const char* field) {
    auto looking = reader();
    auto frame = looking.latest();
    const auto numbers = frame.span<T>(field);
    return {numbers.begin(), numbers.end()};
  }
  static wb_control_info control(const char* name) {
    auto looking = reader();
    wb_control_info info = {};
    const int index = wb_schema_find_control(looking.schema(), name);
    EXPECT_GE(index, 0) << wb_error_message();
    wb_schema_control(looking.schema(), static_cast<std::uint32_t>(index), &info);
    return info;
  }
  static bool has_control(const char* name) {
    auto looking = reader();
    return wb_schema_find_control(looking.schema(), name) >= 0;
  }
  template <class Ask>
  wingbeat::Receipt ask(Ask&& make_ticket) {
    auto asking = reader();
    auto ticket = make_ticket(asking);
    writer.update();
    return ticket.wait(0ns).value();
  }
  static std::string logged(ofLogLevel level) {
    std::string all;
    for (const auto& line : stand_in::log())
      if (line.level == level && line.module == "ofxWingbeat") all += line.message + "\n";
    return all;
  }
};

// Whether field("name", Given, More ...), mesh(Given) and value("name", Given) compile.
template <class Given, class... More>
concept IsField = requires(ofxWingbeat::Writer& writer, Given&& given, More... more) {
  writer.field("name", std::forward<Given>(given), more...);
};
template <class Given>
concept IsMesh = requires(ofxWingbeat::Writer& writer, Given&& given) {
  writer.mesh(std::forward<Given>(given));
};
template <class Given>
concept IsValue = requires(ofxWingbeat::Writer& writer, Given&& given) {
  writer.value("name", std::forward<Given>(given));
};

template <class Given, class... More>
constexpr bool takes_what_stays_alone() {
  return IsField<const Given&, More...> && !IsField<Given, More...>;
}

}  // namespace

TEST_F(AWriter, temporaries_do_not_compile) {
  using Agents = std::vector<Agent>;
  EXPECT_TRUE((takes_what_stays_alone<Agents, glm::vec3 Agent::*>()));
  EXPECT_TRUE((takes_what_stays_alone<Agents, glm::vec2 (Agent::*)() const>()));
  EXPECT_TRUE((takes_what_stays_alone<Agents, float (*)(const Agent&)>()));
  EXPECT_TRUE((takes_what_stays_alone<std::deque<Agent>, float Agent::*>()));
  EXPECT_TRUE((takes_what_stays_alone<std::vector<float>>()));
  EXPECT_TRUE((takes_what_stays_alone<ofMesh>()));
  EXPECT_TRUE((takes_what_stays_alone<ofVboMesh>()));
  EXPECT_TRUE((takes_what_stays_alone<ofPolyline>()));
  EXPECT_TRUE((takes_what_stays_alone<ofVbo>()));
  EXPECT_TRUE(IsMesh<const ofMesh&> && !IsMesh<ofMesh>);
  EXPECT_TRUE(IsValue<const float&> && !IsValue<float>);
}

TEST_F(AWriter, makes_an_app_live_in_five_lines) {
  ofParameter<float> alignment{"alignment", 0.001F, 0.00001F, 0.1F};
  ofParameterGroup parameters{"parameters", alignment};
  writer.parameters(parameters).field("position", agents, &Agent::position);
  ASSERT_TRUE(writer.setup("flock"));
  writer.update();
  agents[2].position = {1, 2, 3};
  ASSERT_TRUE(writer.publish());
  EXPECT_EQ(read("position"), (std::vector<float>{0, 0, 0, 0, 0, 0, 1, 2, 3}));
  EXPECT_EQ(writer.getCapacity(), 3U);
  EXPECT_EQ(writer.getFrameCount(), 1U);
  EXPECT_NE(logged(OF_LOG_NOTICE).find("publishing 'flock'"), std::string::npos);
  EXPECT_EQ(control("alignment").initial.as.f64, 0.001);
  EXPECT_EQ(control("alignment").maximum.as.f64, 0.1);
}

TEST_F(AWriter, takes_members_and_functions_of_agents) {
  agents[1].mass = 2;
  agents[1].color = ofFloatColor(0.5F, 0.25F, 0, 1);
  agents[0].velocity = {7, 8, 9};
  writer.field("mass", agents, &Agent::mass, "kg").field("color", agents, &Agent::color);
  writer.field("heading", agents, &Agent::getHeading);
  writer.field("twice", agents, [](const Agent& agent) { return 2 * agent.mass; });
  ASSERT_TRUE(publish_once());
  EXPECT_EQ(read("mass"), (std::vector<float>{1, 2, 1}));
  EXPECT_EQ(read("color")[5], 0.25F);
  EXPECT_EQ(read("heading"), (std::vector<float>{7, 8, 0, 0, 0, 0}));
  EXPECT_EQ(read("twice"), (std::vector<float>{2, 4, 2}));
  auto looking = reader();
  const auto fields = wingbeat::fields_of(looking.schema());
  EXPECT_STREQ(fields[0].unit, "kg");
  EXPECT_STREQ(fields[1].labels, "r g b a");
}

TEST_F(AWriter, takes_agents_of_other_containers_and_of_pointers) {
  std::deque<Agent> queue(2);
  queue[1].mass = 5;
  std::vector<std::unique_ptr<Agent>> owned;
  owned.push_back(std::make_unique<Agent>());
  owned.push_back(std::make_unique<Agent>());
  owned[1]->position = {1, 1, 1};
  writer.field("mass", queue, &Agent::mass);
  writer.field("position", owned, [](const auto& agent) { return agent->position; });
  ASSERT_TRUE(publish_once());
  EXPECT_EQ(read("mass"), (std::vector<float>{1, 5}));
  EXPECT_EQ(read("position"), (std::vector<float>{0, 0, 0, 1, 1, 1}));
}

TEST_F(AWriter, takes_vectors_meshes_and_polylines) {
  const std::vector<glm::vec3> points{{1, 2, 3}, {4, 5, 6}};
  const std::vector<std::uint32_t> ids{10, 11};
  const std::vector<ofVec3f> old{{7, 8, 9}, {1, 1, 1}};
  ofMesh mesh;
  ofPolyline line;
  for (const auto& point : points) mesh.addVertex(point), line.addVertex(point + glm::vec3(1));
  writer.field("points", points).field("id", ids).field("old", old).field("mesh", mesh).field("line", line);
  ASSERT_TRUE(publish_once());
  EXPECT_EQ(read("points"), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(read<std::uint32_t>("id"), (std::vector<std::uint32_t>{10, 11}));
  EXPECT_EQ(read("old")[2], 9);
  EXPECT_EQ(read("mesh"), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(read("line"), (std::vector<float>{2, 3, 4, 5, 6, 7}));
}

TEST_F(AWriter, takes_all_that_a_mesh_has) {
  ofVboMesh mesh;
  mesh.addVertex({1, 2, 3});
  mesh.addNormal({0, 0, 1});
  mesh.addColor(ofFloatColor(1, 0.5F, 0, 1));
  mesh.addTexCoord({0.25F, 0.75F});
  writer.mesh(mesh);
  ASSERT_TRUE(publish_once());
  EXPECT_EQ(read("position"), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(read("normal"), (std::vector<float>{0, 0, 1}));
  EXPECT_EQ(read("color"), (std::vector<float>{1, 0.5F, 0, 1}));
  EXPECT_EQ(read("texture_coordinate"), (std::vector<float>{0.25F, 0.75F}));
}

TEST_F(AWriter, reads_an_ofVbo_back) {
  ofVbo vbo;
  const float interleaved[] = {1, 2, 3, 9, 4, 5, 6, 9};
  vbo.setVertexData(interleaved, 3, 2, GL_STATIC_DRAW, 4 * sizeof(float));
  writer.field("position", vbo);
  ASSERT_TRUE(publish_once());
  EXPECT_EQ(read("position"), (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST_F(AWriter, an_ofVbo_of_plane_vertices_or_of_none_is_no_agents) {
  ofVbo vbo;
  writer.field("position", vbo);
  ASSERT_TRUE(writer.setup("flock", 4));
  ASSERT_TRUE(writer.publish());
  EXPECT_TRUE(read("position").empty());
  const float plane[] = {1, 2};
  vbo.setVertexData(plane, 2, 1, GL_STATIC_DRAW);
  ASSERT_TRUE(writer.publish());
  EXPECT_TRUE(read("position").empty());
}

TEST_F(AWriter, one_value_of_the_whole_app) {
  glm::vec3 centre{1, 2, 3};
  double wind = 0.5;
  writer.field("position", agents, &Agent::position).value("centre", centre, "m").value("wind", wind);
  ASSERT_TRUE(writer.setup("flock"));
  ASSERT_TRUE(writer.publish(42, 0.5));
  EXPECT_EQ(read("centre"), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(read<double>("wind"), (std::vector<double>{0.5}));
}

TEST_F(AWriter, fills_fields_of_its_own_in_place) {
  writer.field<glm::vec3>("force", "N");
  ASSERT_TRUE(writer.setup("flock", 8));
  ASSERT_TRUE(writer.publish(1, 0, [](wingbeat::Slot& frame) {
    frame.set_count(2);
    for (float& x : frame.span<float>("force")) x = 3;
  }));
  EXPECT_EQ(read("force"), (std::vector<float>{3, 3, 3, 3, 3, 3}));
}

TEST_F(AWriter, groups_of_parameters_nest_and_names_become_legal) {
  ofParameter<float> wind{"Wind Speed", 1, 0, 10};
  ofParameter<int> steps{"steps", 5, 1, 100};
  ofParameter<bool> paused{"paused", false};
  ofParameterGroup air{"the air", wind}, all{"all", air, steps, paused};
  writer.parameters(all);
  ASSERT_TRUE(setup_with_field());
  EXPECT_EQ(control("the_air.Wind_Speed").initial.type, static_cast<std::uint32_t>(WB_VALUE_F64));
  EXPECT_EQ(control("steps").initial.type, static_cast<std::uint32_t>(WB_VALUE_I64));
  EXPECT_EQ(control("steps").maximum.as.i64, 100);
  EXPECT_EQ(control("paused").initial.type, static_cast<std::uint32_t>(WB_VALUE_BOOL));
}

TEST_F(AWriter, parameters_of_one_name_in_a_group_are_all_published) {
  ofParameter<float> mine{"speed", 1, 0, 10}, yours{"speed", 2, 0, 10};
  ofParameterGroup all{"all", mine, yours};
  writer.parameters(all);
  ASSERT_TRUE(setup_with_field());
  EXPECT_TRUE(ask([](auto& r) { return r.set("speed_2", 5.0); }).applied());
  EXPECT_EQ(mine.get(), 1.0F);
  EXPECT_EQ(yours.get(), 5.0F);
}

TEST_F(AWriter, a_request_reaches_the_parameter_and_its_listeners) {
  ofParameter<float> speed{"speed", 1, 0, 10};
  int heard = 0;
  const ofEventListener listener(speed.newListener([&](float&) { ++heard; }));
  writer.parameter(speed);
  ASSERT_TRUE(setup_with_field());
  EXPECT_TRUE(ask([](auto& r) { return r.set("speed", 2.5); }).applied());
  EXPECT_EQ(speed.get(), 2.5F);
  EXPECT_EQ(heard, 1);
  writer.update();
  EXPECT_EQ(heard, 1);
}

TEST_F(AWriter, what_the_gui_changes_readers_see) {
  ofParameter<float> speed{"speed", 1, 0, 10};
  ofParameter<std::uint8_t> level{"level", 3};
  writer.parameter(speed).parameter(level);
  ASSERT_TRUE(setup_with_field());
  speed = 0.1F;
  level = 200;
  writer.update();
  auto looking = reader();
  EXPECT_EQ(looking.parameter<double>("speed").value(), 0.1);
  EXPECT_EQ(looking.parameter<int>("level").value(), 200);
  EXPECT_FALSE(looking.set("level", 300)) << "a byte's range is known";
}

TEST_F(AWriter, a_parameter_may_go_before_the_writer) {
  {
    ofParameter<float> speed{"speed", 1, 0, 10};
    writer.parameter(speed);
    ASSERT_TRUE(setup_with_field());
  }
  EXPECT_TRUE(ask([](auto& r) { return r.set("speed", 2.5); }).applied());
}

TEST_F(AWriter, vectors_and_colours_are_one_number_each) {
  ofParameter<glm::vec3> centre{"centre", {1, 2, 3}, glm::vec3(-10), glm::vec3(10)};
  ofParameter<ofFloatColor> tint{"tint", ofFloatColor(0.5F, 0.5F, 0.5F, 1)};
  ofParameter<ofColor> bytes{"bytes", ofColor(10, 20, 30, 255)};
  writer.parameter(centre).parameter(tint).parameter(bytes);
  ASSERT_TRUE(setup_with_field());
  EXPECT_TRUE(ask([](auto& r) { return r.set("centre.z", 5.0); }).applied());
  EXPECT_EQ(centre.get(), glm::vec3(1, 2, 5));
  EXPECT_TRUE(ask([](auto& r) { return r.set("tint.g", 0.25); }).applied());
  EXPECT_EQ(tint.get().g, 0.25F);
  EXPECT_TRUE(ask([](auto& r) { return r.set("bytes.b", 77); }).applied());
  EXPECT_EQ(bytes.get().b, 77);
  EXPECT_EQ(control("bytes.b").maximum.as.i64, 255);
  EXPECT_EQ(control("centre.x").minimum.as.f64, -10);
}

TEST_F(AWriter, choices_have_names) {
  ofParameter<int> boundary{"boundary", 2, 1, 3};
  ofParameterGroup group{"group", boundary};
  writer.parameters(group).choices(boundary, "open periodic reflecting");
  ASSERT_TRUE(setup_with_field());
  EXPECT_STREQ(control("boundary").choices, "open periodic reflecting");
  EXPECT_EQ(control("boundary").initial.as.i64, 1);
  EXPECT_TRUE(ask([](auto& r) { return r.set("boundary", 2); }).applied());
  EXPECT_EQ(boundary.get(), 3);
}

TEST_F(AWriter, a_group_is_a_parameter_too_and_late_ones_are_said) {
  ofParameter<float> speed{"speed", 1, 0, 10};
  ofParameterGroup group{"group", speed};
  writer.parameter(group);
  ASSERT_TRUE(setup_with_field());
  EXPECT_TRUE(has_control("speed"));
  writer.parameters(group).parameter(speed);
  EXPECT_NE(logged(OF_LOG_WARNING).find("group 'group' was added after setup()"), std::string::npos);
  EXPECT_NE(logged(OF_LOG_WARNING).find("parameter 'speed' was added after setup()"), std::string::npos);
}

TEST_F(AWriter, what_it_cannot_show_is_left_out_with_a_notice) {
  ofParameter<std::string> title{"title", "hello"};
  ofReadOnlyParameter<float, AWriter> fps{"fps", 60};
  ofParameter<float> speed{"speed", 1, 0, 10};
  ofParameterGroup group{"group", title, fps, speed};
  writer.parameters(group);
  ASSERT_TRUE(setup_with_field());
  EXPECT_TRUE(has_control("speed"));
  EXPECT_FALSE(has_control("title"));
  EXPECT_FALSE(has_control("fps"));
  EXPECT_NE(logged(OF_LOG_NOTICE).find("'title' is left out"), std::string::npos);
  EXPECT_NE(logged(OF_LOG_NOTICE).find("'fps' is left out"), std::string::npos);
}

TEST_F(AWriter, never_throws_out_of_setup) {
  writer.field("position", agents, &Agent::position);
  EXPECT_NO_THROW(EXPECT_FALSE(writer.setup("not a name")));
  EXPECT_NE(logged(OF_LOG_ERROR).find("cannot publish 'not a name'"), std::string::npos);
  EXPECT_FALSE(writer.isSetup());
  EXPECT_FALSE(writer.publish());
  writer.update();
  EXPECT_NO_THROW(EXPECT_FALSE(writer.setup("flock", ~std::size_t{0})));
  EXPECT_TRUE(writer.setup("flock"));
}

TEST_F(AWriter, moves_and_closes) {
  writer.field("position", agents, &Agent::position);
  ASSERT_TRUE(writer.setup("flock"));
  ofxWingbeat::Writer moved = std::move(writer);
  EXPECT_TRUE(moved.publish());
  EXPECT_FALSE(writer.isSetup());
  EXPECT_FALSE(writer.publish());
  moved.close();
  EXPECT_FALSE(moved.isSetup());
  EXPECT_TRUE(wingbeat::streams().value().empty());
}
