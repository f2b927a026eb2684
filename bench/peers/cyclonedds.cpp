// Cyclone DDS by its C interface. PEER_SHM: through iceoryx's shared memory, otherwise over UDP on the loopback.
#include <dds/dds.h>
#include <sched.h>

#include <algorithm>
#include <functional>
#include <vector>

#if PEER_SHM
#include <dds/ddsc/dds_loan_api.h>
#include <dds/ddsi/ddsi_serdata.h>

#include "roudi.hpp"
#endif
#include "peer.hpp"
#include "socket_limit.hpp"

namespace wingbeat::bench {
namespace {

constexpr std::uint64_t kQueueBytes = 64ull << 20, kMostQueued = 100;

std::int32_t need(std::int32_t code) {
  if (code < 0) throw std::runtime_error(dds_strretcode(-code));
  return code;
}

std::uint32_t depth(std::uint64_t bytes) {
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(kQueueBytes / bytes, 2, kMostQueued));
}

// If a part of a frame is lost, the reader requests the whole frame again at once.
constexpr const char* kRetransmission =
    "<MaxQueuedRexmitBytes>64 MB</MaxQueuedRexmitBytes><MaxQueuedRexmitMessages>5000</MaxQueuedRexmitMessages>"
    "<NackDelay>1 ms</NackDelay>";

std::string config(const Setup& setup) {
  const std::string sizes =
      PEER_SHM ? "" : "<MaxMessageSize>65500 B</MaxMessageSize><FragmentSize>64000 B</FragmentSize>";
  return R"(<CycloneDDS><Domain id="any"><General><Interfaces><NetworkInterface address="127.0.0.1" multicast="true"/>)"
         "</Interfaces>" +
         sizes + "</General><Discovery><Tag>" + setup.name +
         R"(</Tag></Discovery><Internal><SocketReceiveBufferSize max=")" + std::to_string(socket_limit()) + R"( B"/>)" +
         kRetransmission + "</Internal>" +
         (PEER_SHM ? "<SharedMemory><Enable>true</Enable><LogLevel>error</LogLevel></SharedMemory>" : "") +
         "</Domain></CycloneDDS>";
}

// The descriptor that idlc makes of `struct Frame { unsigned long long words[bytes / 8]; };`, for the given size. Only
// types of a fixed size can be lent.
class Type {
 public:
  explicit Type(std::uint64_t bytes)
      : ops_{DDS_OP_ADR | static_cast<std::uint32_t>(DDS_OP_TYPE_ARR) | static_cast<std::uint32_t>(DDS_OP_SUBTYPE_8BY),
             0, static_cast<std::uint32_t>(bytes / 8), DDS_OP_RTS},
        descriptor_{static_cast<std::uint32_t>(bytes),
                    8,
                    DDS_TOPIC_FIXED_SIZE,
                    0,
                    "wingbeat::Frame",
                    nullptr,
                    2,
                    ops_,
                    "",
                    {},
                    {},
                    0} {}
  const dds_topic_descriptor_t* get() const { return &descriptor_; }

 private:
  std::uint32_t ops_[4];
  dds_topic_descriptor_t descriptor_;
};

class Topic {
 public:
  explicit Topic(const Setup& setup) : type_(setup.bytes), qos_(dds_create_qos()) {
    const auto domain = static_cast<dds_domainid_t>(std::hash<std::string>()(setup.name) % 100);
    domain_ = need(dds_create_domain(domain, config(setup).c_str()));
    participant_ = need(dds_create_participant(domain, nullptr, nullptr));
    std::string name = setup.name;
    std::replace(name.begin(), name.end(), '-', '_');  // not allowed in a topic's name
    topic_ = need(dds_create_topic(participant_, type_.get(), name.c_str(), nullptr, nullptr));
    dds_qset_reliability(qos_, DDS_RELIABILITY_RELIABLE, DDS_MSECS(100));
    dds_qset_history(qos_, DDS_HISTORY_KEEP_LAST, static_cast<std::int32_t>(depth(setup.bytes)));
  }
  Topic(const Topic&) = delete;
  ~Topic() {
    dds_delete_qos(qos_);
    dds_delete(domain_);
  }
  dds_entity_t make_writer() const { return need(dds_create_writer(participant_, topic_, qos_, nullptr)); }
  dds_entity_t make_reader() const { return need(dds_create_reader(participant_, topic_, qos_, nullptr)); }
  dds_entity_t make_waitset() const { return need(dds_create_waitset(participant_)); }

