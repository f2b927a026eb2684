// The manifest's text: one way to write it, no other way to read it.
#include <gtest/gtest.h>

#include <string>

#include "layout/manifest.hpp"

namespace {

using namespace wingbeat::layout;

Manifest sample() {
  Manifest manifest;
  manifest.stream = "swarm";
  manifest.backend = "linux";
  manifest.epoch = 7;
  manifest.identity = 0x0123456789abcdef;
  manifest.data_object = "/wb-0123456789ab-7d";
  manifest.data_bytes = 123456789;
  manifest.control_object = "/wb-0123456789ab-7c";
  manifest.control_bytes = 4096;
  return manifest;
}

// The text with its check line made right, so that what is refused is refused for what the body says.
std::string with_right_check(std::string body) {
  char line[32];
  std::snprintf(line, sizeof line, "check %016llx\n", static_cast<unsigned long long>(hash(body)));
  return body + line;
}

std::string body_of(const Manifest& manifest) {
  const std::string text = to_text(manifest);
  return text.substr(0, text.rfind("check "));
}

TEST(Manifest, comes_back_as_it_was_written) {
  Manifest copy;
  ASSERT_EQ(from_text(to_text(sample()), copy).text, "");
  EXPECT_EQ(to_text(copy), to_text(sample()));
  EXPECT_EQ(copy.stream, "swarm");
  EXPECT_EQ(copy.epoch, 7u);
  EXPECT_EQ(copy.identity, 0x0123456789abcdefu);
  EXPECT_EQ(copy.data_bytes, 123456789u);
}

TEST(Manifest, of_the_largest_numbers_and_names_comes_back) {
  Manifest manifest = sample();
  manifest.stream = std::string(63, 's');
  manifest.epoch = UINT32_MAX;
  manifest.identity = UINT64_MAX;
  manifest.data_bytes = std::uint64_t{1} << 54;
  manifest.data_object = "/" + std::string(29, 'o');
  Manifest copy;
  ASSERT_EQ(from_text(to_text(manifest), copy).text, "");
  EXPECT_EQ(to_text(copy), to_text(manifest));
  EXPECT_LE(to_text(manifest).size(), kMaxManifestBytes);
}

TEST(Manifest, with_any_byte_changed_is_refused) {
  const std::string text = to_text(sample());
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (int flip = 1; flip < 256; ++flip) {
      std::string damaged = text;
      damaged[i] = static_cast<char>(damaged[i] ^ flip);
      Manifest copy;
      ASSERT_TRUE(from_text(damaged, copy)) << i << " " << flip;
    }
  }
}

TEST(Manifest, with_a_byte_more_or_less_is_refused) {
  const std::string text = to_text(sample());
  Manifest copy;
  EXPECT_TRUE(from_text(text + "\n", copy));
  EXPECT_TRUE(from_text(text + text, copy));
  for (std::size_t i = 0; i < text.size(); ++i) {
    EXPECT_TRUE(from_text(std::string(text).erase(i, 1), copy)) << i;
    EXPECT_TRUE(from_text(std::string(text).insert(i, "0"), copy)) << i;
  }
}

TEST(Manifest, of_another_version_is_incompatible_not_damaged) {
  std::string text = to_text(sample());
  text.replace(text.find(" 1\n"), 3, " 2\n");
  Manifest copy;
  EXPECT_EQ(from_text(text, copy).kind, FaultKind::kIncompatible);
}

TEST(Manifest, is_refused_for_what_it_says_even_if_its_check_is_right) {
  const auto refused = [](const std::string& from, const std::string& to) {
    std::string body = body_of(sample());
    body.replace(body.find(from), from.size(), to);
    Manifest copy;
    return from_text(with_right_check(body), copy).kind == FaultKind::kCorrupt;
  };
  EXPECT_TRUE(refused("stream swarm", "stream ../../etc"));
  EXPECT_TRUE(refused("stream swarm", "stream "));
  EXPECT_TRUE(refused("epoch 7", "epoch 0"));
  EXPECT_TRUE(refused("epoch 7", "epoch 4294967296"));
  EXPECT_TRUE(refused("epoch 7", "epoch -1"));
  EXPECT_TRUE(refused("epoch 7", "epoch 07"));
  EXPECT_TRUE(refused("identity 0", "identity "));
  EXPECT_TRUE(refused("epoch 7", "epoch 99999999999999999999"));
  EXPECT_TRUE(refused("data /wb-", "data wb-"));
  EXPECT_TRUE(refused("data /wb-", "data /../"));
  EXPECT_TRUE(refused("data /wb-0123456789ab-7d", "data /" + std::string(30, 'o')));
  EXPECT_TRUE(refused("control-bytes", "control bytes"));
  EXPECT_TRUE(refused("stream swarm\n", ""));
  EXPECT_TRUE(refused("backend linux\n", "backend linux\nbackend linux\n"));
}

TEST(Manifest, longer_than_the_limit_is_refused) {
  Manifest copy;
  EXPECT_TRUE(from_text(with_right_check(body_of(sample()) + std::string(kMaxManifestBytes, 'x') + "\n"), copy));
}

TEST(Hash, is_fnv_1a) {
  EXPECT_EQ(hash(""), 0xcbf29ce484222325u);
  EXPECT_EQ(hash("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(hash("foobar"), 0x85944171f73967e8u);
}

}  // namespace
