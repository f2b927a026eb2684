// example-flock as a whole, without a window: what it publishes, what steers it, what it draws.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>
#include <wingbeat/wingbeat.hpp>

#include "ofApp.h"
#include "stage.hpp"
#include "support/runtime.hpp"
#include "swarm/model.hpp"

using namespace std::chrono_literals;

namespace {

stand_in::Drawn& drawn() { return stand_in::stage().drawn; }
stand_in::Loop& window() { return stand_in::loop(); }

class App : public wbtest::Streams {
 protected:
  App() {
    stand_in::stage() = {};
    window() = {};
    wbtest::note_stream("flock");
    wbtest::note_stream("latent");
    window().data_path = directory.path() + "-data/";
    std::filesystem::create_directory(window().data_path);
    start();
  }
  ~App() override { std::filesystem::remove_all(window().data_path); }

  void start(std::size_t agents = 100, std::uint32_t seed = 1) {
    app.reset();
    app = std::make_unique<ofApp>(agents, seed);
    app->setup();
  }

  void run(int frames = 1) {
    for (int i = 0; i < frames; ++i) {
      drawn() = {};
      stand_in::turn(*app);
      ASSERT_EQ(stand_in::stage().styles, 0) << "a style was pushed and not popped";
      ASSERT_EQ(stand_in::stage().cameras, 0) << "a camera was begun and not ended";
      ASSERT_FALSE(stand_in::stage().has_depth) << "the panel would be hidden";
    }
  }

  void press(int key) { app->keyPressed(key); }

  static wingbeat::Reader reader(wingbeat::Mode mode = wingbeat::Mode::latest) {
    wingbeat::ReaderOptions options;
    options.mode = mode;
    auto reader = wingbeat::Reader::open("flock", options).value();
    reader.attach(20s).value();
    return reader;
  }

  // Asked, looked at by the app, answered.
  wingbeat::Receipt answer(wingbeat::SentRequest sent) {
    EXPECT_TRUE(sent) << sent.error().what();
    run();
    return sent.wait(20s).value();
  }

  template <class T>
  static T outside(wingbeat::Reader& reader, const char* parameter) {
    return reader.parameter<T>(parameter).value();
  }

  std::size_t agents_drawn() const {
    return static_cast<std::size_t>(
        std::count_if(drawn().spheres.begin(), drawn().spheres.end(), [](const auto& s) { return s.radius < 4; }));
  }

