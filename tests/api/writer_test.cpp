// Describing a stream and filling its frames from C++.
#include <cstdint>
#include <numeric>
#include <vector>

#include "support/own_directory.hpp"

namespace {

using wbtest::OwnDirectory;
using wbtest::thrown_code;
using wingbeat::Reader;
using wingbeat::StreamSpec;
using wingbeat::Writer;

struct Vec3 {
  float x, y, z;
};
struct Agent {
  double mass;
  Vec3 position;
  std::int32_t id;
};

class CppWriter : public OwnDirectory {
 protected:
  static constexpr std::uint64_t kCapacity = 5;

  static StreamSpec spec() {
    StreamSpec spec("flock", kCapacity);
    spec.per_agent<float>("position", 3, "x y z", "m").per_agent<std::int32_t>("id").field<double>("box", {3, 2});
    return spec;
  }
  static std::vector<Agent> agents(std::size_t count) {
    std::vector<Agent> agents(count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto f = static_cast<float>(i);
      agents[i] = {0.0, {f, f + 0.25f, f + 0.5f}, static_cast<std::int32_t>(10 * i)};
    }
    return agents;
  }
  void publish_count_up() {
    auto slot = writer.begin();
    auto position = slot.span<float>("position");
    std::iota(position.begin(), position.end(), 0.0f);
    slot.publish(1, 0.0);
  }

  Writer writer = Writer::create(spec()).value();
};

TEST_F(CppWriter, frame_filled_in_place_is_what_a_reader_sees) {
  auto reader = Reader::open("flock").value();
  publish_count_up();
  const auto frame = reader.wait(std::chrono::seconds(5));
  ASSERT_TRUE(frame) << frame.error().what();
  EXPECT_EQ(frame.seq(), 1u);
  EXPECT_EQ(frame.step(), 1u);
  const auto position = frame.array<float>("position");
  EXPECT_EQ(position.rows(), kCapacity);
  EXPECT_EQ(position.columns(), 3u);
  EXPECT_EQ(position(4, 2), 14.0f);
  EXPECT_EQ(position[1][0], 3.0f);
}

TEST_F(CppWriter, copy_takes_agents_with_a_stride_and_sets_the_count) {
  auto reader = Reader::open("flock").value();
  const auto mine = agents(4);
  auto slot = writer.begin();
  slot.copy("position", &mine[0].position, sizeof(Agent), mine.size());
  slot.copy("id", &mine[0].id, sizeof(Agent), mine.size());
  EXPECT_EQ(slot.count(), 4u);
  slot.publish(7, 0.5);
  const auto frame = reader.wait(std::chrono::seconds(5));
  ASSERT_TRUE(frame) << frame.error().what();
  EXPECT_EQ(frame.count(), 4u);
  EXPECT_EQ(frame.sim_time(), 0.5);
  EXPECT_EQ(frame.array<float>("position")(3, 1), 3.25f);
  EXPECT_EQ(frame.span<std::int32_t>("id").size(), 4u);
  EXPECT_EQ(frame.span<std::int32_t>("id")[3], 30);
}

TEST_F(CppWriter, copy_of_another_type_throws_type) {
  const auto mine = agents(4);
  auto slot = writer.begin();
  EXPECT_EQ(thrown_code([&] { slot.copy("position", &mine[0].mass, sizeof(Agent), 4); }), WB_ERR_TYPE);
  EXPECT_EQ(thrown_code([&] { slot.copy("nothing", &mine[0].mass, sizeof(Agent), 4); }), WB_ERR_NOT_FOUND);
}

TEST_F(CppWriter, span_follows_set_count) {
  auto slot = writer.begin();
  EXPECT_EQ(slot.span<float>("position").size(), 3 * kCapacity);
  slot.set_count(2);
  EXPECT_EQ(slot.span<float>("position").size(), 6u);
  EXPECT_EQ(slot.span<double>("box").size(), 6u);
  EXPECT_EQ(slot.array<double>("box").rows(), 2u);
  EXPECT_EQ(thrown_code([&] { slot.set_count(kCapacity + 1); }), WB_ERR_ARGUMENT);
}

TEST_F(CppWriter, previous_is_the_frame_published_before) {
  {
    auto first = writer.begin();
    EXPECT_FALSE(first.has_previous());
    EXPECT_TRUE(first.previous<float>("position").empty());
  }
  publish_count_up();
  auto next = writer.begin();
  EXPECT_EQ(next.previous_count(), kCapacity);
  EXPECT_EQ(next.previous<float>("position")[5], 5.0f);
}

TEST_F(CppWriter, slot_that_is_not_published_gives_its_number_back) {
  { auto slot = writer.begin(); }
  writer.begin().abandon();
  auto slot = writer.begin();
  EXPECT_EQ(slot.seq(), 1u);
}

TEST_F(CppWriter, second_slot_at_a_time_throws_state) {
  auto slot = writer.begin();
  EXPECT_EQ(thrown_code([&] { writer.begin().abandon(); }), WB_ERR_STATE);
}

TEST_F(CppWriter, published_slot_is_closed) {
  auto slot = writer.begin();
  slot.publish(1, 0.0);
  EXPECT_EQ(thrown_code([&] { slot.span<float>("position"); }), WB_ERR_STATE);
  EXPECT_EQ(thrown_code([&] { slot.publish(2, 0.0); }), WB_ERR_STATE);
}

TEST_F(CppWriter, moved_slot_publishes_once) {
  {
    auto slot = writer.begin();
    auto other = std::move(slot);
    other.publish(1, 0.0);
  }
  EXPECT_EQ(writer.stats().published, 1u);
}

TEST_F(CppWriter, field_is_looked_up_once_and_checked) {
  wingbeat::Field<float> position("position"), id("id");
  auto slot = writer.begin();
  slot.span(position)[0] = 2.5f;
  EXPECT_EQ(slot.array(position)(0, 0), 2.5f);
  EXPECT_EQ(thrown_code([&] { slot.span(id); }), WB_ERR_TYPE);
}

TEST_F(CppWriter, first_mistake_of_a_description_is_what_create_returns) {
  StreamSpec bad("flock", kCapacity);
  bad.per_agent<float>("no spaces allowed").per_agent<float>("position", 3).lease_budget(1u << 30);
  EXPECT_EQ(Writer::create(bad).error().code(), WB_ERR_NAME);
  EXPECT_EQ(Writer::create(StreamSpec("", 1)).error().code(), WB_ERR_NAME);
  EXPECT_EQ(Writer::create(StreamSpec("flock", 0)).error().code(), WB_ERR_LIMIT);
}

}  // namespace
