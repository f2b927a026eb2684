// A way for frames to get from one process to others, as the benchmark sees it. Each peer is one file that defines
// peer(); linked with harness.cpp it is a program that plays the sender or one receiver of a batch (`--help`,
// README.md).
//
// Rules, so that none is favoured: a peer lends its own memory where it can (then nothing is copied that its users
// would not have to copy), it uses what its documentation says is fastest, it loses frames only where its users would
// lose them, and it says all of that in `settings`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "parts.hpp"

namespace wingbeat::bench {

struct Setup {
  std::string name;          // of this batch, unique on the machine: letters, digits and '-', at most 32 characters
  std::string directory;     // empty, of this batch alone, on tmpfs; for sockets and files
  std::uint64_t bytes = 64;  // of a frame; a multiple of 8, at least 64
  unsigned readers = 1;      // how many receivers there are
  unsigned reader = 0;       // which one this is, 0 to readers - 1
  Wait wait = Wait::kSpin;
};

class Sender {
 public:
  virtual ~Sender() = default;
  // Where the next frame is to be written, `bytes` long and aligned to 8: the peer's own memory if it lends any.
  virtual std::byte* begin() = 0;
  // Lets all receivers have it. May drop it, if that is what the peer does with receivers that are too slow, or wait
  // for them.
  virtual void send() = 0;
};

class Receiver {
 public:
  virtual ~Receiver() = default;
  // The next frame, whole and aligned to 8, valid until release(); nullptr if none came within the limit. Where a peer
  // has a choice, each frame in order.
  virtual const std::byte* receive(std::chrono::nanoseconds limit) = 0;
  virtual void release() {}
};

// Both functions may wait for the other side, at most kConnectLimit, and throw std::runtime_error. The sender's process
// is started first, receivers at the same time; frames are sent only when all receivers are open.
struct Peer {
  const char* name;          // "zeromq-ipc"
  std::string version;       // of the library, as built or as loaded
  std::string settings;      // what was chosen, one line
  bool copies;               // whether the payload is copied on its way
  std::uint64_t most_bytes;  // the largest frame it can carry; larger ones are left out, and said
  std::unique_ptr<Sender> (*make_sender)(const Setup&);
  std::unique_ptr<Receiver> (*make_receiver)(const Setup&);
  void (*serve)(const Setup&) = nullptr;  // the daemon that it needs: started before all others, runs until SIGTERM
};
Peer peer();  // defined by each peer's file

inline constexpr std::chrono::seconds kConnectLimit{10};

}  // namespace wingbeat::bench