  std::unique_ptr<ofApp> app;
};

// ------------------------------------------------------------------------------------------------------------ the stream

TEST_F(App, publishes_every_step_of_every_agent) {
  auto seen = reader(wingbeat::Mode::every);
  for (int i = 0; i < 300; ++i) {
    run();
    auto frame = seen.wait(20s);
    ASSERT_TRUE(frame);
    ASSERT_EQ(frame.step(), app->flock.stepCount());
    ASSERT_EQ(frame.count(), 100u);
    ASSERT_FLOAT_EQ(static_cast<float>(frame.sim_time()), app->flock.time());
    const auto position = frame.array<float>("position"), velocity = frame.array<float>("velocity");
    ASSERT_EQ(position.columns(), 3u);
    for (std::size_t a = 0; a < 100; ++a) {
      const Agent& agent = app->flock.agents()[a];
      ASSERT_EQ(glm::vec3(position(a, 0), position(a, 1), position(a, 2)), agent.position);
      ASSERT_EQ(glm::vec3(velocity(a, 0), velocity(a, 1), velocity(a, 2)), agent.velocity);
    }
  }
}

TEST_F(App, the_same_seed_publishes_the_same_frames) {
  const auto last_of = [&](std::uint32_t seed) {
    start(40, seed);
    app->controls.automatic = true;
    run(50);
    auto seen = reader();
    auto frame = seen.wait(20s);
    const auto numbers = frame.span<float>("position");
    return std::vector<float>(numbers.begin(), numbers.end());
  };
  const auto first = last_of(3);
  EXPECT_EQ(first.size(), 120u);
  EXPECT_EQ(last_of(3), first);
  EXPECT_NE(last_of(4), first);
}

TEST_F(App, offers_what_the_reference_swarm_offers_by_the_same_names_and_ranges) {
  auto seen = reader();
  std::map<std::string, wb_control_info> offered;
  for (const auto& control : wingbeat::controls_of(seen.schema())) offered[control.name] = control;
  const swarm::ModelInfo& zones = *swarm::find_model("zones");
  for (const auto& parameter : zones.parameters) {
    const auto found = offered.find(std::string(parameter.name));
    ASSERT_NE(found, offered.end()) << parameter.name;
    if (parameter.type == swarm::ParameterType::boolean) continue;
    EXPECT_FLOAT_EQ(static_cast<float>(found->second.initial.as.f64), static_cast<float>(parameter.fallback));
    EXPECT_FLOAT_EQ(static_cast<float>(found->second.minimum.as.f64), static_cast<float>(parameter.minimum));
    EXPECT_FLOAT_EQ(static_cast<float>(found->second.maximum.as.f64), static_cast<float>(parameter.maximum));
  }
  for (const auto& trigger : zones.triggers) EXPECT_EQ(offered.count(std::string(trigger.name)), 1u) << trigger.name;
  for (const char* own : {"follow_camera", "distance", "field_of_view", "orthographic", "draw_neighbourhoods",
                          "draw_bounds", "place", "event"}) {
    EXPECT_EQ(offered.count(own), 1u) << own;
  }
}

TEST_F(App, runs_on_without_a_stream_when_the_name_is_taken) {
  auto other = std::make_unique<ofApp>();
  EXPECT_NO_THROW(other->setup());
  EXPECT_FALSE(other->live.isSetup());
  const glm::vec3 before = other->flock.agents()[0].position;
  other->update();
  other->draw();
  EXPECT_NE(other->flock.agents()[0].position, before);
}

// -------------------------------------------------------------------------------------------------------------- steering

TEST_F(App, a_request_turns_the_panel_and_the_flock) {
  auto asking = reader();
  run(3);
  const auto receipt = answer(asking.set("alignment", 0.02));
  EXPECT_TRUE(receipt.applied()) << receipt.reason;
  EXPECT_FLOAT_EQ(app->controls.alignment, 0.02f);
  EXPECT_FLOAT_EQ(app->controls.settings().alignment, 0.02f);
  EXPECT_TRUE(answer(asking.set("automatic", true)).applied());
  EXPECT_TRUE(app->controls.automatic);
  EXPECT_EQ(app->flock.attractors().size(), 1u);
  EXPECT_FALSE(asking.set("alignment", 7.0)) << "out of range";
}

TEST_F(App, what_the_panel_changes_is_seen_outside) {
  auto watching = reader();
  app->controls.cohesion = 0.05f;
  app->controls.distance = 1234;
  app->controls.drawBounds = true;
  run();
  EXPECT_FLOAT_EQ(static_cast<float>(outside<double>(watching, "cohesion")), 0.05f);
  EXPECT_EQ(outside<std::int64_t>(watching, "distance"), 1234);
  EXPECT_TRUE(outside<bool>(watching, "draw_bounds"));
}

TEST_F(App, a_threshold_set_beyond_the_other_takes_it_along_inside_and_outside) {
  auto asking = reader();
  answer(asking.set("low_threshold", 0.9));
  run();
  EXPECT_FLOAT_EQ(app->controls.highThreshold, 0.9f);
  EXPECT_FLOAT_EQ(static_cast<float>(outside<double>(asking, "high_threshold")), 0.9f);
  answer(asking.set("high_threshold", 0.1));
  run();
  EXPECT_FLOAT_EQ(app->controls.lowThreshold, 0.1f);
  EXPECT_FLOAT_EQ(static_cast<float>(outside<double>(asking, "low_threshold")), 0.1f);
}

TEST_F(App, place_puts_an_agent_somewhere_before_the_step) {
  auto asking = reader();
  const auto receipt = answer(asking.command("place", {17, 4000, -3000, 2000}));
  ASSERT_TRUE(receipt.applied()) << receipt.reason;
  const Agent& agent = app->flock.agents()[17];
  EXPECT_LE(glm::length(agent.position - glm::vec3(4000, -3000, 2000)), agent.maximumSpeed * 1.001f);
}

TEST_F(App, place_refuses_agents_and_places_that_cannot_be) {
  auto asking = reader();
  for (const double id : {100.0, -1.0, 1.5, 1e300}) {
    const auto receipt = answer(asking.command("place", {id, 0, 0, 0}));
    EXPECT_EQ(receipt.status, WB_REFUSED) << id;
    EXPECT_NE(receipt.reason.find("0 to 99"), std::string::npos) << receipt.reason;
  }
  const auto receipt = answer(asking.command("place", {1, 0, 1e300, 0}));
  EXPECT_EQ(receipt.status, WB_REFUSED);
  EXPECT_NE(receipt.reason.find("1e6"), std::string::npos) << receipt.reason;
  EXPECT_TRUE(std::isfinite(app->flock.agents()[1].position.y));
}

TEST_F(App, event_and_the_buttons_add_and_clear_sources) {
  auto asking = reader();
  answer(asking.trigger("event"));
  EXPECT_EQ(app->flock.attractors().size(), 1u);
  EXPECT_EQ(app->flock.repulsors().size(), 1u);
  auto one = asking.trigger("add_attractor"), two = asking.trigger("add_attractor");
  answer(std::move(one));
  EXPECT_TRUE(two.wait(20s).value().applied());
  EXPECT_EQ(app->flock.attractors().size(), 3u);
  answer(asking.trigger("add_repulsor"));
  answer(asking.trigger("clear_attractors"));
  EXPECT_TRUE(app->flock.attractors().empty());
  EXPECT_EQ(app->flock.repulsors().size(), 2u);
  answer(asking.trigger("clear_repulsors"));
  EXPECT_TRUE(app->flock.repulsors().empty());
}

// ---------------------------------------------------------------------------------------------------------- the way back

// The ten numbers, from a stream of the analysis's own.
class Analysis {
 public:
  explicit Analysis(std::uint64_t numbers = 10)
      : writer_(wingbeat::Writer::create(wingbeat::StreamSpec("latent", 1).field<float>("code", {numbers})).value()) {}

