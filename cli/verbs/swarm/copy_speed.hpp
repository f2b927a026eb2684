// How fast this machine copies memory, to compare with.
#pragma once

namespace wingbeat::cli {

// Bytes read and written in a second by so many threads that copy at a time, each what no cache holds. Measured once for
// each number of threads; takes a few tenths of a second.
double copy_bytes_per_second(unsigned threads);

}  // namespace wingbeat::cli
