// Tests of the stamp, a checksum that distinguishes whole frames from torn frames.
#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "swarm_stream.hpp"

namespace {

using namespace wingbeat::cli;

wb_field_info field(const char* name, std::uint64_t offset, std::uint64_t size) {
  wb_field_info info = {};
  std::strncpy(info.name, name, sizeof info.name - 1);
  info.offset_bytes = offset;
  info.size_bytes = size;
  return info;
}

class FrameStamp : public testing::Test {
 protected:
  FrameStamp() { bytes_.fill(0xEE); }  // the bytes between fields have any value

  std::array<unsigned char, 256> bytes_;
};

TEST_F(FrameStamp, is_the_sum_of_words_plus_the_number_of_the_frame) {
  const std::uint64_t words[2] = {5, ~std::uint64_t{0}};  // 5 - 1
  std::memcpy(bytes_.data(), words, sizeof words);
  EXPECT_EQ(frame_stamp(bytes_.data(), {field("a", 0, 16)}, 3), 3 * kStampStep + 4);
}

TEST_F(FrameStamp, last_word_of_a_field_is_filled_up_with_zeros) {
  const unsigned char end[3] = {1, 2, 3};
  std::memcpy(bytes_.data() + 64, end, sizeof end);
  EXPECT_EQ(frame_stamp(bytes_.data(), {field("a", 64, 3)}, 0), 0x030201u);
}

TEST_F(FrameStamp, does_not_count_itself) {
  std::memset(bytes_.data(), 0, 8);
  EXPECT_EQ(frame_stamp(bytes_.data(), {field("a", 0, 8), field("stamp", 64, 8)}, 0), 0u);
}

TEST_F(FrameStamp, notices_every_single_bit_and_the_number) {
  const std::vector<wb_field_info> fields = {field("a", 0, 20), field("b", 64, 5)};
  const std::uint64_t whole = frame_stamp(bytes_.data(), fields, 9);
  EXPECT_NE(frame_stamp(bytes_.data(), fields, 10), whole);
  for (std::size_t at : {0u, 7u, 8u, 19u, 64u, 68u})
    for (unsigned bit = 0; bit < 8; ++bit) {
      bytes_[at] = static_cast<unsigned char>(bytes_[at] ^ (1u << bit));
      EXPECT_NE(frame_stamp(bytes_.data(), fields, 9), whole) << at << " " << bit;
      bytes_[at] = static_cast<unsigned char>(bytes_[at] ^ (1u << bit));
    }
}

}  // namespace
