// iceoryx (the classic version in C++): the publisher borrows chunks from a pool in shared memory, and each
// subscriber has a lock-free queue of chunks.
#include <algorithm>
#include <iceoryx_hoofs/log/logmanager.hpp>
#include <iceoryx_posh/iceoryx_posh_types.hpp>
#include <iceoryx_posh/popo/untyped_publisher.hpp>
#include <iceoryx_posh/popo/untyped_subscriber.hpp>
#include <iceoryx_posh/popo/wait_set.hpp>
#include <iceoryx_posh/runtime/posh_runtime.hpp>
#include <thread>

#include "peer.hpp"
#include "roudi.hpp"

namespace wingbeat::bench {
namespace {

using iox::capro::IdString_t;

// Length of a receiver's queue: at most what iceoryx supports for one subscriber, and at most kQueueBytes of memory.
std::uint64_t queue(std::uint64_t bytes) {
  constexpr std::uint64_t kQueueBytes = 64ull << 20, kMost = 256;
  return std::clamp<std::uint64_t>(kQueueBytes / bytes, 2, kMost);
}

iox::capro::ServiceDescription service(const Setup& setup) {
  return {"wingbeat", IdString_t(iox::cxx::TruncateToCapacity, setup.name.c_str()), "frames"};
}

void join_as(const Setup& setup, const std::string& part) {
  iox::log::LogManager::GetLogManager().SetDefaultLogLevel(iox::log::LogLevel::kError);
  iox::runtime::PoshRuntime::initRuntime(iox::RuntimeName_t(iox::cxx::TruncateToCapacity, setup.name + "-" + part));
}

class IceoryxSender final : public Sender {
 public:
  explicit IceoryxSender(const Setup& setup) : bytes_(static_cast<std::uint32_t>(setup.bytes)) {
    join_as(setup, "sender");
    publisher_ = std::make_unique<iox::popo::UntypedPublisher>(service(setup));
  }
  std::byte* begin() override {
    auto chunk = publisher_->loan(bytes_);
    if (chunk.has_error()) throw std::runtime_error("iceoryx lends no chunk");
    return static_cast<std::byte*>(frame_ = chunk.value());
  }
  void send() override { publisher_->publish(frame_); }

 private:
  std::uint32_t bytes_;
  std::unique_ptr<iox::popo::UntypedPublisher> publisher_;
  void* frame_ = nullptr;
};

class IceoryxReceiver final : public Receiver {
 public:
  explicit IceoryxReceiver(const Setup& setup) : wait_(setup.wait) {
    join_as(setup, "receiver-" + std::to_string(setup.reader));
    iox::popo::SubscriberOptions options;
    options.queueCapacity = queue(setup.bytes);
    subscriber_ = std::make_unique<iox::popo::UntypedSubscriber>(service(setup), options);
    wait_set_ = std::make_unique<iox::popo::WaitSet<1>>();
    if (wait_set_->attachState(*subscriber_, iox::popo::SubscriberState::HAS_DATA).has_error())
      throw std::runtime_error("iceoryx cannot wait");
    connect();
  }
  ~IceoryxReceiver() override {
    wait_set_.reset();
    subscriber_.reset();
  }
  const std::byte* receive(std::chrono::nanoseconds limit) override {
    const std::uint64_t end_ns = now_ns() + static_cast<std::uint64_t>(limit.count());
    for (unsigned i = 1; !takes(); ++i) {
      if (wait_ == Wait::kSpin && i % 64 != 0) continue;
      const std::uint64_t now = now_ns();
      if (now > end_ns) return nullptr;
      if (wait_ == Wait::kSleep) wait_set_->timedWait(iox::units::Duration::fromNanoseconds(end_ns - now));
    }
    return static_cast<const std::byte*>(frame_);
  }
  void release() override { subscriber_->release(frame_); }

 private:
  bool takes() {
    auto chunk = subscriber_->take();
    if (chunk.has_error()) return false;
    frame_ = chunk.value();
    return true;
  }
  void connect() {
    for (auto left = kConnectLimit / std::chrono::milliseconds(1); left > 0; --left) {
      if (subscriber_->getSubscriptionState() == iox::SubscribeState::SUBSCRIBED) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    throw std::runtime_error("iceoryx knows no such sender");
  }

  Wait wait_;
  std::unique_ptr<iox::popo::UntypedSubscriber> subscriber_;
  std::unique_ptr<iox::popo::WaitSet<1>> wait_set_;
  const void* frame_ = nullptr;
};

}  // namespace

Peer peer() {
  return {"iceoryx",
          PEER_VERSION,
          "chunks lent by the untyped publisher, from one pool of their size; every frame in order, a queue of 64 MB "
          "or 256 "
          "frames (2 at least), the oldest dropped; spin: take, sleep: wait set, by state; RouDi without monitoring of "
          "processes",
          false,
          1ull << 31,
          [](const Setup& setup) -> std::unique_ptr<Sender> { return std::make_unique<IceoryxSender>(setup); },
          [](const Setup& setup) -> std::unique_ptr<Receiver> { return std::make_unique<IceoryxReceiver>(setup); },
          [](const Setup& setup) { run_roudi(setup.bytes, chunks_for(queue(setup.bytes), setup.readers)); }};
}

}  // namespace wingbeat::bench
