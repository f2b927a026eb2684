// ZeroMQ, PUB to SUB. PEER_TCP: over TCP on the loopback, otherwise over ipc://.
#include <unistd.h>
#include <zmq.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <vector>

#include "note.hpp"
#include "peer.hpp"

namespace wingbeat::bench {
namespace {

constexpr bool kTcp = PEER_TCP;
constexpr std::uint64_t kQueueBytes = 64ull << 20;

void need(bool holds) {
  if (!holds) throw std::runtime_error(zmq_strerror(zmq_errno()));
}

// Length of the queue at each end: at most the library's default, and at most kQueueBytes of memory.
int high_water_mark(std::uint64_t bytes) {
  return static_cast<int>(std::clamp<std::uint64_t>(kQueueBytes / bytes, 2, 1'000));
}

// The process may spin on its only core, and its I/O thread would have to wait there.
void let_io_thread_run_anywhere(void* context) {
  const auto cores = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
  for (int core = 0; core < cores; ++core) zmq_ctx_set(context, ZMQ_THREAD_AFFINITY_CPU_ADD, core);
}

class Socket {
 public:
  Socket(int type, const Setup& setup) : context_(zmq_ctx_new()) {
    let_io_thread_run_anywhere(context_);
    socket_ = zmq_socket(context_, type);
    need(socket_ != nullptr);
    set(type == ZMQ_PUB ? ZMQ_SNDHWM : ZMQ_RCVHWM, high_water_mark(setup.bytes));
    set(ZMQ_LINGER, 0);
  }
  Socket(const Socket&) = delete;
  ~Socket() {
    zmq_close(socket_);
    zmq_ctx_term(context_);
  }
  void* get() const { return socket_; }
  void set(int option, int value) { need(zmq_setsockopt(socket_, option, &value, sizeof value) == 0); }

 private:
  void* context_;
  void* socket_ = nullptr;
};

// Buffers of messages. The library's thread returns a buffer after it has sent the last receiver's copy.
class Pool {
 public:
  explicit Pool(std::uint64_t bytes) : words_(bytes / 8) {}
  std::byte* take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) free_.push_back(all_.emplace_back(std::make_unique<std::uint64_t[]>(words_)).get());
    void* buffer = free_.back();
    free_.pop_back();
    return static_cast<std::byte*>(buffer);
  }
  static void give_back(void* buffer, void* pool) {
    Pool& self = *static_cast<Pool*>(pool);
    const std::lock_guard lock(self.mutex_);
    self.free_.push_back(buffer);
  }

 private:
  std::uint64_t words_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<std::uint64_t[]>> all_;
  std::vector<void*> free_;
};

class ZeromqSender final : public Sender {
 public:
  explicit ZeromqSender(const Setup& setup) : bytes_(setup.bytes), pool_(setup.bytes), socket_(ZMQ_PUB, setup) {
    const std::string endpoint = kTcp ? "tcp://127.0.0.1:*" : "ipc://" + setup.directory + "/socket";
    need(zmq_bind(socket_.get(), endpoint.c_str()) == 0);
    char bound[256];
    std::size_t length = sizeof bound;
    need(zmq_getsockopt(socket_.get(), ZMQ_LAST_ENDPOINT, bound, &length) == 0);
    leave_note(setup, "endpoint", bound);
  }
  std::byte* begin() override { return frame_ = pool_.take(); }
  void send() override {
    zmq_msg_t message;
    need(zmq_msg_init_data(&message, frame_, bytes_, Pool::give_back, &pool_) == 0);
    need(zmq_msg_send(&message, socket_.get(), 0) >= 0);
  }

 private:
  std::uint64_t bytes_;
  Pool pool_;  // must outlive the socket, whose thread returns buffers
  Socket socket_;
  std::byte* frame_ = nullptr;
};

class ZeromqReceiver final : public Receiver {
 public:
  explicit ZeromqReceiver(const Setup& setup) : bytes_(setup.bytes), wait_(setup.wait), socket_(ZMQ_SUB, setup) {
    need(zmq_setsockopt(socket_.get(), ZMQ_SUBSCRIBE, "", 0) == 0);
    need(zmq_connect(socket_.get(), read_note(setup, "endpoint").c_str()) == 0);
    zmq_msg_init(&message_);
  }
  ~ZeromqReceiver() override { zmq_msg_close(&message_); }
  const std::byte* receive(std::chrono::nanoseconds limit) override {
    if (wait_ == Wait::kSpin ? !spins(limit) : !sleeps(limit)) return nullptr;
    if (zmq_msg_size(&message_) != bytes_) throw std::runtime_error("a message of another size");
    return aligned(static_cast<const std::byte*>(zmq_msg_data(&message_)));
  }
  void release() override {
    zmq_msg_close(&message_);
    zmq_msg_init(&message_);
  }

 private:
  bool gets(int flags) {
    if (zmq_msg_recv(&message_, socket_.get(), flags) >= 0) return true;
    need(zmq_errno() == EAGAIN || zmq_errno() == EINTR);
    return false;
  }
  bool spins(std::chrono::nanoseconds limit) {
    const std::uint64_t end_ns = now_ns() + static_cast<std::uint64_t>(limit.count());
    for (unsigned i = 1; !gets(ZMQ_DONTWAIT); ++i) {
      if (i % 16 == 0 && now_ns() > end_ns) return false;
    }
    return true;
  }
  bool sleeps(std::chrono::nanoseconds limit) {
    const int limit_ms = static_cast<int>(limit / std::chrono::milliseconds(1));
    if (limit_ms != limit_ms_) socket_.set(ZMQ_RCVTIMEO, limit_ms_ = limit_ms);
    return gets(0);
  }
  // Small messages lie unaligned in the library's buffer of at most 8 KB.
  const std::byte* aligned(const std::byte* data) {
    if (reinterpret_cast<std::uintptr_t>(data) % 8 == 0) return data;
    copy_.resize(bytes_ / 8);
    std::memcpy(copy_.data(), data, bytes_);
    return reinterpret_cast<const std::byte*>(copy_.data());
  }

  std::uint64_t bytes_;
  Wait wait_;
  Socket socket_;
  zmq_msg_t message_;
  int limit_ms_ = -1;
  std::vector<std::uint64_t> copy_;
};

std::string version() {
  int major = 0, minor = 0, patch = 0;
  zmq_version(&major, &minor, &patch);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

}  // namespace

Peer peer() {
  return {
      kTcp ? "zeromq-tcp" : "zeromq-ipc",
      version(),
      "PUB and SUB; every frame in order, up to a high water mark of 64 MB or 1000 frames at each end, then PUB drops; "
      "sent by zmq_msg_init_data from a pool; spin: ZMQ_DONTWAIT, sleep: ZMQ_RCVTIMEO; one I/O thread, which may "
      "run on any core",
      true,
      1ull << 30,
      [](const Setup& setup) -> std::unique_ptr<Sender> { return std::make_unique<ZeromqSender>(setup); },
      [](const Setup& setup) -> std::unique_ptr<Receiver> { return std::make_unique<ZeromqReceiver>(setup); }};
}

}  // namespace wingbeat::bench
