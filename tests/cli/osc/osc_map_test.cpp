#include "map.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "config_file.hpp"
#include "failure.hpp"

namespace wingbeat::osc {
namespace {

void expect_complaint(const std::string& text, const std::string& part) {
  try {
    (void)parse_map(text, "here.toml", "swarm");
    ADD_FAILURE() << "accepted: " << text;
  } catch (const cli::Failure& failure) {
    EXPECT_EQ(failure.code(), cli::kUsage);
    EXPECT_NE(std::string(failure.what()).find(part), std::string::npos) << text << "\n" << failure.what();
  }
}

TEST(OscMap, every_key_is_read) {
  const Map map = parse_map(
      "prefix = '/s'\ndatagram_bytes = 1472\n[addresses]\nplace = '/flock/position'\n"
      "[[in]]\naddress = '/flock/pca'\nstream = 'latent'\nfield = 'code'\nsize = 10\n"
      "[[out]]\naddress = '/p'\nstream = 'other'\nfield = 'position'\nrows = '2-4'\nper_row = true\nevery = 5\n"
      "[[out]]\naddress = '/q'\nfield = 'velocity'\nrows = [7, 3]\nrate = 12.5\n",
      "here.toml", "swarm");
  EXPECT_EQ(map.prefix, "/s");
  EXPECT_EQ(map.datagram_bytes, 1472u);
  EXPECT_EQ(map.addresses.at("place"), "/flock/position");
  ASSERT_EQ(map.in.size(), 1u);
  EXPECT_EQ(map.in[0].address + map.in[0].stream + map.in[0].field, "/flock/pcalatentcode");
  EXPECT_EQ(map.in[0].size, 10u);
  ASSERT_EQ(map.out.size(), 2u);
  EXPECT_EQ(map.out[0].stream, "other");
  EXPECT_EQ(map.out[0].rows, (std::vector<std::uint64_t>{2, 3, 4}));
  EXPECT_TRUE(map.out[0].per_row);
  EXPECT_EQ(map.out[0].every, 5u);
  EXPECT_EQ(map.out[1].stream, "swarm");
  EXPECT_EQ(map.out[1].rows, (std::vector<std::uint64_t>{7, 3}));
  EXPECT_FALSE(map.out[1].per_row);
  EXPECT_EQ(map.out[1].every, 0u);
  EXPECT_EQ(map.out[1].rate, 12.5);
}

TEST(OscMap, without_keys_it_is_the_default) {
  const Map map = parse_map("", "here.toml", "alice/swarm");
  EXPECT_EQ(map.prefix, "/alice/swarm");
  EXPECT_EQ(map.datagram_bytes, 65507u);
  EXPECT_TRUE(map.addresses.empty() && map.in.empty() && map.out.empty());
}

TEST(OscMap, wrong_keys_and_values_are_complained_about_with_what_is_allowed) {
  expect_complaint("colour = 1", "here.toml: colour is no key of a map; there are prefix");
  expect_complaint("prefix = 'swarm'", "prefix must be an OSC address");
  expect_complaint("prefix = '/'", "prefix must be an OSC address");
  expect_complaint("datagram_bytes = 100000", "datagram_bytes must be a whole number from 256 to 65507");
  expect_complaint("addresses = 1", "addresses must be a table");
  expect_complaint("[addresses]\nplace = 3", "place must be a text");
  expect_complaint("[addresses]\nplace = '/a b'", "place must be an OSC address");
  expect_complaint("in = 1", "in must be tables: [[in]]");
  expect_complaint("[[in]]\nstream = 'a'", "[[in]] of line 1: address is missing");
  expect_complaint("[[in]]\naddress = '/a'\nstream = 'a'\nfield = 'b'\nsize = 0", "size must be a whole number");
  expect_complaint("[[out]]\naddress = '/a'\nfield = 'b'\nrows = '4-2'", "rows must be a list");
  expect_complaint("[[out]]\naddress = '/a'\nfield = 'b'\nrows = []", "rows must be a list");
  expect_complaint("[[out]]\naddress = '/a'\nfield = 'b'\nrows = [-1]", "rows must be a list");
  expect_complaint("[[out]]\naddress = '/a'\nfield = 'b'\nper_row = 1", "per_row must be true or false");
  expect_complaint("[[out]]\naddress = '/a'\nfield = 'b'\nevery = 2\nrate = 3", "every and rate exclude each other");
  expect_complaint("[[out]]\naddress = '/a'\nfield = 'b'\ncolour = 3", "colour is no key of a [[out]]");
  const std::string in = "[[in]]\nstream = 'a'\nfield = 'b'\naddress = ";
  expect_complaint(in + "'/a'\n" + in + "'/b'", "names the stream 'a' twice");
  expect_complaint("prefix = ", "here.toml, line 1");
}

TEST(OscMap, all_that_are_installed_can_be_read) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(cli::shared_folder("osc"))) {
    const Map map = read_map(entry.path().string(), "swarm");
    EXPECT_FALSE(map.in.empty() && map.out.empty()) << entry.path();
    ++count;
  }
  EXPECT_EQ(count, 2u);
  EXPECT_THROW((void)read_map("nowhere", "swarm"), cli::Failure);
}

}  // namespace
}  // namespace wingbeat::osc
