// The state that the processes of a batch exchange without the peer: a file of zeros that the runner makes and all
// processes map.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace wingbeat::bench {

inline constexpr unsigned kMostReaders = 64;

struct alignas(128) ReaderSeat {
  std::atomic<std::uint32_t> opened;   // make_receiver has returned
  std::atomic<std::uint32_t> warm;     // the receiver has received a frame
  std::atomic<std::uint64_t> turn;     // in turns: the frame that the receiver waits for
  std::atomic<std::uint32_t> ignored;  // slow or stopped: the sender does not wait for it
};

struct Board {
  alignas(128) std::atomic<std::uint32_t> sender_opened;
  alignas(128) std::atomic<std::uint32_t> over;  // the sender has sent its last frame
  std::atomic<std::uint64_t> sent;               // the frame that the sender sends or has sent
  ReaderSeat seats[kMostReaders];
};

Board& map_board(const std::string& path);

}  // namespace wingbeat::bench