  void publish(float first) {
    auto frame = writer_.begin();
    auto code = frame.span<float>("code");
    for (std::size_t i = 0; i < code.size(); ++i) code[i] = first + static_cast<float>(i);
    frame.publish(++step_, 0);
  }

 private:
  wingbeat::Writer writer_;
  std::uint64_t step_ = 0;
};

class Latent : public App {
 protected:
  // Until the app has seen so many: it looks for a stream that was not there now and then only.
  void run_until_seen(std::size_t values, Analysis& analysis) {
    for (int i = 0; i < 2000 && seen() < values; ++i) {
      analysis.publish(static_cast<float>(i));
      run();
      std::this_thread::sleep_for(1ms);
    }
    ASSERT_GE(seen(), values);
  }
  std::size_t seen() const { return app->sparklines.empty() ? 0 : app->sparklines[0].values().size(); }
};

TEST_F(Latent, without_it_nothing_is_missing) {
  run(100);
  EXPECT_TRUE(app->sparklines.empty());
  EXPECT_TRUE(drawn().lines.empty());
  EXPECT_NE(window().title.find("no latent"), std::string::npos) << window().title;
}

TEST_F(Latent, comes_later_and_is_drawn_as_ten_lines_over_the_flock) {
  run(10);
  Analysis analysis;
  run_until_seen(5, analysis);
  ASSERT_EQ(app->sparklines.size(), 10u);
  for (std::size_t i = 1; i < 10; ++i) {
    EXPECT_EQ(app->sparklines[i].values().back(), app->sparklines[0].values().back() + static_cast<float>(i));
  }
  ASSERT_EQ(drawn().lines.size(), 10u);
  EXPECT_EQ(drawn().lines[0].colour.red, 255);
  EXPECT_EQ(drawn().lines[9].colour.blue, 225);
  for (const auto& line : drawn().lines) {
    for (const glm::vec3& v : line.vertices) {
      EXPECT_TRUE(v.x >= 0 && v.x <= 1024 && v.y >= 0 && v.y <= 768) << v.x << ' ' << v.y;
    }
  }
}

TEST_F(Latent, no_number_is_left_out_between_two_updates) {
  auto analysis = std::make_unique<Analysis>();
  run_until_seen(1, *analysis);
  const std::size_t before = seen();
  for (int i = 0; i < 3; ++i) analysis->publish(100 + static_cast<float>(i));
  run();
  EXPECT_EQ(seen(), before + 3);
}

TEST_F(Latent, ends_and_comes_again) {
  auto analysis = std::make_unique<Analysis>();
  run_until_seen(3, *analysis);
  const std::size_t before = seen();
  analysis.reset();
  run(20);
  EXPECT_EQ(app->sparklines.size(), 10u) << "what was seen stays";
  analysis = std::make_unique<Analysis>();
  run_until_seen(before + 3, *analysis);
}

TEST_F(Latent, has_the_numbers_it_has_but_no_more_than_ten) {
  auto analysis = std::make_unique<Analysis>(3);
  run_until_seen(2, *analysis);
  EXPECT_EQ(app->sparklines.size(), 3u);
  analysis.reset();
  analysis = std::make_unique<Analysis>(200);
  run_until_seen(20, *analysis);
  EXPECT_EQ(app->sparklines.size(), 10u);
}

// ---------------------------------------------------------------------------------------------------------------- drawing

TEST_F(App, draws_every_agent_where_it_is_with_the_size_of_its_mass) {
  run(100);
  ASSERT_EQ(drawn().spheres.size(), 100u);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(drawn().spheres[i].centre, app->flock.agents()[i].position);
    EXPECT_EQ(drawn().spheres[i].radius, app->flock.agents()[i].mass);
  }
  EXPECT_EQ(drawn().panels, 1u);
  EXPECT_EQ(window().frame_rate, 30);
}