 private:
  Type type_;
  dds_qos_t* qos_;
  dds_entity_t domain_, participant_, topic_;
};

class CycloneSender final : public Sender {
 public:
  explicit CycloneSender(const Setup& setup)
      : topic_(setup), writer_(topic_.make_writer()), frame_(PEER_SHM ? 0 : setup.bytes / 8) {}
#if PEER_SHM
  std::byte* begin() override {
    need(dds_loan_sample(writer_, &lent_));
    return static_cast<std::byte*>(lent_);
  }
#else
  std::byte* begin() override {
    lent_ = frame_.data();
    return static_cast<std::byte*>(lent_);
  }
#endif
  // A frame for which no room becomes free in time is dropped.
  void send() override {
    const dds_return_t code = dds_write(writer_, lent_);
    if (code != DDS_RETCODE_TIMEOUT) need(code);
  }

 private:
  Topic topic_;
  dds_entity_t writer_;
  std::vector<std::uint64_t> frame_;
  void* lent_ = nullptr;
};

class CycloneReceiver final : public Receiver {
 public:
  explicit CycloneReceiver(const Setup& setup)
      : wait_(setup.wait), topic_(setup), reader_(topic_.make_reader()), waitset_(topic_.make_waitset()) {
    need(dds_waitset_attach(waitset_, need(dds_create_readcondition(reader_, DDS_ANY_STATE)), 0));
  }
  const std::byte* receive(std::chrono::nanoseconds limit) override {
    const std::uint64_t end_ns = now_ns() + static_cast<std::uint64_t>(limit.count());
    for (unsigned i = 1; !takes(); ++i) {
      if (wait_ == Wait::kSpin) ::sched_yield();  // lets the library's threads run on the same core
      if (wait_ == Wait::kSpin && i % 16 != 0) continue;
      const std::uint64_t now = now_ns();
      if (now > end_ns) return nullptr;
      if (wait_ == Wait::kSleep)
        need(dds_waitset_wait(waitset_, nullptr, 0, static_cast<dds_duration_t>(end_ns - now)));
    }
    return frame_;
  }

#if PEER_SHM
  // Reads the frame in place, as the bindings for C++ and for ROS 2 do; dds_take would copy it.
  void release() override { ddsi_serdata_unref(serdata_); }

 private:
  bool takes() {
    dds_sample_info_t info;
    while (need(dds_takecdr(reader_, &serdata_, 1, &info, DDS_ANY_STATE)) > 0) {
      frame_ = static_cast<const std::byte*>(serdata_->iox_chunk);
      if (info.valid_data && frame_ != nullptr) return true;
      release();
    }
    return false;
  }

  ddsi_serdata* serdata_ = nullptr;
#else
  void release() override {
    need(dds_return_loan(reader_, &lent_, 1));
    lent_ = nullptr;
  }

 private:
  bool takes() {
    dds_sample_info_t info;
    while (need(dds_take(reader_, &lent_, &info, 1, 1)) > 0) {
      frame_ = static_cast<const std::byte*>(lent_);
      if (info.valid_data) return true;
      release();
    }
    return false;
  }

  void* lent_ = nullptr;
#endif
  Wait wait_;
  Topic topic_;
  dds_entity_t reader_, waitset_;
  const std::byte* frame_ = nullptr;
};

std::string settings() {
  const std::string both =
      "; reliable, keep last: every frame in order, a history of 64 MB or 100 frames (2 at least); spin: take and "
      "sched_yield, as its threads are on the core of their process, sleep: waitset";
  if (PEER_SHM)
    return "a type of fixed size, lent from shared memory by iceoryx, read in place; RouDi without monitoring" + both;
  return "UDP multicast on the loopback, a type of fixed size, MaxMessageSize 65500 B, FragmentSize 64000 B, "
         "MaxQueuedRexmitBytes 64 MB, NackDelay 1 ms, SocketReceiveBufferSize: " +
         said_of_socket() + both;
}

#if PEER_SHM
// Frames wait in iceoryx's queue and in the reader's history; before each lies a header of Cyclone DDS.
void serve_roudi(const Setup& setup) {
  run_roudi(setup.bytes + 128, chunks_for(2 * depth(setup.bytes), setup.readers));
}
constexpr auto kServe = serve_roudi;
#else
constexpr void (*kServe)(const Setup&) = nullptr;
#endif

}  // namespace

Peer peer() {
  return {PEER_SHM ? "cyclonedds-shm" : "cyclonedds-udp",
          PEER_VERSION,
          settings(),
          !PEER_SHM,
          PEER_SHM ? 1ull << 30 : socket_holds(),
          [](const Setup& setup) -> std::unique_ptr<Sender> { return std::make_unique<CycloneSender>(setup); },
          [](const Setup& setup) -> std::unique_ptr<Receiver> { return std::make_unique<CycloneReceiver>(setup); },
          kServe};
}

}  // namespace wingbeat::bench
