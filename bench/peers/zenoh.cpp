// zenoh, through the library in rust/zenoh.
#include "rust.hpp"

namespace wingbeat::bench {

Peer peer() {
  return {
      "zenoh",
      rust_version(),
      "two peers, unixsock-stream, the transport for low latency; frames allocated in its shared memory: readers + 3, "
      "or as many as 32 MiB hold, up to 128 (BlockOn<GarbageCollect>: the sender waits if all are taken); "
      "CongestionControl::Block; FifoChannel of its default size; spin: try_recv() in a loop that yields to zenoh's "
      "own thread; sleep: recv_timeout()",
      false,
      1ull << 32,
      RustSender::make,
      RustReceiver::make};
}

}  // namespace wingbeat::bench
