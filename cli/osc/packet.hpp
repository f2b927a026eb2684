// OSC packets as bytes, by liblo: what is in a datagram that came, and a bundle that is to go.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "argument.hpp"
#include "time_tag.hpp"

namespace wingbeat::osc {

struct Message {
  std::string address;
  Arguments arguments;
  TimeTag time = kAtOnce;  // of its bundle
};

struct Unpacked {
  std::vector<Message> messages;
  std::string fault;  // why the rest could not be read; empty if all could
};

// The messages of a datagram, of bundles within bundles too, in their order. Any bytes will do.
Unpacked unpack(std::span<const char> datagram);

// What a message takes in a bundle, `numbers` of `number_bytes` each.
std::size_t packed_bytes(const std::string& address, std::size_t numbers, std::size_t number_bytes);
inline constexpr std::size_t kBundleHeadBytes = 16;

// A bundle in the making.
class Bundle {
 public:
  explicit Bundle(TimeTag time);
  ~Bundle();
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;

  void add(const std::string& address, const Arguments& arguments);
  std::size_t count() const;
  std::vector<char> bytes() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace wingbeat::osc