TEST_F(App, draws_the_zones_at_the_distances_at_which_they_act) {
  app->controls.drawNeighbourhoods = true;
  app->controls.lowThreshold = 0.25f;
  app->controls.highThreshold = 0.64f;
  run();
  EXPECT_EQ(agents_drawn(), 100u);
  std::map<int, int> radii;
  for (const auto& sphere : drawn().spheres) {
    if (sphere.radius < 4) continue;
    ++radii[static_cast<int>(std::lround(sphere.radius))];
    EXPECT_TRUE(sphere.colour.alpha > 0 && sphere.colour.alpha < 100) << sphere.colour.alpha;
  }
  EXPECT_EQ(radii, (std::map<int, int>{{50, 100}, {80, 100}, {100, 100}}));
}

TEST_F(App, draws_the_box_around_the_flock_when_asked) {
  run();
  EXPECT_TRUE(drawn().boxes.empty());
  app->controls.drawBounds = true;
  run();
  ASSERT_EQ(drawn().boxes.size(), 1u);
  const auto& box = drawn().boxes[0];
  for (const Agent& agent : app->flock.agents()) {
    for (int axis = 0; axis < 3; ++axis) {
      EXPECT_LE(std::abs(agent.position[axis] - box.centre[axis]), box.size[axis] / 2 + 0.01f);
    }
  }
}

TEST_F(App, the_follow_camera_stands_and_turns_with_the_flock) {
  run();
  EXPECT_EQ(drawn().camera, &app->orbitCamera);
  app->orbitCamera.setPosition(500, 400, 900);
  app->controls.followCamera = true;
  run(50);
  EXPECT_EQ(drawn().camera, &app->followCamera);
  EXPECT_EQ(app->followCamera.getPosition(), glm::vec3(500, 400, 900));
  const glm::vec3 towards = glm::normalize(app->flock.bounds().centre() - glm::vec3(500, 400, 900));
  EXPECT_NEAR(glm::dot(towards, app->followCamera.getLookAtDir()), 1, 1e-5);
}

TEST_F(App, distance_field_of_view_and_projection_are_those_of_both_cameras) {
  EXPECT_FLOAT_EQ(app->orbitCamera.getDistance(), 1000);
  auto asking = reader();
  answer(asking.set("distance", 2500));
  answer(asking.set("field_of_view", 35));
  answer(asking.set("orthographic", true));
  EXPECT_FLOAT_EQ(app->orbitCamera.getDistance(), 2500);
  EXPECT_FLOAT_EQ(glm::length(app->followCamera.getPosition()), 2500);
  for (const ofCamera* camera : {static_cast<const ofCamera*>(&app->orbitCamera), &std::as_const(app->followCamera)}) {
    EXPECT_FLOAT_EQ(camera->getFov(), 35);
    EXPECT_TRUE(camera->getOrtho());
  }
  answer(asking.set("orthographic", false));
  EXPECT_FALSE(app->followCamera.getOrtho());
}

