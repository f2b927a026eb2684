// Asks for memory that will be needed soon.
#pragma once

namespace swarm {

// What does nothing but ask has to be inlined: GCC leaves out calls of functions without an effect.
#define WINGBEAT_SWARM_ASKS [[gnu::always_inline]] inline

WINGBEAT_SWARM_ASKS void expect_read(const void* there) { __builtin_prefetch(there); }
WINGBEAT_SWARM_ASKS void expect_write(const void* there) { __builtin_prefetch(there, 1); }

}  // namespace swarm
