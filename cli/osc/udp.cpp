#include "udp.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "failure.hpp"

namespace wingbeat::osc {

using cli::Failure;

namespace {

constexpr int kReceiveBufferBytes = 1 << 20;

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

std::string text_of(const Endpoint& endpoint) {
  const bool has_colons = endpoint.host.find(':') != std::string::npos;
  return (has_colons ? "[" + endpoint.host + "]" : endpoint.host) + ":" + endpoint.port;
}

Addresses look_up(const Endpoint& endpoint) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* addresses = nullptr;
  const int code = getaddrinfo(endpoint.host.c_str(), endpoint.port.c_str(), &hints, &addresses);
  if (code != 0) throw Failure(cli::kFailed, fmt::format("{}: {}", text_of(endpoint), gai_strerror(code)));
  return Addresses(addresses);
}

Descriptor open_socket(const Endpoint& endpoint, const addrinfo& address) {
  Descriptor socket(::socket(address.ai_family, SOCK_DGRAM, 0));
  if (socket.number() < 0) throw Failure(cli::kFailed, fmt::format("{}: {}", text_of(endpoint), std::strerror(errno)));
  fcntl(socket.number(), F_SETFD, FD_CLOEXEC);
  fcntl(socket.number(), F_SETFL, O_NONBLOCK);
  return socket;
}

bool is_port(const std::string& text) {
  return !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == std::string::npos &&
         std::stoi(text) <= 65535;
}

}  // namespace

Endpoint parse_endpoint(const std::string& text) {
  const auto colon = text.rfind(':');
  Endpoint endpoint{"127.0.0.1", text};
  if (colon != std::string::npos) endpoint = {text.substr(0, colon), text.substr(colon + 1)};
  const bool is_bracketed = endpoint.host.size() > 2 && endpoint.host.front() == '[' && endpoint.host.back() == ']';
  if (is_bracketed) endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
  const bool has_host = !endpoint.host.empty() && (is_bracketed || endpoint.host.find(':') == std::string::npos);
  if (!has_host || !is_port(endpoint.port))
    throw Failure(
        cli::kUsage,
        fmt::format("'{}' is not PORT or HOST:PORT; examples are 12345, 127.0.0.1:7779 and [::1]:7779", text));
  return endpoint;
}

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Receiver::Receiver(const Endpoint& endpoint) : datagram_(65536) {
  const Addresses addresses = look_up(endpoint);
  socket_ = open_socket(endpoint, *addresses);
  setsockopt(socket_.number(), SOL_SOCKET, SO_RCVBUF, &kReceiveBufferBytes, sizeof kReceiveBufferBytes);
  if (bind(socket_.number(), addresses->ai_addr, addresses->ai_addrlen) != 0)
    throw Failure(cli::kFailed, fmt::format("cannot listen on {}: {}", text_of(endpoint), std::strerror(errno)));
}

std::span<const char> Receiver::next() {
  for (;;) {
    const ssize_t size = recv(socket_.number(), datagram_.data(), datagram_.size(), 0);
    if (size > 0) return {datagram_.data(), static_cast<std::size_t>(size)};
    if (size < 0 && errno != EINTR) return {};
  }
}

std::string Receiver::where() const {
  sockaddr_storage address = {};
  socklen_t size = sizeof address;
  getsockname(socket_.number(), reinterpret_cast<sockaddr*>(&address), &size);
  char host[256] = "?", port[16] = "?";
  getnameinfo(reinterpret_cast<sockaddr*>(&address), size, host, sizeof host, port, sizeof port,
              NI_NUMERICHOST | NI_NUMERICSERV);
  return text_of({host, port});
}

Sender::Sender(const Endpoint& endpoint) {
  const Addresses addresses = look_up(endpoint);
  socket_ = open_socket(endpoint, *addresses);
  const auto* bytes = reinterpret_cast<const char*>(addresses->ai_addr);
  address_.assign(bytes, bytes + addresses->ai_addrlen);
}

std::string Sender::send(std::span<const char> datagram) {
  const auto* address = reinterpret_cast<const sockaddr*>(address_.data());
  const ssize_t size =
      sendto(socket_.number(), datagram.data(), datagram.size(), 0, address, static_cast<socklen_t>(address_.size()));
  return size < 0 ? std::strerror(errno) : "";
}

}  // namespace wingbeat::osc
