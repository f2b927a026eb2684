// OSC packets as bytes, by liblo: the messages of a received datagram, a bundle that is to be sent, and time tags.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "argument.hpp"

namespace wingbeat::osc {

// Time of OSC: as in NTP, 32 bits of seconds since 1900 and 32 bits of their fraction, by the system's clock.
using TimeTag = std::uint64_t;

inline constexpr TimeTag kAtOnce = 1;

TimeTag now_tag();
// The tag of a frame's publish_time_ns, which is of the monotonic clock.
TimeTag tag_of_monotonic(std::uint64_t ns);
// The time from now until the tag, in ns; negative if it has passed.
std::int64_t nanoseconds_until(TimeTag tag);

struct Message {
  std::string address;
  Arguments arguments;
  TimeTag time = kAtOnce;  // of its bundle
};

struct Unpacked {
  std::vector<Message> messages;
  std::string fault;  // why the rest could not be read; empty if all could
};

// The messages of a datagram, also those of nested bundles, in their order. The bytes may be anything.
Unpacked unpack(std::span<const char> datagram);

// The size of a message in a bundle, with `numbers` of `number_bytes` each.
std::size_t packed_bytes(const std::string& address, std::size_t numbers, std::size_t number_bytes);
inline constexpr std::size_t kBundleHeadBytes = 16;

// A bundle that is being filled.
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
