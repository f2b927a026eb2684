// An array in use whose memory is overwritten: three handles lock, unlock, close and attach again, and the fuzzer
// writes bytes between their calls, at the named steps within them, or at full speed in parallel. No handle may
// crash, hang or access memory outside the mapping. The last remaining handle must get the lock.
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>

#include "fuzz.hpp"
#include "layout/array.hpp"
#include "library.hpp"
#include "platform/platform.hpp"
#include "sync/array_lock.hpp"
#include "wingbeat/wingbeat.h"

namespace {

namespace layout = wingbeat::layout;
namespace platform = wingbeat::platform;
namespace sync = wingbeat::sync;
using fuzz::must;

constexpr int kHandles = 3;
constexpr std::uint64_t kShape[] = {3, 2};
constexpr std::uint64_t kLockOffset = 128;
constexpr std::uint64_t kObjectBytes = kLockOffset + sizeof(layout::LockBlock);

struct Array {
  Array() {
    must(wb_array_create(name.c_str(), WB_F64, 2, kShape, &handles[0]) == WB_OK, "create");
    must(platform::open_object(name, true, kObjectBytes, platform::user_id(), memory) == 0, "open");
    std::memcpy(good, memory.data(), kObjectBytes);
    for (int i = 1; i < kHandles; ++i) attach(i);
  }
  ~Array() {
    for (wb_array* handle : handles) wb_array_close(handle);
    platform::unlink_object(name);
  }

  void attach(int i) {
    if (wb_array_attach(name.c_str(), 0, 0, nullptr, 0, &handles[i]) != WB_OK) handles[i] = nullptr;
  }
  void end(int i) {
    wb_array_close(handles[i]);
    handles[i] = nullptr;
    is_held[i] = false;
  }
  layout::LockBlock& block() const { return *reinterpret_cast<layout::LockBlock*>(memory.data() + kLockOffset); }

  const std::string name = fuzz::object_name() = "/wbfuzz-" + std::to_string(::getpid());
  wb_array* handles[kHandles] = {};
  bool is_held[kHandles] = {};
  platform::Mapping memory;
  std::uint8_t good[kObjectBytes];
};

Array* living = nullptr;  // the array that is overwritten at the named steps of the calls
fuzz::Input* bytes_of_steps = nullptr;

void store(const platform::Mapping& memory, std::uint64_t place, std::uint8_t byte) {
  reinterpret_cast<std::atomic<std::uint8_t>*>(memory.data() + place)->store(byte, std::memory_order_relaxed);
}

// Writes to the changing words as often as to all other bytes together.
void scribble(fuzz::Input& input) {
  const std::uint64_t holder = kLockOffset + offsetof(layout::LockBlock, holder);
  std::uint64_t place = input.number<std::uint16_t>() % (2 * kObjectBytes);
  if (place >= kObjectBytes) place = holder + place % 16;
  const std::uint64_t bytes = 1 + input.byte() % 8;
  for (std::uint64_t i = 0; i < bytes && place + i < kObjectBytes; ++i) store(living->memory, place + i, input.byte());
}

void at_step(sync::Step) {
  if (living != nullptr && bytes_of_steps->byte() % 4 == 1) scribble(*bytes_of_steps);
}

// A peer that writes as fast as possible during the lifetime of this object.
class Peer {
 public:
  explicit Peer(std::uint64_t seed) : thread_([this, seed] { run(seed | 1); }) {}
  ~Peer() {
    is_over_ = true;
    thread_.join();
  }

 private:
  void run(std::uint64_t random) {
    const std::uint64_t holder = kLockOffset + offsetof(layout::LockBlock, holder);
    while (!is_over_) {
      random ^= random << 13, random ^= random >> 7, random ^= random << 17;
      const std::uint64_t place = random % 4 == 0 ? random / 4 % kObjectBytes : holder + random / 4 % 16;
      store(living->memory, place, static_cast<std::uint8_t>(random >> 32 & (random >> 40)));
    }
  }

