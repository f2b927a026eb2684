// Datagrams. liblo's own server listens on all interfaces; this one on the address it is told.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace wingbeat::osc {

inline constexpr std::size_t kMaxDatagramBytes = 65507;  // of UDP over IPv4

struct Endpoint {
  std::string host, port;
};

// "12345", "host:12345", "[::1]:12345"; without a host it is loopback. Throws cli::Failure (kUsage).
Endpoint parse_endpoint(const std::string& text);

// A descriptor of the system's that is closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  int number() const { return number_; }

 private:
  int number_;
};

class Receiver {
 public:
  // Throws cli::Failure (kFailed): the host is not known, the port is taken.
  explicit Receiver(const Endpoint& endpoint);
  // The next datagram, valid until the next call; empty if none has come. An empty datagram is passed over.
  std::span<const char> next();
  std::string where() const;  // "127.0.0.1:12345", with the port that the system chose for 0
  int descriptor() const { return socket_.number(); }

 private:
  Descriptor socket_;
  std::vector<char> datagram_;
};

class Sender {
 public:
  explicit Sender(const Endpoint& endpoint);
  // Why it could not be sent; empty if it was, which does not mean that anybody received it.
  std::string send(std::span<const char> datagram);

 private:
  Descriptor socket_;
  std::vector<char> address_;
};

}  // namespace wingbeat::osc
