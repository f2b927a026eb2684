// LCM over UDP multicast, on the loopback.
#include <arpa/inet.h>
#include <lcm/lcm.h>
#include <sched.h>
#include <ucontext.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <functional>
#include <sstream>
#include <utility>
#include <vector>

#include "peer.hpp"
#include "socket_limit.hpp"

namespace wingbeat::bench {
namespace {

constexpr std::uint64_t kQueueBytes = 64ull << 20;

// The data of a short message begins 37 bytes plus the length of the channel's name after a multiple of 8, so a name
// of 35 characters aligns it.
std::string channel(const Setup& setup) {
  std::string name = setup.name;
  name.resize(35, '-');
  return name;
}

int queue(std::uint64_t bytes) { return static_cast<int>(std::clamp<std::uint64_t>(kQueueBytes / bytes, 2, 1'000)); }

struct Group {
  std::string address;
  unsigned port;
};

// The multicast group is unique to this batch, because messages of other batches would cost time.
Group group(const Setup& setup) {
  const std::size_t hash = std::hash<std::string>()(setup.name);
  return {"239.255." + std::to_string(hash % 256) + "." + std::to_string(1 + hash / 256 % 254),
          20'000 + static_cast<unsigned>(hash / 65'536 % 10'000)};
}

// Returns the interface that the routing table selects for an address: the row with the longest matching mask.
std::string interface_for(const std::string& address) {
  std::ifstream rows("/proc/net/route");
  std::string row, found;
  std::uint32_t best = 0;  // a mask, in the machine's order
  for (std::getline(rows, row); std::getline(rows, row);) {
    std::string name, skipped;
    std::uint32_t destination = 0, mask = 0;
    std::istringstream(row) >> name >> std::hex >> destination >> skipped >> skipped >> skipped >> skipped >> skipped >>
        mask;
    if ((::inet_addr(address.c_str()) & mask) != destination || ntohl(mask) < best) continue;
    best = ntohl(mask);
    found = name;
  }
  return found;
}

// LCM uses the interface that the routing table selects for multicast. Its messages never leave the machine (ttl 0),
// but joining the group would be announced on the network.
void need_loopback(const Group& group) {
  if (interface_for(group.address) != "lo")
    throw std::runtime_error("multicast does not go to the loopback. As root: ip route add 239.255.0.0/16 dev lo");
}

class Link {
 public:
  explicit Link(const Setup& setup) {
    const Group group = bench::group(setup);
    need_loopback(group);
    const std::string url = "udpm://" + group.address + ":" + std::to_string(group.port) +
                            "?ttl=0&recv_buf_size=" + std::to_string(socket_limit());
    lcm_ = lcm_create(url.c_str());
    if (lcm_ == nullptr) throw std::runtime_error("LCM cannot use " + url);
  }
  Link(const Link&) = delete;
  ~Link() { lcm_destroy(lcm_); }
  lcm_t* get() const { return lcm_; }

 private:
  lcm_t* lcm_ = nullptr;
};

class LcmSender final : public Sender {
 public:
  explicit LcmSender(const Setup& setup)
      : link_(setup), channel_(channel(setup)), bytes_(static_cast<unsigned>(setup.bytes)), frame_(setup.bytes / 8) {}
  std::byte* begin() override { return reinterpret_cast<std::byte*>(frame_.data()); }
  void send() override { lcm_publish(link_.get(), channel_.c_str(), frame_.data(), bytes_); }

 private:
  Link link_;
  std::string channel_;
  unsigned bytes_;
  std::vector<std::uint64_t> frame_;
};

// A message is valid only while LCM's handler runs. The handler therefore runs on its own stack and is suspended: the
// message stays valid until the handler continues, and nothing is copied that a user's handler would not copy.
class LcmReceiver final : public Receiver {
 public:
  explicit LcmReceiver(const Setup& setup)
      : wait_(setup.wait), link_(setup), copy_(setup.bytes / 8), stack_(256 << 10) {
    lcm_subscription_t* subscription = lcm_subscribe(link_.get(), channel(setup).c_str(), &LcmReceiver::handle, this);
    if (subscription == nullptr) throw std::runtime_error("LCM cannot subscribe");
    lcm_subscription_set_queue_capacity(subscription, queue(setup.bytes));
    ::getcontext(&handler_);
    handler_.uc_stack.ss_sp = stack_.data();
    handler_.uc_stack.ss_size = stack_.size();
    current = this;
    ::makecontext(&handler_, &LcmReceiver::handle_for_ever, 0);
  }
  ~LcmReceiver() override { release(); }
  const std::byte* receive(std::chrono::nanoseconds limit) override {
    const std::uint64_t end_ns = now_ns() + static_cast<std::uint64_t>(limit.count());
    limit_ms_ = wait_ == Wait::kSpin ? 0 : static_cast<int>(limit / std::chrono::milliseconds(1));
    for (;;) {
      go_on();
      if (frame_ != nullptr) return frame_;
      if (now_ns() > end_ns) return nullptr;
      if (wait_ == Wait::kSpin) ::sched_yield();  // lets LCM's thread run on the same core
    }
  }
  void release() override {
    if (std::exchange(frame_, nullptr) == nullptr) return;
    go_on();
  }

 private:
  static inline LcmReceiver* current = nullptr;

  void go_on() { ::swapcontext(&caller_, &handler_); }
  void leave() { ::swapcontext(&handler_, &caller_); }
  static void handle_for_ever() {
    LcmReceiver& self = *current;
    for (;;) {
      lcm_handle_timeout(self.link_.get(), self.limit_ms_);
      self.leave();
    }
  }
  static void handle(const lcm_recv_buf_t* message, const char*, void* self) {
    static_cast<LcmReceiver*>(self)->got(message->data, message->data_size);
  }
  void got(void* data, std::size_t bytes) {
    if (bytes != copy_.size() * 8) return;
    frame_ = static_cast<const std::byte*>(data);
    if (reinterpret_cast<std::uintptr_t>(data) % 8 != 0)  // other versions of LCM may place it differently
      frame_ = static_cast<const std::byte*>(std::memcpy(copy_.data(), data, bytes));
    leave();
  }

  Wait wait_;
  Link link_;
  std::vector<std::uint64_t> copy_;
  std::vector<std::byte> stack_;
  ucontext_t caller_{}, handler_{};
  int limit_ms_ = 0;
  const std::byte* frame_ = nullptr;
};

std::string version() {
  return std::to_string(LCM_MAJOR_VERSION) + "." + std::to_string(LCM_MINOR_VERSION) + "." +
         std::to_string(LCM_MICRO_VERSION);
}

}  // namespace

Peer peer() {
  const std::string settings =
      "udpm, multicast on the loopback, ttl 0; every frame in order, a queue of 64 MB or 1000 frames (2 at least), "
      "lost if the socket's buffer is full: " +
      said_of_socket() +
      "; the handler reads in place; spin: lcm_handle_timeout 0 and sched_yield, as its thread is on the core of its "
      "process, sleep: lcm_handle_timeout";
  return {"lcm",
          version(),
          settings,
          true,
          socket_holds(),
          [](const Setup& setup) -> std::unique_ptr<Sender> { return std::make_unique<LcmSender>(setup); },
          [](const Setup& setup) -> std::unique_ptr<Receiver> { return std::make_unique<LcmReceiver>(setup); }};
}

}  // namespace wingbeat::bench