TEST_F(App, the_mouse_turns_the_camera_beside_the_panel_only) {
  EXPECT_GT(app->orbitCamera.getControlArea().x, 200);
  app->windowResized(1920, 1080);
  EXPECT_FLOAT_EQ(app->orbitCamera.getControlArea().x + app->orbitCamera.getControlArea().width, 1920);
  press('g');
  EXPECT_FLOAT_EQ(app->orbitCamera.getControlArea().x, 0);
}

TEST_F(App, the_panel_has_a_group_for_each_part_and_a_control_for_each_parameter) {
  std::size_t controls = 0;
  for (const char* part : {"flocking", "centre pull", "attractors", "repulsors", "wind", "view"}) {
    controls += app->controls.panel.getGroup(part).size();
  }
  EXPECT_EQ(controls, app->controls.all.size());
  EXPECT_EQ(app->panel.getNumControls(), 6u);
}

// ------------------------------------------------------------------------------------------------------------------ keys

TEST_F(App, e_is_the_automatic_mode_of_the_panel) {
  press('e');
  EXPECT_TRUE(app->controls.automatic);
  run();
  EXPECT_EQ(app->flock.attractors().size(), 1u);
  press('e');
  EXPECT_FALSE(app->controls.automatic);
}

TEST_F(App, a_shows_sources_and_hides_them) {
  app->flock.addAttractor();
  app->flock.addRepulsor();
  run();
  EXPECT_EQ(drawn().spheres.size(), 102u);
  press('a');
  run();
  EXPECT_EQ(drawn().spheres.size(), 100u);
  press('a');
  run();
  EXPECT_EQ(drawn().spheres.size(), 102u);
}

TEST_F(Latent, s_hides_sparklines_which_go_on) {
  Analysis analysis;
  run_until_seen(2, analysis);
  press('s');
  run_until_seen(5, analysis);
  EXPECT_TRUE(drawn().lines.empty());
  press('s');
  run();
  EXPECT_EQ(drawn().lines.size(), 10u);
}

TEST_F(App, f_is_full_screen_and_back_and_g_hides_the_panel) {
  for (const bool is_wanted : {true, false}) {
    press('f');
    EXPECT_EQ(window().is_fullscreen, is_wanted);
  }
  press('g');
  run();
  EXPECT_EQ(drawn().panels, 0u);
}

TEST_F(App, other_keys_do_nothing) {
  for (int key = 0; key < 70000; ++key) {
    if (std::string("aefgsw").find(static_cast<char>(key)) == std::string::npos || key > 255) press(key);
  }
  run();
  EXPECT_EQ(drawn().panels, 1u);
  EXPECT_FALSE(app->controls.automatic);
  EXPECT_TRUE(std::filesystem::is_empty(window().data_path));
}

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

TEST_F(App, w_writes_a_row_of_all_positions_for_each_step_until_pressed_again) {
  run(5);
  press('w');
  run(7);
  press('w');
  run(3);
  const auto lines = lines_of(app->positionLog.path());
  ASSERT_EQ(lines.size(), 7u);
  for (const auto& line : lines) EXPECT_EQ(std::count(line.begin(), line.end(), ','), 299);
  EXPECT_NE(app->positionLog.path().find(window().data_path), std::string::npos);
  press('w');
  run(2);
  press('w');
  EXPECT_EQ(lines_of(app->positionLog.path()).size(), 2u);
}

TEST_F(App, w_where_nothing_can_be_written_says_so_and_goes_on) {
  std::filesystem::remove_all(window().data_path);
  press('w');
  EXPECT_FALSE(app->positionLog.isOn());
  run(2);
}

TEST_F(App, w_on_a_full_disk_ends_the_file_and_goes_on) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "this system has no /dev/full";
  std::filesystem::create_symlink("/dev/full", window().data_path + "positions-" + window().timestamp + ".csv");
  press('w');
  ASSERT_TRUE(app->positionLog.isOn());
  run(20);
  EXPECT_FALSE(app->positionLog.isOn());
}

}  // namespace
