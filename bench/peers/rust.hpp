// The C interface of the peers in Rust (rust/glue), and a sender and a receiver that use it.
#pragma once

#include "peer.hpp"

extern "C" {
struct rust_setup {
  const char* name;
  const char* directory;
  std::uint64_t bytes;
  std::uint32_t readers;
  bool spins;
};
struct rust_sender;
struct rust_receiver;

// If a function returns null or false, it has failed, and rust_error() returns the reason.
rust_sender* rust_sender_open(const rust_setup* setup);
std::byte* rust_sender_begin(rust_sender* sender);
bool rust_sender_send(rust_sender* sender);
void rust_sender_close(rust_sender* sender);

rust_receiver* rust_receiver_open(const rust_setup* setup);
bool rust_receiver_receive(rust_receiver* receiver, std::uint64_t limit_ns, const std::byte** frame);
bool rust_receiver_release(rust_receiver* receiver);
void rust_receiver_close(rust_receiver* receiver);

const char* rust_error();
const char* rust_version();
}

namespace wingbeat::bench {

inline void need_rust(bool succeeded) {
  if (!succeeded) throw std::runtime_error(rust_error());
}

inline rust_setup to_rust(const Setup& setup) {
  return {setup.name.c_str(), setup.directory.c_str(), setup.bytes, setup.readers, setup.wait == Wait::kSpin};
}

class RustSender final : public Sender {
 public:
  explicit RustSender(const Setup& setup) {
    const rust_setup in_rust = to_rust(setup);
    need_rust((sender_ = rust_sender_open(&in_rust)) != nullptr);
  }
  ~RustSender() override { rust_sender_close(sender_); }
  std::byte* begin() override {
    std::byte* frame = rust_sender_begin(sender_);
    need_rust(frame != nullptr);
    return frame;
  }
  void send() override { need_rust(rust_sender_send(sender_)); }

  static std::unique_ptr<Sender> make(const Setup& setup) { return std::make_unique<RustSender>(setup); }

 private:
  rust_sender* sender_ = nullptr;
};

class RustReceiver final : public Receiver {
 public:
  explicit RustReceiver(const Setup& setup) {
    const rust_setup in_rust = to_rust(setup);
    need_rust((receiver_ = rust_receiver_open(&in_rust)) != nullptr);
  }
  ~RustReceiver() override { rust_receiver_close(receiver_); }
  const std::byte* receive(std::chrono::nanoseconds limit) override {
    const std::byte* frame = nullptr;
    need_rust(rust_receiver_receive(receiver_, static_cast<std::uint64_t>(limit.count()), &frame));
    return frame;
  }
  void release() override { need_rust(rust_receiver_release(receiver_)); }

  static std::unique_ptr<Receiver> make(const Setup& setup) { return std::make_unique<RustReceiver>(setup); }

 private:
  rust_receiver* receiver_ = nullptr;
};

}  // namespace wingbeat::bench
