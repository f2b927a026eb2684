// The interface of a peer: a way to send frames from one process to others. Each peer is one file that defines peer().
// Linked with harness.cpp it is a program that acts as the sender or as one receiver of a batch (`--help`, README.md).
//
// Rules for a fair comparison: a peer lends its own memory if it can, so that only copies count that its users need
// too. It uses the fastest way of its documentation. It loses frames only where its users would lose them. Its
// `settings` describe all of that.
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
  std::uint64_t bytes = 64;  // size of a frame; a multiple of 8, at least 64
  unsigned readers = 1;      // number of receivers
  unsigned reader = 0;       // index of this receiver, 0 to readers - 1
  Wait wait = Wait::kSpin;
};

class Sender {
 public:
  virtual ~Sender() = default;
  // Returns memory for the next frame, `bytes` long and aligned to 8: the peer's own memory if it lends any.
  virtual std::byte* begin() = 0;
  // Sends the frame to all receivers. If receivers are too slow, it may drop the frame or wait, as the peer does.
  virtual void send() = 0;
};

class Receiver {
 public:
  virtual ~Receiver() = default;
  // Returns the next frame, whole and aligned to 8, valid until release(), or nullptr if no frame arrived within the
  // limit. A peer with a choice delivers every frame in order.
  virtual const std::byte* receive(std::chrono::nanoseconds limit) = 0;
  virtual void release() {}
};

// Both make functions may wait for the other side, at most kConnectLimit, and throw std::runtime_error. The runner
// starts the sender first and the receivers right after it. Frames are sent only after all receivers are open.
struct Peer {
  const char* name;          // "zeromq-ipc"
  std::string version;       // version of the library, as built or as loaded
  std::string settings;      // the chosen settings, one line
  bool copies;               // whether the payload is copied on its way
  std::uint64_t most_bytes;  // the largest frame that it can carry; cases with larger frames are marked as not possible
  std::unique_ptr<Sender> (*make_sender)(const Setup&);
  std::unique_ptr<Receiver> (*make_receiver)(const Setup&);
  void (*serve)(const Setup&) = nullptr;  // runs the daemon that the peer needs: started first, ended by SIGTERM
};
Peer peer();  // each peer's file defines it

inline constexpr std::chrono::seconds kConnectLimit{10};

}  // namespace wingbeat::bench
