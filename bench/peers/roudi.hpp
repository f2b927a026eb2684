// RouDi, the daemon of iceoryx: it owns the shared memory. Two peers need it.
#pragma once

#include <cstdint>

namespace wingbeat::bench {

// Runs until SIGTERM, with one pool of chunks. There can be only one RouDi on a machine at a time.
void run_roudi(std::uint64_t chunk_bytes, std::uint64_t chunks);

// Returns the sufficient number of chunks if up to `queued` frames wait for each receiver. All queues end with the
// newest frame, so together they hold no more chunks than the longest queue. In addition, each receiver holds one
// frame and takes the next while it releases the first, one frame is being written, and the sender keeps the last one
// to reuse it.
constexpr std::uint64_t chunks_for(std::uint64_t queued, unsigned readers) { return queued + 2 * readers + 4; }

}  // namespace wingbeat::bench
