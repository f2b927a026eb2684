// The driver of `wingbeat bench` and of bench/peers: a writer and its readers, each in a process and on a core of its
// own, begin together and take turns. They do so through memory of their own, beside the frames that are measured.
//
// In turns, each reader announces the frame that it is about to wait for. The writer begins a frame when every reader
// has announced it, and then pauses, so that the readers have begun to wait. No queue can build up, so the measured
// times are those of the transport and not of a backlog.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "parts.hpp"

namespace wingbeat::bench {

inline constexpr unsigned kMostReaders = 64;
inline constexpr std::uint64_t kLeft = UINT64_MAX;  // the turn of a reader that has ended

// Shared by the processes, and zero at first. bench/julia/board.jl has the same layout.
struct alignas(128) ReaderSeat {
  std::atomic<std::uint32_t> opened;   // the reader is attached
  std::atomic<std::uint32_t> warm;     // the reader has received a frame
  std::atomic<std::uint64_t> turn;     // in turns: the frame that the reader waits for; kLeft when it has ended
  std::atomic<std::uint32_t> ignored;  // slow or stopped: the writer does not wait for it
};

struct Board {
  alignas(128) std::atomic<std::uint32_t> sender_opened;
  alignas(128) std::atomic<std::uint32_t> over;  // the writer has sent its last frame
  std::atomic<std::uint64_t> sent;               // the frame that the writer sends or has sent
  ReaderSeat seats[kMostReaders];
};
static_assert(sizeof(ReaderSeat) == 128 && offsetof(Board, over) == 128 && offsetof(Board, seats) == 256);

class WriterTurns {
 public:
  WriterTurns(Board& board, unsigned readers, const Waiting& waiting)
      : board_(board), readers_(readers), waiting_(waiting) {}

  // Says that the writer is open, and waits until all readers are.
  void open();
  bool all_warm() const;
  // Waits until the frame may be begun.
  void await(std::uint64_t frame, std::uint64_t pause_ns);
  // Waits until all readers have left.
  void await_end();

 private:
  template <class Condition>
  bool each(const Condition& holds) const;

  Board& board_;
  unsigned readers_;
  Waiting waiting_;
};

class ReaderTurns {
 public:
  ReaderTurns(Board& board, unsigned reader, const Waiting& waiting)
      : board_(board), seat_(board.seats[reader]), waiting_(waiting) {}

  // The writer shall not wait for this reader. Call it before await_writer().
  void ignore() { seat_.ignored = 1; }
  // Waits until the writer is open.
  void await_writer();
  void open() { seat_.opened = 1; }
  void set_warm() { seat_.warm = 1; }
  // Release: pairs with WriterTurns::await().
  void announce(std::uint64_t frame) { seat_.turn.store(frame, std::memory_order_release); }
  void leave() { announce(kLeft); }

 private:
  Board& board_;
  ReaderSeat& seat_;
  Waiting waiting_;
};

}  // namespace wingbeat::bench
