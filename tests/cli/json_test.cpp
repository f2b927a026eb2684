// Every verb prints valid JSON with --json, even if other programs wrote special characters into labels, attributes,
// help texts and reasons.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <wingbeat/wingbeat.hpp>

#include "support/own_directory.hpp"

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// An escape sequence, a quote, a backslash, a line end, broken UTF-8, and C1.
constexpr const char* kHostile = "a\x1b[1m\"\\\n\xff\xc2\x9b 鳥";
constexpr const char* kShown = "a\x1b[1m\"\\\n\xef\xbf\xbd\xc2\x9b 鳥";  // the invalid byte is replaced
// The same without control characters, which schemas refuse.
constexpr const char* kText = "a\"\\\xff\xc2\x9b 鳥";
constexpr const char* kShownText = "a\"\\\xef\xbf\xbd\xc2\x9b 鳥";

class CommandJson : public wbtest::OwnDirectory {
 protected:
  CommandJson() {
    wingbeat::StreamSpec spec("hostile", 4);
    spec.per_agent<float>("position", 3, "x y z", kText);
    spec.attribute("note", kText);
    wingbeat::ParameterOptions options;
    options.unit = options.help = kText;
    spec.parameter("speed", 1.0, options);
    spec.trigger("shout", kText);
    writer_.emplace(wingbeat::Writer::create(spec).value());
    writer_->begin().publish(1, 0);
    wingbeat::ReaderOptions reader;
    reader.label = kHostile;
    reader_.emplace(wingbeat::Reader::open("hostile", reader).value());
    reader_->attach(30s).value();
  }
  static json output_of(const std::string& words) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(
        popen((std::string("'") + WINGBEAT_COMMAND + "' " + words + " --json").c_str(), "r"), pclose);
    std::string text;
    char bytes[4096];
    while (const std::size_t count = std::fread(bytes, 1, sizeof bytes, pipe.get())) text.append(bytes, count);
    EXPECT_TRUE(json::accept(text)) << words << ": " << text;
    return json::parse(text, nullptr, false);
  }

  std::optional<wingbeat::Writer> writer_;

 private:
  std::optional<wingbeat::Reader> reader_;
};

TEST_F(CommandJson, labels_attributes_units_and_help_texts_come_through_escaped) {
  const json info = output_of("info hostile");
  EXPECT_EQ(info["attributes"]["note"], kShownText);
  EXPECT_EQ(info["fields"][0]["unit"], kShownText);
  EXPECT_EQ(info["controls"][0]["help"], kShownText);
  EXPECT_EQ(info["reader_list"][0]["label"], kShown);
  EXPECT_EQ(output_of("top --once")[0]["reader_list"][0]["label"], kShown);
}

TEST_F(CommandJson, verbs_that_list_and_check_print_json) {
  EXPECT_EQ(output_of("ls")[0]["name"], "hostile");
  EXPECT_TRUE(output_of("doctor")["findings"].is_array());
  EXPECT_TRUE(output_of("gc").is_object());
#if WINGBEAT_HAS_OSC
  EXPECT_TRUE(output_of("osc hostile --list").is_array());
#endif
}

TEST_F(CommandJson, the_reason_of_a_refusal_comes_through_escaped) {
  std::atomic<bool> is_over = false;
  std::thread answering([&] {
    while (!is_over) {
      writer_->requests([](wingbeat::Request& request) { request.refuse(kHostile); });
      std::this_thread::sleep_for(1ms);
    }
  });
  EXPECT_EQ(output_of("set hostile.speed 2 --timeout 30")["reason"], kShown);
  EXPECT_EQ(output_of("call hostile.shout --timeout 30")["reason"], kShown);
  is_over = true;
  answering.join();
}

TEST_F(CommandJson, verbs_that_run_until_they_are_ended_print_json) {
  EXPECT_TRUE(output_of("swarm --agents 5 --flat-out --steps 3").is_object());
  EXPECT_TRUE(output_of("mirror hostile --to /wbj-json --seconds 0.2 2>/dev/null").is_object());
  EXPECT_TRUE(output_of("adopt /wbj-json --type f32 --shape 3x4 --as other --seconds 0.2 2>/dev/null").is_object());
}

}  // namespace
