// A stream socket to each receiver, written in turn. PEER_TCP: TCP on the loopback, otherwise a Unix socket.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "note.hpp"
#include "peer.hpp"

namespace wingbeat::bench {
namespace {

constexpr bool kTcp = PEER_TCP;
constexpr auto kSendLimit = std::chrono::seconds(1);  // a connection without progress for longer is closed
constexpr int kUnixBufferBytes = 1 << 20;  // a larger buffer is slower, because it does not stay in the cache

void need(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(std::string("cannot ") + what + ": " + std::strerror(errno));
}

class Socket {
 public:
  explicit Socket(int file) : file_(file) { need(file >= 0, "open a socket"); }
  Socket(Socket&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~Socket() {
    if (file_ >= 0) ::close(file_);
  }
  int get() const { return file_; }

  template <class Value>
  void set(int level, int option, const Value& value) {
    need(::setsockopt(file_, level, option, &value, sizeof value) == 0, "set an option");
  }
  void set_limit(int option, std::chrono::nanoseconds limit) {
    set(SOL_SOCKET, option, timeval{limit.count() / 1'000'000'000, limit.count() % 1'000'000'000 / 1'000});
  }
  // The kernel adapts the sizes of TCP's buffers, unless a program sets them.
  void tune() {
    if (kTcp)
      set(IPPROTO_TCP, TCP_NODELAY, 1);
    else
      set(SOL_SOCKET, SO_SNDBUF, kUnixBufferBytes);
  }

 private:
  int file_;
};

Socket make_socket(int flags) {
  Socket socket(::socket(kTcp ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
  socket.tune();
  return socket;
}

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Address tcp_address(unsigned port) {
  Address address;
  auto& in = reinterpret_cast<sockaddr_in&>(address.storage);
  in.sin_family = AF_INET;
  in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  in.sin_port = htons(static_cast<std::uint16_t>(port));
  address.length = sizeof in;
  return address;
}

Address unix_address(const Setup& setup) {
  Address address;
  auto& un = reinterpret_cast<sockaddr_un&>(address.storage);
  const std::string path = setup.directory + "/socket";
  if (path.size() >= sizeof un.sun_path) throw std::runtime_error("too long for a socket: " + path);
  un.sun_family = AF_UNIX;
  std::memcpy(un.sun_path, path.c_str(), path.size() + 1);
  address.length = sizeof un;
  return address;
}

unsigned port_of(const Socket& socket) {
  sockaddr_in in{};
  socklen_t length = sizeof in;
  need(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&in), &length) == 0, "get the port");
  return ntohs(in.sin_port);
}

class SocketSender final : public Sender {
 public:
  explicit SocketSender(const Setup& setup)
      : readers_(setup.readers), frame_(setup.bytes / 8), listening_(make_socket(SOCK_NONBLOCK)) {
    Address address = kTcp ? tcp_address(0) : unix_address(setup);
    need(::bind(listening_.get(), address.get(), address.length) == 0, "bind");
    need(::listen(listening_.get(), SOMAXCONN) == 0, "listen");
    if (kTcp) leave_note(setup, "port", std::to_string(port_of(listening_)));
  }
  std::byte* begin() override {
    while (connections_.size() < readers_ && accepts()) {
    }  // accepts the receivers that have connected so far
    return reinterpret_cast<std::byte*>(frame_.data());
  }
  void send() override {
    std::erase_if(connections_, [&](const Socket& socket) { return !sends_to(socket); });
  }

 private:
  bool accepts() {
    const int file = ::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (file < 0) return false;
    Socket& socket = connections_.emplace_back(file);
    socket.tune();
    socket.set_limit(SO_SNDTIMEO, kSendLimit);
    return true;
  }
  bool sends_to(const Socket& socket) const {
    const auto* data = reinterpret_cast<const char*>(frame_.data());
    for (std::size_t sent = 0, bytes = frame_.size() * 8; sent < bytes;) {
      const ssize_t count = ::send(socket.get(), data + sent, bytes - sent, MSG_NOSIGNAL);
      if (count <= 0) return false;  // the receiver is too slow or has ended
      sent += static_cast<std::size_t>(count);
    }
    return true;
  }

  std::size_t readers_;
  std::vector<std::uint64_t> frame_;
  Socket listening_;
  std::vector<Socket> connections_;
};

class SocketReceiver final : public Receiver {
 public:
  explicit SocketReceiver(const Setup& setup)
      : wait_(setup.wait),
        frame_(setup.bytes / 8),
        address_(kTcp ? tcp_address(static_cast<unsigned>(std::stoul(read_note(setup, "port")))) : unix_address(setup)),
        socket_(make_socket(0)) {
    need(connects(), "connect");
  }
  const std::byte* receive(std::chrono::nanoseconds limit) override {
    if (wait_ == Wait::kSleep && limit != limit_) socket_.set_limit(SO_RCVTIMEO, limit_ = limit);
    const std::uint64_t end_ns = now_ns() + static_cast<std::uint64_t>(limit.count());
    while (got_ < frame_.size() * 8) {
      if (!gets_more() && now_ns() > end_ns) return nullptr;  // the rest of the frame may arrive in the next call
    }
    got_ = 0;
    return reinterpret_cast<const std::byte*>(frame_.data());
  }

 private:
  bool connects() { return ::connect(socket_.get(), address_.get(), address_.length) == 0; }
  bool gets_more() {
    auto* rest = reinterpret_cast<char*>(frame_.data()) + got_;
    const int flags = wait_ == Wait::kSpin ? MSG_DONTWAIT : MSG_WAITALL;
    const ssize_t count = ::recv(socket_.get(), rest, frame_.size() * 8 - got_, flags);
    if (count > 0) got_ += static_cast<std::size_t>(count);
    const bool none_yet = count < 0 && (errno == EAGAIN || errno == EINTR);
    if (count > 0 || none_yet) return count > 0;
    connect_again();
    return false;
  }
  // The sender has closed this connection, possibly within a frame, or has ended; then no process listens.
  void connect_again() {
    got_ = 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    socket_ = make_socket(0);
    if (wait_ == Wait::kSleep) socket_.set_limit(SO_RCVTIMEO, limit_);
    connects();
  }

  Wait wait_;
  std::vector<std::uint64_t> frame_;
  Address address_;
  Socket socket_;
  std::size_t got_ = 0;
  std::chrono::nanoseconds limit_{};
};

}  // namespace

Peer peer() {
  return {kTcp ? "tcp-socket" : "unix-socket",
          "kernel",
          std::string(kTcp ? "TCP_NODELAY" : "SO_SNDBUF 1 MB") +
              "; a stream to each receiver, written whole in turn; every frame in order: the sender waits for slow "
              "receivers and closes the connection after 1 s without progress (they connect again); spin: "
              "MSG_DONTWAIT, sleep: MSG_WAITALL and SO_RCVTIMEO",
          true,
          1ull << 30,
          [](const Setup& setup) -> std::unique_ptr<Sender> { return std::make_unique<SocketSender>(setup); },
          [](const Setup& setup) -> std::unique_ptr<Receiver> { return std::make_unique<SocketReceiver>(setup); }};
}

}  // namespace wingbeat::bench
