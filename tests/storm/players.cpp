#include "players.hpp"

#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <thread>

#include "support/streams.hpp"

namespace storm {
namespace {

using namespace wbtest;

constexpr std::int64_t kWait = 20 * kMillisecond;

struct Player {
  std::string stream;
  std::mt19937_64 chance;
  Injection injection;
  Board& board;
  Place& place;

  bool goes_on() {
    place.beats.fetch_add(1, std::memory_order_relaxed);
    return !board.ending.load(std::memory_order_relaxed);
  }
  std::uint64_t below(std::uint64_t limit) { return chance() % limit; }
  void complain(const char* what) {
    if (place.wrong.fetch_add(1) == 0) std::snprintf(place.message, sizeof place.message, "%s", what);
  }
  // Returns true if a storm may cause this result. Other errors are failures.
  bool is_ordinary(int code, std::initializer_list<int> allowed = {}) {
    if (code >= 0 || std::find(allowed.begin(), allowed.end(), code) != allowed.end()) return true;
    complain(wb_error_message());
    return false;
  }
  void rest() { std::this_thread::sleep_for(std::chrono::microseconds(200)); }
};

// ---------------------------------------------------------------------------------------------------------- writer

void answer(wb_writer* writer, Player& player) {
  wb_request request;
  while (wb_writer_next_request(writer, &request) == WB_OK) {
    if (player.below(4) == 0) wb_writer_refuse(writer, "by chance");
  }
}

void publish_some(wb_writer* writer, Player& player) {
  for (std::uint64_t left = player.below(3000); left > 0 && player.goes_on(); --left) {
    wb_slot slot;
    if (!player.is_ordinary(wb_writer_begin(writer, &slot))) return;
    auto* words = static_cast<std::uint64_t*>(wb_writer_field(writer, kWordsField));
    stamp(words, slot.seq);
    if (player.injection == Injection::kTorn && slot.seq % 100 == 0) words[7] ^= 1;
    player.is_ordinary(wb_writer_publish(writer, slot.seq, static_cast<double>(slot.seq) / 10));
    if (left % 16 == 0) answer(writer, player);
    if (left % 64 == 0) player.rest();
  }
}

// Writers start and end, sometimes with another schema.
void write(Player& player) {
  while (player.goes_on()) {
    Shape shape;
    shape.components = player.below(8) == 0 ? 2 : 3;
    Writer writer;
    const Spec spec = make_spec(player.stream, shape);
    wb_writer* raw = nullptr;
    const int code = wb_writer_create(spec.get(), &raw);
    writer.reset(raw);
    if (!player.is_ordinary(code, {WB_ERR_BUSY}) || code != WB_OK) {
      player.rest();
      continue;
    }
    player.place.restarts.fetch_add(1);
    wb_writer_lock_step(raw, nullptr, 2 * kMillisecond);
    publish_some(raw, player);
  }
}

// --------------------------------------------------------------------------------------------------------- readers

// Checks that frames arrive in order and that each frame is either received or counted as missed.
class Order {
 public:
  explicit Order(std::uint64_t every) : every_(every) {}

  void forget() { last_ = 0; }
  bool accepts(const wb_frame& frame) {
    const std::uint64_t before = std::exchange(last_, frame.seq);
    if (before == 0) return true;
    if (every_ == 0) return frame.seq > before;  // latest
    return frame.seq % every_ == 0 && frame.seq / every_ == before / every_ + frame.missed + 1;
  }