  std::atomic<bool> is_over_{false};
  std::thread thread_;
};

void take(int i, std::int64_t limit_ns) {
  wb_array_info info;
  must(wb_array_get_info(living->handles[i], &info) == WB_OK, "info");
  const int code = wb_array_lock(living->handles[i], limit_ns);
  const bool is_mine = code == WB_OK || code == WB_ABANDONED;
  must(!living->is_held[i] ? code != WB_ERR_STATE : code == WB_ERR_STATE, "lock of a handle that holds it");
  must(is_mine || code == WB_LOCKED || code == WB_ERR_STATE || code == WB_ERR_INCOMPATIBLE ||
           (code == WB_ERR_NOT_FOUND && info.has_lock == 0),
       "lock");
  living->is_held[i] = living->is_held[i] || is_mine;
}

void give(int i) {
  must(wb_array_unlock(living->handles[i]) == (living->is_held[i] ? WB_OK : WB_ERR_STATE), "unlock");
  living->is_held[i] = false;
}

void touch(int i) {
  wb_array_info info;
  must(wb_array_get_info(living->handles[i], &info) == WB_OK, "info");
  auto* numbers = static_cast<volatile std::uint8_t*>(wb_array_data(living->handles[i]));
  must(layout::array_header_bytes(info.dimensions) + info.size_bytes <= kObjectBytes,
       "the numbers are within the object");
  for (std::uint64_t k = 0; k < info.size_bytes; ++k) numbers[k] = static_cast<std::uint8_t>(numbers[k] + 1);
}

void act(fuzz::Input& input) {
  const int i = input.byte() % kHandles;
  if (living->handles[i] == nullptr) return living->attach(i);
  switch (input.byte() % 8) {
    case 0:
    case 1:
      return scribble(input);
    case 2:
    case 3:
      return take(i, input.byte() % 4 == 0 ? 1000 * input.byte() : 0);
    case 4:
    case 5:
      return give(i);
    case 6:
      return touch(i);
    default:
      return living->end(i);
  }
}

// Restores the constant fields of the header and the lock, and keeps the changing words. One party is left.
void must_be_had() {
  for (int i = 1; i < kHandles; ++i) living->end(i);
  std::memcpy(living->memory.data(), living->good, kLockOffset + offsetof(layout::LockBlock, holder));
  if (living->handles[0] == nullptr) living->attach(0);
  must(living->handles[0] != nullptr, "attach");
  if (living->is_held[0]) give(0);
  wb_array_info info;
  must(wb_array_get_info(living->handles[0], &info) == WB_OK, "info");
  if (info.has_lock == 0 || info.size_bytes != sizeof(double) * kShape[0] * kShape[1]) {
    living->end(0);  // this handle was attached while the header was overwritten
    living->attach(0);
  }
  const int code = wb_array_lock(living->handles[0], 0);
  must(code == WB_OK || code == WB_ABANDONED, "nobody else lives: the lock must be had");
  must(wb_array_unlock(living->handles[0]) == WB_OK, "unlock");
  must(!sync::is_held(living->block().holder), "given back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::set_directory();
  fuzz::Input input(bytes, size);
  const std::uint8_t kind = input.byte();
  {
    Array array;
    living = &array;
    bytes_of_steps = &input;
    wingbeat::sync::step_hook = kind % 2 == 0 ? at_step : nullptr;
    {
      std::unique_ptr<Peer> peer;
      if (kind % 8 == 1) peer = std::make_unique<Peer>(input.number<std::uint64_t>());
      for (int turn = 0; turn < 200 && !input.is_empty(); ++turn) act(input);
    }
    wingbeat::sync::step_hook = nullptr;
    must_be_had();
    living = nullptr;
  }
  must(wb_collect(nullptr, nullptr) == WB_OK, "collect");
  return 0;
}
