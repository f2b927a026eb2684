#include "packet.hpp"

#include <gtest/gtest.h>

#include <random>

namespace wingbeat::osc {
namespace {

constexpr TimeTag kTime = 0x0123456789ABCDEF;

std::vector<char> some_bundle() {
  Bundle bundle(kTime);
  bundle.add("/swarm/alignment", {1.5f});
  bundle.add("/flock/position", {std::int64_t{3}, 0.5f, 2.25, true, false, std::string("bee"), std::int64_t{1} << 40});
  bundle.add("/flock/event", {});
  return bundle.bytes();
}

std::vector<char> wrapped(const std::vector<char>& packet) {
  std::string bytes("#bundle\0\0\0\0\0\0\0\0\1", 16);
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(packet.size() >> shift));
  bytes.append(packet.data(), packet.size());
  return {bytes.begin(), bytes.end()};
}

TEST(OscPacket, a_bundle_comes_back_with_its_time) {
  const Unpacked unpacked = unpack(some_bundle());
  EXPECT_EQ(unpacked.fault, "");
  ASSERT_EQ(unpacked.messages.size(), 3u);
  EXPECT_EQ(unpacked.messages[0].address, "/swarm/alignment");
  EXPECT_EQ(unpacked.messages[0].arguments, Arguments{1.5f});
  EXPECT_EQ(unpacked.messages[1].arguments,
            (Arguments{std::int64_t{3}, 0.5f, 2.25, true, false, std::string("bee"), std::int64_t{1} << 40}));
  EXPECT_TRUE(unpacked.messages[2].arguments.empty());
  for (const auto& message : unpacked.messages) EXPECT_EQ(message.time, kTime);
}

TEST(OscPacket, bundles_within_bundles_keep_their_own_times_up_to_a_depth) {
  auto bytes = some_bundle();
  bytes = wrapped(bytes);
  ASSERT_EQ(unpack(bytes).messages.size(), 3u);
  EXPECT_EQ(unpack(bytes).messages[0].time, kTime);
  for (int i = 0; i < 8; ++i) bytes = wrapped(bytes);
  EXPECT_TRUE(unpack(bytes).messages.empty());
  EXPECT_NE(unpack(bytes).fault.find("more than 8 deep"), std::string::npos);
}

TEST(OscPacket, sizes_are_foretold_exactly) {
  for (std::size_t numbers : {0u, 1u, 2u, 3u, 4u, 30u}) {
    for (const std::string address : {"/a", "/ab", "/abc", "/abcd"}) {
      Bundle bundle(kAtOnce);
      bundle.add(address, Arguments(numbers, 1.0f));
      EXPECT_EQ(bundle.bytes().size(), kBundleHeadBytes + packed_bytes(address, numbers, 4)) << address << numbers;
    }
  }
}

TEST(OscPacket, a_datagram_cut_anywhere_gives_what_was_whole_and_a_fault) {
  const auto bytes = some_bundle();
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    const Unpacked unpacked = unpack(std::span(bytes).first(size));
    EXPECT_LT(unpacked.messages.size(), 3u);
    EXPECT_TRUE(!unpacked.fault.empty() || size % 4 == 0) << size;
  }
}

TEST(OscPacket, any_bytes_are_taken_without_harm) {
  std::mt19937 random(1);
  const auto whole = some_bundle();
  std::size_t faults = 0;
  for (int i = 0; i < 20000; ++i) {
    auto bytes = whole;
    for (int k = 0; k < 4; ++k) bytes.at(random() % bytes.size()) = static_cast<char>(random() % 256);
    bytes.resize(1 + random() % bytes.size());
    if (!unpack(bytes).fault.empty()) ++faults;
  }
  EXPECT_GT(faults, 0u);
}

}  // namespace
}  // namespace wingbeat::osc
