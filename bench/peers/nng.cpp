// nng, the successor of nanomsg: PUB to SUB over ipc://.
#include <nng/nng.h>
#include <nng/protocol/pubsub0/pub.h>
#include <nng/protocol/pubsub0/sub.h>
#include <sched.h>

#include <algorithm>

#include "peer.hpp"

namespace wingbeat::bench {
namespace {

constexpr std::uint64_t kQueueBytes = 64ull << 20;

void need(int code) {
  if (code != 0) throw std::runtime_error(nng_strerror(code));
}

std::string endpoint(const Setup& setup) { return "ipc://" + setup.directory + "/socket"; }

// Length of the queue at each end: at most 1000 frames, and at most kQueueBytes of memory.
int queue(std::uint64_t bytes) { return static_cast<int>(std::clamp<std::uint64_t>(kQueueBytes / bytes, 2, 1'000)); }

class NngSender final : public Sender {
 public:
  explicit NngSender(const Setup& setup) : bytes_(setup.bytes) {
    need(nng_pub0_open(&socket_));
    need(nng_socket_set_int(socket_, NNG_OPT_SENDBUF, queue(setup.bytes)));
    need(nng_listen(socket_, endpoint(setup).c_str(), nullptr, 0));
  }
  ~NngSender() override { nng_close(socket_); }
  std::byte* begin() override {
    need(nng_msg_alloc(&message_, bytes_));
    return static_cast<std::byte*>(nng_msg_body(message_));
  }
  void send() override { need(nng_sendmsg(socket_, message_, 0)); }

 private:
  std::uint64_t bytes_;
  nng_socket socket_{};
  nng_msg* message_ = nullptr;
};

class NngReceiver final : public Receiver {
 public:
  explicit NngReceiver(const Setup& setup) : bytes_(setup.bytes), wait_(setup.wait) {
    need(nng_sub0_open(&socket_));
    need(nng_socket_set(socket_, NNG_OPT_SUB_SUBSCRIBE, "", 0));
    need(nng_socket_set_int(socket_, NNG_OPT_RECVBUF, queue(setup.bytes)));
    need(nng_socket_set_size(socket_, NNG_OPT_RECVMAXSZ, 0));  // no limit
    need(nng_dial(socket_, endpoint(setup).c_str(), nullptr, 0));
  }
  ~NngReceiver() override { nng_close(socket_); }
  const std::byte* receive(std::chrono::nanoseconds limit) override {
    if (wait_ == Wait::kSpin ? !spins(limit) : !sleeps(limit)) return nullptr;
    if (nng_msg_len(message_) != bytes_) throw std::runtime_error("a message of another size");
    return static_cast<const std::byte*>(nng_msg_body(message_));
  }
  void release() override { nng_msg_free(message_); }

 private:
  bool gets(int flags) {
    const int code = nng_recvmsg(socket_, &message_, flags);
    if (code != NNG_EAGAIN && code != NNG_ETIMEDOUT) need(code);
    return code == 0;
  }
  bool spins(std::chrono::nanoseconds limit) {
    const std::uint64_t end_ns = now_ns() + static_cast<std::uint64_t>(limit.count());
    for (unsigned i = 1; !gets(NNG_FLAG_NONBLOCK); ++i) {
      if (i % 16 == 0 && now_ns() > end_ns) return false;
      ::sched_yield();  // lets the library's threads run before the end of the time slice
    }
    return true;
  }
  bool sleeps(std::chrono::nanoseconds limit) {
    const auto limit_ms = static_cast<nng_duration>(limit / std::chrono::milliseconds(1));
    if (limit_ms != limit_ms_) need(nng_socket_set_ms(socket_, NNG_OPT_RECVTIMEO, limit_ms_ = limit_ms));
    return gets(0);
  }

  std::uint64_t bytes_;
  Wait wait_;
  nng_socket socket_{};
  nng_msg* message_ = nullptr;
  nng_duration limit_ms_ = -1;
};

}  // namespace

Peer peer() {
  return {
      "nng",
      nng_version(),
      "PUB and SUB over ipc://; every frame in order, a queue of 64 MB or 1000 frames (2 at least) at each end, then "
      "the oldest is dropped; messages filled and read in place; spin: NNG_FLAG_NONBLOCK and "
      "sched_yield, as its threads are on the core of their process, sleep: NNG_OPT_RECVTIMEO",
      true,
      1ull << 30,
      [](const Setup& setup) -> std::unique_ptr<Sender> { return std::make_unique<NngSender>(setup); },
      [](const Setup& setup) -> std::unique_ptr<Receiver> { return std::make_unique<NngReceiver>(setup); }};
}

}  // namespace wingbeat::bench
