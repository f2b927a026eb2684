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
  Manifest largest = sample();
  largest.stream = std::string(63, 's');
  largest.epoch = UINT32_MAX;
  largest.identity = UINT64_MAX;
  largest.data_bytes = std::uint64_t{1} << 54;
  largest.data_object = "/" + std::string(29, 'o');
  for (const Manifest& manifest : {sample(), largest}) {
    const std::string text = to_text(manifest);
    EXPECT_LE(text.size(), kMaxManifestBytes);
    Manifest copy;
    ASSERT_EQ(from_text(text, copy).text, "");
    EXPECT_EQ(to_text(copy), text);
    EXPECT_EQ(copy.stream, manifest.stream);
    EXPECT_EQ(copy.epoch, manifest.epoch);
    EXPECT_EQ(copy.identity, manifest.identity);
    EXPECT_EQ(copy.data_bytes, manifest.data_bytes);
  }
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

TEST(Manifest, is_refused_for_what_it_says_even_if_its_check_is_right) {
  const std::pair<std::string, std::string> changes[] = {
      {"stream swarm", "stream ../../etc"},
      {"stream swarm", "stream "},
      {"epoch 7", "epoch 4294967296"},
      {"epoch 7", "epoch -1"},
      {"epoch 7", "epoch 07"},
      {"identity 0", "identity "},
      {"epoch 7", "epoch 99999999999999999999"},
      {"data /wb-", "data wb-"},
      {"data /wb-0123456789ab-7d", "data /" + std::string(30, 'o')},
      {"control-bytes", "control bytes"},
      {"stream swarm\n", ""},
      {"backend linux\n", "backend linux\nbackend linux\n"},
  };
  for (const auto& [from, to] : changes) {
    std::string body = body_of(sample());
    body.replace(body.find(from), from.size(), to);
    Manifest copy;
    EXPECT_EQ(from_text(with_right_check(body), copy).kind, FaultKind::kCorrupt) << to;
  }
}

TEST(Manifest, longer_than_the_limit_is_refused) {
  Manifest copy;
  EXPECT_TRUE(from_text(with_right_check(body_of(sample()) + std::string(kMaxManifestBytes, 'x') + "\n"), copy));
}

}  // namespace
