// Tests of the frames that `wingbeat swarm` publishes, read as an analysis reads them.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>
#include <wingbeat/wingbeat.hpp>

#include "support/own_directory.hpp"

extern char** environ;

namespace {

using namespace std::chrono_literals;
using wingbeat::Mode;
using wingbeat::Reader;

// A running `wingbeat swarm`, which ends with the test.
class Process {
 public:
  explicit Process(std::vector<std::string> words) {
    words.insert(words.begin(), {WINGBEAT_COMMAND, "swarm", "--quiet"});
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    EXPECT_EQ(posix_spawn(&pid_, WINGBEAT_COMMAND, nullptr, nullptr, arguments.data(), environ), 0);
  }
  ~Process() { end(); }

  // Sends Ctrl-C and returns the exit status.
  int end() {
    if (pid_ == 0) return 0;
    int status = 0;
    kill(pid_, SIGINT);
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return status;
  }

 private:
  pid_t pid_ = 0;
};

class SwarmFrames : public wbtest::OwnDirectory {
 protected:
  static Reader open(Mode mode, const char* stream = "swarm") {
    auto reader = Reader::open(stream, {.mode = mode}).value();
    reader.attach(30s).value();
    return reader;
  }
  // Returns the next frame; skips other results.
  static wingbeat::Frame next(Reader& reader) {
    for (;;) {
      auto frame = reader.wait(30s);
      if (frame.status() == WB_RESTARTED) continue;
      EXPECT_TRUE(frame) << frame.error().what();
      return frame;
    }
  }
  // Computed from the description in `wingbeat swarm --help`, independently of the source.
  static std::uint64_t expected_stamp(const wingbeat::Frame& frame) {
    std::uint64_t sum = frame.seq() * 0x9E3779B97F4A7C15u;
    for (const auto& field : wingbeat::fields_of(frame.schema())) {
      if (std::string(field.name) == "stamp") continue;
      const auto* bytes = static_cast<const unsigned char*>(frame.raw().data) + field.offset_bytes;
      for (std::uint64_t at = 0; at < field.size_bytes; ++at) sum += std::uint64_t{bytes[at]} << (8 * (at % 8));
    }
    return sum;
  }
};

std::vector<float> copied(wingbeat::Span<const float> numbers) { return {numbers.begin(), numbers.end()}; }

TEST_F(SwarmFrames, every_number_of_a_frame_is_what_the_schema_says) {
  Process swarm({"--agents", "300", "--rate", "200"});
  auto reader = open(Mode::latest);
  const auto frame = next(reader);
  EXPECT_EQ(frame.count(), 300u);
  const auto id = frame.span<std::uint32_t>("id");
  const auto mass = frame.span<float>("mass"), max_speed = frame.span<float>("max_speed");
  const auto velocity = frame.array<float>("velocity");
  for (std::uint32_t i = 0; i < 300; ++i) {
    EXPECT_EQ(id[i], i);
    EXPECT_TRUE(mass[i] >= 2 && mass[i] <= 3.5f) << mass[i];
    EXPECT_TRUE(max_speed[i] >= 5 && max_speed[i] <= 7) << max_speed[i];
    EXPECT_LE(std::hypot(velocity(i, 0), velocity(i, 1), velocity(i, 2)), max_speed[i] * 1.0001f);
  }
}

TEST_F(SwarmFrames, position_advances_by_velocity_in_consecutive_steps) {
  Process swarm({"--agents", "300", "--rate", "50", "--history", "100"});
  auto reader = open(Mode::every);
  std::vector<float> before;
  std::uint64_t step = 0;
  for (int i = 0; i < 20; ++i) {
    const auto frame = next(reader);
    const auto position = frame.span<float>("position"), velocity = frame.span<float>("velocity");
    for (std::size_t k = 0; k < before.size(); ++k) ASSERT_NEAR(position[k], before[k] + velocity[k], 1e-3);
    EXPECT_TRUE(i == 0 || frame.step() == step + 1) << frame.step();
    before = copied(position);
    step = frame.step();
  }
}

TEST_F(SwarmFrames, stamp_fits_every_frame_except_those_that_are_injected_torn) {
  for (const auto& [injection, least, most] : {std::tuple("none", 0, 0), std::tuple("torn", 3, 10)}) {
    Process swarm({"--agents", "301", "--rate", "300", "--history", "200", "--stamp", "--inject", injection});
    auto reader = open(Mode::every);
    int torn = 0;
    for (int i = 0; i < 100; ++i) {
      const auto frame = next(reader);
      torn += frame.span<std::uint64_t>("stamp")[0] != expected_stamp(frame);
    }
    EXPECT_GE(torn, least) << injection;
    EXPECT_LE(torn, most) << injection;
  }
}

TEST_F(SwarmFrames, same_seed_gives_the_same_bits_and_another_does_not) {
  std::vector<float> seen[3];
  const char* seeds[3] = {"7", "7", "8"};
  for (int run = 0; run < 3; ++run) {
    // Keeps the start state for a reader that attaches later, because the next step is far away.
    Process swarm({"--agents", "200", "--rate", "0.001", "--seed", seeds[run], "--set", "alignment=0.05"});
    auto reader = open(Mode::latest);
    const auto frame = next(reader);
    ASSERT_EQ(frame.step(), 0u);
    seen[run] = copied(frame.span<float>("position"));
  }
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_NE(seen[0], seen[2]);
}

TEST_F(SwarmFrames, place_is_shown_in_the_frame_the_receipt_names) {
  Process swarm({"--agents", "50", "--rate", "50", "--history", "100"});
  auto reader = open(Mode::every);
  const auto receipt = reader.command("place", {3, 12, -34, 56}).wait(30s).value();
  ASSERT_TRUE(receipt.applied()) << receipt.reason;
  for (;;) {
    const auto frame = next(reader);
    ASSERT_LE(frame.seq(), receipt.seq);
    if (frame.seq() < receipt.seq) continue;
    const auto position = frame.array<float>("position");
    EXPECT_EQ(position(3, 0), 12.0f);
    EXPECT_EQ(position(3, 1), -34.0f);
    EXPECT_EQ(position(3, 2), 56.0f);
    return;
  }
}

TEST_F(SwarmFrames, attractors_and_repulsors_are_published_while_they_live) {
  Process swarm({"--agents", "50", "--rate", "50"});
  auto reader = open(Mode::latest);
  ASSERT_TRUE(reader.command("attract", {1, 2, 3, 100}).wait(30s).value().applied());
  const auto receipt = reader.command("repel", {4, 5, 6, 200}).wait(30s).value();
  ASSERT_TRUE(receipt.applied()) << receipt.reason;
  auto frame = next(reader);
  while (frame && frame.seq() < receipt.seq) frame = next(reader);
  EXPECT_EQ(frame.span<std::uint32_t>("attractor_count")[0], 1u);
  EXPECT_EQ(frame.span<std::uint32_t>("repulsor_count")[0], 1u);
  EXPECT_EQ(frame.array<float>("attractor_position")(0, 1), 2.0f);
  EXPECT_EQ(frame.array<float>("repulsor_position")(0, 2), 6.0f);
  EXPECT_NEAR(frame.span<float>("attractor_remaining")[0], 100, 60);
  EXPECT_EQ(frame.span<float>("attractor_remaining")[1], 0.0f);
}

TEST_F(SwarmFrames, a_model_in_two_dimensions_publishes_two_and_no_bodies) {
  Process swarm({"--model", "vicsek", "--agents", "200", "--box", "7", "--rate", "200"});
  auto reader = open(Mode::latest);
  const auto frame = next(reader);
  const auto position = frame.array<float>("position"), velocity = frame.array<float>("velocity");
  for (std::uint32_t i = 0; i < 200; ++i) {
    for (std::uint32_t axis = 0; axis < 2; ++axis) EXPECT_TRUE(position(i, axis) >= 0 && position(i, axis) < 7);
    EXPECT_NEAR(std::hypot(velocity(i, 0), velocity(i, 1)), 0.03f, 1e-6f);
  }
  std::vector<std::string> names;
  for (const auto& field : wingbeat::fields_of(frame.schema())) names.emplace_back(field.name);
  EXPECT_EQ(names, (std::vector<std::string>{"position", "velocity", "id"}));
  EXPECT_EQ(frame.span<float>("position").size(), 400u);
}

// Returns the positions of the flock at one step, with or without an earlier request for a strong alignment.
std::vector<float> positions_at_step_100(bool steer, const std::string& injection) {
  Process swarm({"--agents", "400", "--rate", "50", "--history", "200", "--inject", injection});
  auto reader = Reader::open("swarm", {.mode = Mode::every}).value();
  reader.attach(30s).value();
  if (steer) {
    const auto receipt = reader.set("alignment", 0.1).wait(30s).value();
    EXPECT_TRUE(receipt.applied() && receipt.step < 100) << receipt.status << " at step " << receipt.step;
  }
  auto frame = reader.wait(30s);
  while (frame && frame.step() < 100) frame = reader.wait(30s);
  EXPECT_TRUE(frame && frame.step() == 100) << frame.error().what();
  return copied(frame.span<float>("position"));
}

TEST_F(SwarmFrames, parameters_move_the_flock_but_not_a_frozen_one) {
  const auto alone = positions_at_step_100(false, "none");
  EXPECT_EQ(positions_at_step_100(true, "frozen"), alone);
  EXPECT_NE(positions_at_step_100(true, "none"), alone);
}

TEST_F(SwarmFrames, subscribed_codes_arrive_unless_the_swarm_is_deaf) {
  wingbeat::StreamSpec spec("latent", 1);
  spec.field<float>("code", {10});
  auto latent = wingbeat::Writer::create(spec).value();
  for (const char* injection : {"none", "deaf"}) {
    Process swarm({"--agents", "20", "--rate", "100", "--subscribe", "latent", "--inject", injection});
    auto reader = open(Mode::latest);
    ASSERT_TRUE(next(reader));
    auto inspection = wingbeat::Inspection::open("latent").value();
    for (std::uint64_t step = 1; step <= 50; ++step) {
      auto slot = latent.begin();
      for (float& number : slot.span<float>("code")) number = static_cast<float>(step);
      slot.publish(step, 0.0);
      ASSERT_TRUE(next(reader));
    }
    const auto readers = inspection.readers().value();
    if (std::string(injection) == "deaf") {
      EXPECT_TRUE(readers.empty());
    } else {
      ASSERT_EQ(readers.size(), 1u);
      EXPECT_GE(readers[0].received, 45u);
      EXPECT_EQ(readers[0].missed, 0u);
    }
    EXPECT_EQ(swarm.end(), 0);
  }
}

TEST_F(SwarmFrames, reader_that_holds_a_frame_costs_the_swarm_none) {
  Process swarm({"--agents", "100", "--rate", "100", "--steps", "50"});
  auto reader = open(Mode::latest);
  const auto held = next(reader);
  wingbeat::Frame last = next(reader);
  while (last && last.step() < 50) {
    last.release();
    last = next(reader);
  }
  EXPECT_EQ(last.seq(), 51u);
}

}  // namespace
