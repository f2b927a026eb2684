// Tells the compiler that the arrays of a loop do not overlap, so that it needs no test for that.
#pragma once

#if defined(__clang__)
#define WINGBEAT_SWARM_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define WINGBEAT_SWARM_INDEPENDENT _Pragma("GCC ivdep")
#else
#define WINGBEAT_SWARM_INDEPENDENT
#endif
