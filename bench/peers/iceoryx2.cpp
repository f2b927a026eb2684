// iceoryx2, through the library in rust/iceoryx2.
#include "rust.hpp"

namespace wingbeat::bench {

Peer peer() {
  return {
      "iceoryx2",
      rust_version(),
      "ipc::Service, publish-subscribe of u64 slices loaned uninitialised; a buffer of 2 and one borrowed sample per "
      "subscriber, history 0, safe overflow: the oldest is dropped; spin: receive() in a loop; sleep: its event "
      "service, one notify() per frame",
      false,
      1ull << 32,
      RustSender::make,
      RustReceiver::make};
}

}  // namespace wingbeat::bench