 private:
  std::uint64_t every_;
  std::uint64_t last_ = 0;
};

void look_at(const wb_frame& frame, Order& order, Player& player) {
  player.place.frames.fetch_add(1);
  if (!is_whole(frame)) player.place.torn.fetch_add(1);
  if (!order.accepts(frame)) player.complain("a frame is out of order, or the count of missed ones is wrong");
}

Reader open(Player& player, wb_mode mode, std::uint32_t every, std::uint32_t flags) {
  wb_reader_options options{};
  options.struct_size = sizeof options;
  options.mode = mode;
  options.every = every;
  options.flags = flags;
  options.leases = 1 + static_cast<std::uint32_t>(player.below(3));
  options.spin_ns = player.below(2) == 0 ? 1 : 30'000;
  wb_reader* raw = nullptr;
  player.is_ordinary(wb_reader_open(player.stream.c_str(), &options, &raw), {WB_ERR_NO_ROOM});
  return Reader(raw);
}

// Checks one frame twice: a held frame must not change.
int take_one(wb_reader* reader, Order& order, Player& player, std::int64_t limit_ns = kWait) {
  wb_frame frame;
  const int code = wb_reader_wait(reader, limit_ns, &frame);
  if (code == WB_RESTARTED) order.forget();
  if (code != WB_OK) return code;
  look_at(frame, order, player);
  if (player.below(64) == 0) player.rest();
  if (!is_whole(frame)) player.place.torn.fetch_add(1);
  wb_frame_release(&frame);
  return code;
}

void follow(Player& player, wb_mode mode, std::uint32_t every, std::uint32_t flags) {
  while (player.goes_on()) {
    const Reader reader = open(player, mode, every, flags);
    if (reader == nullptr) {
      player.rest();
      continue;
    }
    Order order(mode == WB_LATEST ? 0 : every);
    while (player.goes_on()) {
      if (!player.is_ordinary(take_one(reader.get(), order, player), {WB_ERR_NO_ROOM})) break;
    }
  }
}

void follow_by_descriptor(Player& player) {
  const Reader reader = open(player, WB_EVERY, 1, 0);
  if (reader == nullptr) return;
  Order order(1);
  while (player.goes_on()) {
    pollfd waiting{wb_reader_fd(reader.get()), POLLIN, 0};
    if (!player.is_ordinary(waiting.fd, {WB_ERR_NO_ROOM})) return;
    ::poll(&waiting, 1, 20);
    int code;
    while ((code = take_one(reader.get(), order, player, 0)) == WB_OK || code == WB_RESTARTED) player.goes_on();
    player.is_ordinary(code, {WB_ERR_NO_ROOM});
  }
}

// Frames of a window are copies: each must carry the stamp of its seq.
void check_window(wb_window* window, Player& player) {
  wb_window_view view{};
  if (wb_window_get(window, 0, &view) != WB_OK) return;
  std::uint64_t expected[kStampWords];
  for (std::uint32_t i = 0; i < view.frames; ++i) {
    stamp(expected, view.seqs[i]);
    const auto* frame = static_cast<const std::uint8_t*>(view.data) + i * view.frame_bytes;
    if (std::memcmp(frame, expected, sizeof expected) != 0) player.place.torn.fetch_add(1);
  }
  player.place.frames.fetch_add(1);
}

void fill_windows(Player& player) {
  const Reader reader = open(player, player.below(2) == 0 ? WB_LATEST : WB_EVERY, 0, 0);
  if (reader == nullptr || !player.is_ordinary(wb_reader_attach(reader.get(), kWait), {WB_ERR_NO_ROOM})) return;
  const char* fields[] = {"words"};
  wb_window* raw = nullptr;
  const int code = wb_window_open(reader.get(), fields, 1, 5, &raw);
  const Window window(raw);
  if (code != WB_OK) return;  // not attached in time
  while (player.goes_on()) {
    if (!player.is_ordinary(wb_window_next(raw, reader.get(), kWait), {WB_ERR_NO_ROOM, WB_ERR_TYPE})) return;
    if (player.below(8) == 0) check_window(raw, player);
  }
}

void ask(Player& player) {
  const Reader reader = open(player, WB_LATEST, 0, player.below(2) == 0 ? std::uint32_t{WB_READER_COPY} : 0);
  if (reader == nullptr || wb_reader_attach(reader.get(), kWait) != WB_OK) return;
  Order order(0);
  while (player.goes_on()) {
    std::uint64_t id = 0;
    const double place[4] = {1, 2, 3, 4};
    const auto value = f64(static_cast<double>(player.below(10)));
    const int code = player.below(3) == 0   ? wb_reader_trigger(reader.get(), "reset", &id)
                     : player.below(2) == 0 ? wb_reader_command(reader.get(), "place", place, 4, &id)
                                            : wb_reader_set(reader.get(), "speed", value, &id);
    if (!player.is_ordinary(code, {WB_ERR_NO_ROOM})) return;
    wb_receipt receipt{};
    if (code == WB_OK && wb_reader_receipt(reader.get(), id, 5 * kMillisecond, &receipt) == WB_OK &&
        (receipt.id != id || receipt.status < WB_APPLIED || receipt.status > WB_WAS_RESTARTED))
      player.complain("a receipt belongs to another request or has an invalid status");
    if (!player.is_ordinary(take_one(reader.get(), order, player, 0), {WB_ERR_NO_ROOM})) return;
  }
}

// -------------------------------------------------------------------------------------------------------- outside

void inspect(Player& player) {
  while (player.goes_on()) {
    wb_inspection* raw = nullptr;
    if (!player.is_ordinary(wb_inspect(player.stream.c_str(), &raw))) return;
    const Inspection inspection(raw);
    wb_stream_info info{};
    wb_reader_info readers[64];
    std::size_t count = 0;
    for (int i = 0; raw != nullptr && i < 20 && player.goes_on(); ++i) {
      player.is_ordinary(wb_inspection_stream(raw, &info));
      player.is_ordinary(wb_inspection_readers(raw, readers, 64, &count));
    }
    player.rest();
  }
}

void collect(Player& player) {
  while (player.goes_on()) {
    player.is_ordinary(wb_collect(nullptr, nullptr));
    player.rest();
  }
}

[[noreturn]] void hang() {
  for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
}

}  // namespace

const char* name_of(Role role) {
  constexpr const char* kNames[] = {"writer",   "latest", "every",      "every third", "lock-step", "copying",
                                    "observer", "window", "descriptor", "requester",   "inspector", "collector"};
  return kNames[static_cast<int>(role)];
}

std::string name_of_stream(int stream) { return "storm" + std::to_string(stream); }

void play(Role role, int stream, std::uint64_t seed, Injection injection, Board& board, Place& place) {
  Player player{name_of_stream(stream), std::mt19937_64(seed), injection, board, place};
  if (injection == Injection::kHung) hang();
  switch (role) {
    case Role::kWriter:
      return write(player);
    case Role::kLatest:
      return follow(player, WB_LATEST, 0, 0);
    case Role::kEvery:
      return follow(player, WB_EVERY, 1, 0);
    case Role::kEveryThird:
      return follow(player, WB_EVERY, 3, 0);
    case Role::kLockStep:
      return follow(player, WB_LOCK_STEP, 1, 0);
    case Role::kCopying:
      return follow(player, WB_EVERY, 1, WB_READER_COPY);
    case Role::kObserver:
      return player.below(2) == 0 ? follow(player, WB_LATEST, 0, WB_READER_OBSERVE)
                                  : follow(player, WB_EVERY, 1, WB_READER_OBSERVE);
    case Role::kWindow:
      return fill_windows(player);
    case Role::kDescriptor:
      return follow_by_descriptor(player);
    case Role::kRequester:
      return ask(player);
    case Role::kInspector:
      return inspect(player);
    case Role::kCollector:
      return collect(player);
    case Role::kCount:
      return;
  }
}

}  // namespace storm
