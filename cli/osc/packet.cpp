#include "packet.hpp"

#include <fmt/format.h>

#include <lo/lo_lowlevel.h>
#include <time.h>

#include <cstdint>
#include <cstring>
#include <deque>
#include <limits>
#include <new>

#include "wingbeat/wingbeat.h"

namespace wingbeat::osc {

namespace {

constexpr int kMaxDepth = 8;  // bundles within bundles
constexpr char kBundleMark[8] = "#bundle";

struct FreeMessage {
  void operator()(lo_message message) const { lo_message_free(message); }
};
using LoMessage = std::unique_ptr<std::remove_pointer_t<lo_message>, FreeMessage>;

std::uint32_t word_at(std::span<const char> bytes, std::size_t at) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i) word = word << 8 | static_cast<unsigned char>(bytes[at + i]);
  return word;
}

lo_timetag to_liblo(TimeTag time) { return {static_cast<std::uint32_t>(time >> 32), static_cast<std::uint32_t>(time)}; }

Argument to_argument(char tag, const lo_arg* value) {
  switch (tag) {
    case LO_INT32:
      return std::int64_t{value->i};
    case LO_INT64:
      return value->h;
    case LO_FLOAT:
      return value->f;
    case LO_DOUBLE:
      return value->d;
    case LO_TRUE:
    case LO_FALSE:
      return tag == LO_TRUE;
    case LO_STRING:
    case LO_SYMBOL:
      return std::string(&value->s);
    default:
      return OtherType{tag};
  }
}

struct AddTo {
  lo_message message;
  int operator()(std::int64_t number) const {
    const bool is_short =
        number >= std::numeric_limits<std::int32_t>::min() && number <= std::numeric_limits<std::int32_t>::max();
    return is_short ? lo_message_add_int32(message, static_cast<std::int32_t>(number))
                    : lo_message_add_int64(message, number);
  }
  int operator()(float number) const { return lo_message_add_float(message, number); }
  int operator()(double number) const { return lo_message_add_double(message, number); }
  int operator()(bool flag) const { return flag ? lo_message_add_true(message) : lo_message_add_false(message); }
  int operator()(const std::string& text) const { return lo_message_add_string(message, text.c_str()); }
  int operator()(OtherType) const { return lo_message_add_nil(message); }
};

class Unpacker {
 public:
  Unpacked unpacked;

  void packet(std::span<const char> bytes, TimeTag time, int depth) {
    if (bytes.size() >= kBundleHeadBytes && std::memcmp(bytes.data(), kBundleMark, sizeof kBundleMark) == 0)
      bundle(bytes, depth);
    else
      message(bytes, time);
  }

 private:
  // Sizes come from the network: each is checked against what is left before it is used.
  void bundle(std::span<const char> bytes, int depth) {
    if (depth >= kMaxDepth) return fail(fmt::format("bundles within bundles, more than {} deep", kMaxDepth));
    const TimeTag time = TimeTag{word_at(bytes, 8)} << 32 | word_at(bytes, 12);
    for (std::size_t at = kBundleHeadBytes; at < bytes.size();) {
      if (bytes.size() - at < 4) return fail("a bundle ends within an element's size");
      const std::uint32_t size = word_at(bytes, at);
      at += 4;
      if (size == 0 || size % 4 != 0 || size > bytes.size() - at)
        return fail("an element of a bundle has a wrong size");
      packet(bytes.subspan(at, size), time, depth + 1);
      at += size;
    }
  }

  void message(std::span<const char> bytes, TimeTag time) {
    std::vector<char> copy(bytes.begin(), bytes.end());  // liblo wants it writable
    int result = 0;
    const LoMessage message(lo_message_deserialise(copy.data(), copy.size(), &result));
    if (message == nullptr)
      return fail(fmt::format("a datagram of {} bytes holds no OSC message (liblo's error {})", copy.size(), result));
    if (copy[0] != '/') return fail("an OSC address begins with /");
    Message unpacked_message{copy.data(), {}, time};
    const char* tags = lo_message_get_types(message.get());
    lo_arg** values = lo_message_get_argv(message.get());
    for (int i = 0; i < lo_message_get_argc(message.get()); ++i)
      unpacked_message.arguments.push_back(to_argument(tags[i], values[i]));
    unpacked.messages.push_back(std::move(unpacked_message));
  }

  void fail(const std::string& what) {
    if (unpacked.fault.empty()) unpacked.fault = what;
  }
};

std::size_t padded(std::size_t text_bytes) { return text_bytes / 4 * 4 + 4; }  // with its final zero

constexpr std::uint64_t kSecondsTo1970 = 2208988800, kSecond = 1'000'000'000;

std::uint64_t day_clock_ns() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * kSecond + static_cast<std::uint64_t>(now.tv_nsec);
}

TimeTag tag_of(std::uint64_t day_ns) {
  return (day_ns / kSecond + kSecondsTo1970) << 32 | (day_ns % kSecond << 32) / kSecond;
}

}  // namespace

TimeTag now_tag() { return tag_of(day_clock_ns()); }

TimeTag tag_of_monotonic(std::uint64_t ns) { return tag_of(day_clock_ns() - (wb_now_ns() - ns)); }

// Seconds wrap in 2036; a difference of two tags is right all the same.
std::int64_t nanoseconds_until(TimeTag tag) {
  const auto difference = static_cast<std::int64_t>(tag - now_tag());
  const std::int64_t seconds = difference >> 32, fraction = difference & 0xFFFFFFFF;
  return seconds * static_cast<std::int64_t>(kSecond) + (fraction * static_cast<std::int64_t>(kSecond) >> 32);
}

Unpacked unpack(std::span<const char> datagram) {
  Unpacker unpacker;
  unpacker.packet(datagram, kAtOnce, 0);
  return std::move(unpacker.unpacked);
}

std::size_t packed_bytes(const std::string& address, std::size_t numbers, std::size_t number_bytes) {
  return 4 + padded(address.size()) + padded(1 + numbers) + numbers * number_bytes;
}

struct Bundle::Parts {
  explicit Parts(TimeTag time) : bundle(lo_bundle_new(to_liblo(time))) {
    if (bundle == nullptr) throw std::bad_alloc();
  }
  ~Parts() { lo_bundle_free_recursive(bundle); }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  lo_bundle bundle;
  std::deque<std::string> addresses;  // liblo keeps references
};

Bundle::Bundle(TimeTag time) : parts_(std::make_unique<Parts>(time)) {}
Bundle::~Bundle() = default;

void Bundle::add(const std::string& address, const Arguments& arguments) {
  LoMessage message(lo_message_new());
  if (message == nullptr) throw std::bad_alloc();
  for (const auto& argument : arguments)
    if (std::visit(AddTo{message.get()}, argument) != 0) throw std::bad_alloc();
  parts_->addresses.push_back(address);
  if (lo_bundle_add_message(parts_->bundle, parts_->addresses.back().c_str(), message.get()) != 0)
    throw std::bad_alloc();
  static_cast<void>(message.release());  // the bundle's from now on
}

std::size_t Bundle::count() const { return parts_->addresses.size(); }

std::vector<char> Bundle::bytes() const {
  std::vector<char> bytes(lo_bundle_length(parts_->bundle));
  lo_bundle_serialise(parts_->bundle, bytes.data(), nullptr);
  return bytes;
}

}  // namespace wingbeat::osc
