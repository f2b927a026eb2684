// Datagrams by UDP. liblo's own server listens on all interfaces; this one listens on the address that it is given.
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

// "12345", "host:12345" or "[::1]:12345"; the default host is loopback. Throws cli::Failure (kUsage).
Endpoint parse_endpoint(const std::string& text);

// Owns a file descriptor.
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
  // Throws cli::Failure (kFailed) if the host is not known or the port is in use.
  explicit Receiver(const Endpoint& endpoint);
  // The next datagram, valid until the next call; empty if none has come. Empty datagrams are skipped.
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
  // Returns why the datagram could not be sent; "" if it was sent, which does not mean that it was received.
  std::string send(std::span<const char> datagram);

 private:
  Descriptor socket_;
  std::vector<char> address_;
};

}  // namespace wingbeat::osc
