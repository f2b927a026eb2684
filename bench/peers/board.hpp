// What the processes of a batch tell each other beside the peer: a file of zeros, made by who starts them, mapped by
// all.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace wingbeat::bench {

inline constexpr unsigned kMostReaders = 64;

struct alignas(128) ReaderSeat {
  std::atomic<std::uint32_t> opened;   // make_receiver has returned
  std::atomic<std::uint32_t> warm;     // it has got a frame
  std::atomic<std::uint64_t> turn;     // in turns: the frame it waits for
  std::atomic<std::uint32_t> ignored;  // slow or stopped: nobody waits for it
};

struct Board {
  alignas(128) std::atomic<std::uint32_t> sender_opened;
  alignas(128) std::atomic<std::uint32_t> over;  // the sender has sent its last
  std::atomic<std::uint64_t> sent;               // the frame that it sends or has sent
  ReaderSeat seats[kMostReaders];
};

Board& map_board(const std::string& path);

}  // namespace wingbeat::bench
