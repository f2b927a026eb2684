// RouDi, the daemon of iceoryx: it owns the shared memory. Two peers need it.
#pragma once

#include <cstdint>

namespace wingbeat::bench {

// Runs until SIGTERM, with one pool of chunks. There can be only one RouDi on a machine at a time.
void run_roudi(std::uint64_t chunk_bytes, std::uint64_t chunks);

// How many chunks suffice if up to `queued` wait for a receiver. All queues end with the newest frame, so together they
// hold no more than the longest of them. Beside them: what each receiver has in its hands, and has taken while it gives
// that back; the frame being written, and the last one, which the sender keeps to use it again.
constexpr std::uint64_t chunks_for(std::uint64_t queued, unsigned readers) { return queued + 2 * readers + 4; }

}  // namespace wingbeat::bench
