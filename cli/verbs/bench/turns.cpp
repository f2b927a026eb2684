#include "turns.hpp"

namespace wingbeat::bench {

template <class Condition>
bool WriterTurns::each(const Condition& holds) const {
  bool all = true;
  for (unsigned i = 0; i < readers_; ++i) all = all && holds(board_.seats[i]);
  return all;
}

void WriterTurns::open() {
  board_.sender_opened = 1;
  wait_for([&] { return each([](const ReaderSeat& seat) { return seat.opened != 0; }); }, waiting_,
           "the readers to open");
}

bool WriterTurns::all_warm() const {
  return each([](const ReaderSeat& seat) { return seat.warm != 0; });
}

// Acquire: what the reader did before announce() has happened, such as releasing the frame before this one.
void WriterTurns::await(std::uint64_t frame, std::uint64_t pause_ns) {
  for (unsigned i = 0; i < readers_; ++i) {
    const ReaderSeat& seat = board_.seats[i];
    if (seat.ignored != 0) continue;
    wait_for([&] { return seat.turn.load(std::memory_order_acquire) >= frame; }, waiting_, "a reader's turn");
  }
  spin_until(now_ns() + pause_ns);
}

void WriterTurns::await_end() {
  wait_for([&] { return each([](const ReaderSeat& seat) { return seat.ignored != 0 || seat.turn == kLeft; }); },
           waiting_, "the readers to end");
}

void ReaderTurns::await_writer() {
  wait_for([&] { return board_.sender_opened != 0; }, waiting_, "the writer to open");
}

}  // namespace wingbeat::bench
