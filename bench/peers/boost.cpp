// Boost.Interprocess, following the example "anonymous condition" of its documentation: one frame in shared memory, a
// mutex held while a process writes or reads the frame, and two conditions: "frame written" and "frame read by all".
#include <atomic>
#include <boost/date_time/posix_time/posix_time_types.hpp>
#include <boost/interprocess/managed_mapped_file.hpp>
#include <boost/interprocess/sync/interprocess_condition.hpp>
#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>
#include <boost/version.hpp>

#include "peer.hpp"

namespace wingbeat::bench {
namespace {

namespace ipc = boost::interprocess;
using Lock = ipc::scoped_lock<ipc::interprocess_mutex>;

constexpr std::uint64_t kLineBytes = 128;
constexpr auto kReadersLimit = std::chrono::milliseconds(200);  // see settings

boost::posix_time::ptime after(std::chrono::nanoseconds limit) {
  return boost::posix_time::microsec_clock::universal_time() + boost::posix_time::microseconds(limit.count() / 1'000);
}

struct Shared {
  alignas(kLineBytes) ipc::interprocess_mutex mutex;
  ipc::interprocess_condition written, read;
  std::uint64_t readers = 0;  // one bit for each reader that the sender waits for
  ipc::offset_ptr<std::byte> frame;
  // Changed only under the mutex. They are atomic and on separate cache lines, so that a spinning reader does not
  // need the mutex.
  alignas(kLineBytes) std::atomic<std::uint64_t> seq{0};
  alignas(kLineBytes) std::atomic<std::uint64_t> pending{0};  // bits of the readers that have not read the frame
};

// The segment is a file in the batch's folder on tmpfs. Its memory is of the same kind as that of a
// shared_memory_object, and it is removed with the folder.
std::string path_of(const Setup& setup) { return setup.directory + "/segment"; }

class BoostSender final : public Sender {
 public:
  explicit BoostSender(const Setup& setup)
      : segment_(ipc::create_only, path_of(setup).c_str(), setup.bytes + kOverhead),
        shared_(*segment_.construct<Shared>("shared")()),
        wait_(setup.wait) {
    shared_.frame = static_cast<std::byte*>(segment_.allocate_aligned(setup.bytes, kLineBytes));
  }
  std::byte* begin() override {
    if (wait_ == Wait::kSpin) spin();
    lock_ = Lock(shared_.mutex);
    const auto limit = after(kReadersLimit);
    while (shared_.pending != 0) {
      if (!shared_.read.timed_wait(lock_, limit)) drop_laggards();
    }
    return shared_.frame.get();
  }
  void send() override {
    shared_.pending = shared_.readers;
    shared_.seq.fetch_add(1, std::memory_order_release);
    lock_.unlock();
    shared_.written.notify_all();
  }

 private:
  static constexpr std::uint64_t kOverhead = 64 * 1024;  // memory for the segment's own management

  void spin() const {
    const std::uint64_t end_ns = now_ns() + static_cast<std::uint64_t>(std::chrono::nanoseconds(kReadersLimit).count());
    for (unsigned i = 1; shared_.pending.load(std::memory_order_acquire) != 0; ++i) {
      if (i % 64 == 0 && now_ns() > end_ns) return;
    }
  }
  void drop_laggards() {
    shared_.readers &= ~shared_.pending;
    shared_.pending = 0;
  }

  ipc::managed_mapped_file segment_;
  Shared& shared_;
  Wait wait_;
  Lock lock_;
};

class BoostReceiver final : public Receiver {
 public:
  explicit BoostReceiver(const Setup& setup)
      : segment_(ipc::open_only, path_of(setup).c_str()),
        shared_(*segment_.find<Shared>("shared").first),
        bit_(1ull << setup.reader),
        wait_(setup.wait) {
    const Lock lock(shared_.mutex);
    shared_.readers |= bit_;
    seq_ = shared_.seq;
  }
  ~BoostReceiver() override {
    const Lock lock(shared_.mutex);
    shared_.readers &= ~bit_;
    shared_.pending &= ~bit_;
    shared_.read.notify_one();
  }
  const std::byte* receive(std::chrono::nanoseconds limit) override {
    if (wait_ == Wait::kSpin ? !spins(limit) : !sleeps(limit)) return nullptr;
    seq_ = shared_.seq.load(std::memory_order_relaxed);
    return shared_.frame.get();
  }
  void release() override {
    shared_.readers |= bit_;
    shared_.pending &= ~bit_;
    const bool last = shared_.pending == 0;
    lock_.unlock();
    if (last) shared_.read.notify_one();
  }

 private:
  bool spins(std::chrono::nanoseconds limit) {
    const std::uint64_t end_ns = now_ns() + static_cast<std::uint64_t>(limit.count());
    lock_ = Lock(shared_.mutex, ipc::defer_lock);
    for (unsigned i = 1; shared_.seq.load(std::memory_order_acquire) == seq_ || !lock_.try_lock(); ++i) {
      if (i % 64 == 0 && now_ns() > end_ns) return false;
    }
    return true;
  }
  bool sleeps(std::chrono::nanoseconds limit) {
    lock_ = Lock(shared_.mutex);
    const auto end = after(limit);
    const auto is_new = [&] { return shared_.seq.load(std::memory_order_relaxed) != seq_; };
    if (shared_.written.timed_wait(lock_, end, is_new)) return true;
    lock_.unlock();
    return false;
  }

  ipc::managed_mapped_file segment_;
  Shared& shared_;
  std::uint64_t bit_;
  Wait wait_;
  std::uint64_t seq_ = 0;
  Lock lock_;
};

std::string version() {
  return std::to_string(BOOST_VERSION / 100'000) + "." + std::to_string(BOOST_VERSION / 100 % 1'000) + "." +
         std::to_string(BOOST_VERSION % 100);
}

}  // namespace

Peer peer() {
  return {
      "boost",
      version(),
      "one frame in a managed_mapped_file on tmpfs, written and read in place under an interprocess_mutex, so by one "
      "reader at a time; every frame in order: the sender waits until all have read, and gives up those "
      "that take 200 ms; spin: looks at a number, then try_lock; sleep: timed_wait on an interprocess_condition; a "
      "process killed while it holds the mutex hangs all others",
      false,
      1ull << 32,
      [](const Setup& setup) -> std::unique_ptr<Sender> { return std::make_unique<BoostSender>(setup); },
      [](const Setup& setup) -> std::unique_ptr<Receiver> { return std::make_unique<BoostReceiver>(setup); }};
}

}  // namespace wingbeat::bench
