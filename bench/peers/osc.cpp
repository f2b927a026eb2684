// OSC over UDP by liblo. A frame is divided into blobs, one per message, and reassembled by their indices.
#include <lo/lo.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "note.hpp"
#include "peer.hpp"

namespace wingbeat::bench {
namespace {

constexpr std::uint64_t kBlobBytes = 65'000;  // a datagram holds this and the rest of the message
constexpr int kRestBytes = 64;                // upper limit for path, types and numbers
constexpr int kBufferBytes = 4 << 20;
constexpr const char* kPath = "/frame";
constexpr const char* kTypes = "hib";  // the frame's number, the blob's index, the blob

std::uint64_t blobs_of(std::uint64_t bytes) { return (bytes + kBlobBytes - 1) / kBlobBytes; }

std::string port_note(unsigned reader) { return "port-" + std::to_string(reader); }

class OscSender final : public Sender {
 public:
  explicit OscSender(const Setup& setup) : setup_(setup), frame_(setup.bytes / 8) {}
  ~OscSender() override {
    for (lo_address address : addresses_) lo_address_free(address);
  }
  std::byte* begin() override {
    for (auto i = static_cast<unsigned>(addresses_.size()); i < setup_.readers; ++i)
      addresses_.push_back(lo_address_new("127.0.0.1", read_note(setup_, port_note(i)).c_str()));
    return reinterpret_cast<std::byte*>(frame_.data());
  }
  void send() override {
    ++seq_;
    for (std::uint64_t i = 0; i < blobs_of(setup_.bytes); ++i) send_blob(i);
  }

 private:
  void send_blob(std::uint64_t index) {
    const std::uint64_t start = index * kBlobBytes, bytes = std::min(kBlobBytes, setup_.bytes - start);
    const lo_blob blob = lo_blob_new(static_cast<std::int32_t>(bytes), reinterpret_cast<char*>(frame_.data()) + start);
    const lo_message message = lo_message_new();
    lo_message_add_int64(message, seq_);
    lo_message_add_int32(message, static_cast<std::int32_t>(index));
    lo_message_add_blob(message, blob);
    for (lo_address address : addresses_) lo_send_message(address, kPath, message);  // may be lost, as with UDP
    lo_message_free(message);
    lo_blob_free(blob);
  }

  Setup setup_;
  std::vector<std::uint64_t> frame_;
  std::vector<lo_address> addresses_;
  std::int64_t seq_ = 0;
};

class OscReceiver final : public Receiver {
 public:
  explicit OscReceiver(const Setup& setup)
      : bytes_(setup.bytes), wait_(setup.wait), frame_(setup.bytes / 8), server_(lo_server_new("0", nullptr)) {
    if (server_ == nullptr) throw std::runtime_error("cannot make an OSC server");
    // The server allocates this size for every message.
    lo_server_max_msg_size(server_, static_cast<int>(std::min(bytes_, kBlobBytes)) + kRestBytes);
    lo_server_add_method(server_, kPath, kTypes, on_blob, this);
    const int file = lo_server_get_socket_fd(server_);
    ::setsockopt(file, SOL_SOCKET, SO_RCVBUF, &kBufferBytes, sizeof kBufferBytes);
    leave_note(setup, port_note(setup.reader), std::to_string(port_of(file)));
  }
  ~OscReceiver() override { lo_server_free(server_); }
  const std::byte* receive(std::chrono::nanoseconds limit) override {
    const std::uint64_t end_ns = now_ns() + static_cast<std::uint64_t>(limit.count());
    const int limit_ms = wait_ == Wait::kSpin ? 0 : static_cast<int>(limit / std::chrono::milliseconds(1));
    while (!is_whole()) {
      if (lo_server_recv_noblock(server_, limit_ms) == 0 && now_ns() > end_ns) return nullptr;
    }
    got_ = 0;
    return reinterpret_cast<const std::byte*>(frame_.data());
  }

 private:
  static unsigned port_of(int file) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    ::getsockname(file, reinterpret_cast<sockaddr*>(&storage), &length);
    return ntohs(storage.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(storage).sin6_port
                                               : reinterpret_cast<sockaddr_in&>(storage).sin_port);
  }
  static int on_blob(const char*, const char*, lo_arg** values, int, lo_message, void* self) {
    const auto blob = reinterpret_cast<lo_blob>(values[2]);
    static_cast<OscReceiver*>(self)->take(values[0]->h, static_cast<std::uint64_t>(values[1]->i), blob);
    return 0;
  }
  // Datagrams are not doubled on the loopback, so that counting them is enough.
  void take(std::int64_t seq, std::uint64_t index, lo_blob blob) {
    if (index >= blobs_of(bytes_)) return;
    if (seq != seq_) got_ = 0;
    seq_ = seq;
    const std::uint64_t start = index * kBlobBytes, bytes = std::min(kBlobBytes, bytes_ - start);
    if (lo_blob_datasize(blob) != bytes) return;
    std::memcpy(reinterpret_cast<char*>(frame_.data()) + start, lo_blob_dataptr(blob), bytes);
    ++got_;
  }
  bool is_whole() const { return got_ == blobs_of(bytes_); }

  std::uint64_t bytes_;
  Wait wait_;
  std::vector<std::uint64_t> frame_;
  lo_server server_;
  std::int64_t seq_ = 0;
  std::uint64_t got_ = 0;  // received blobs of the frame
};

std::string version() {
  char text[32] = "";
  lo_version(text, sizeof text, nullptr, nullptr, nullptr, 0, nullptr, nullptr, nullptr);
  return text;
}

}  // namespace

Peer peer() {
  return {"osc",
          version(),
          "liblo over UDP, a datagram to each receiver in turn; frames in blobs of 65000 bytes, what is incomplete is "
          "lost; receive buffer of 4 MB (the kernel doubles it), so that larger frames need a receiver that keeps up; "
          "lo_server_recv_noblock, spin: without a time, sleep: with the limit",
          true,
          32ull << 20,
          [](const Setup& setup) -> std::unique_ptr<Sender> { return std::make_unique<OscSender>(setup); },
          [](const Setup& setup) -> std::unique_ptr<Receiver> { return std::make_unique<OscReceiver>(setup); }};
}

}  // namespace wingbeat::bench
