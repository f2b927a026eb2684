// Prefetches memory that will be needed soon.
#pragma once

namespace swarm {

// Must be inlined: GCC removes calls of functions that have no other effect than a prefetch.
#define WINGBEAT_SWARM_ASKS [[gnu::always_inline]] inline

WINGBEAT_SWARM_ASKS void expect_read(const void* there) { __builtin_prefetch(there); }
WINGBEAT_SWARM_ASKS void expect_write(const void* there) { __builtin_prefetch(there, 1); }

}  // namespace swarm
