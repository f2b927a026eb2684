// What posix.cpp needs of linux.cpp, macos.cpp or portable.cpp. Descriptors or -1 with errno; else errno values.
#pragma once

#include <cstdint>
#include <string>

namespace wingbeat::platform {

int open_shared(const std::string& name, int flags, unsigned mode);  // close-on-exec
int open_anonymous();                                                // shared memory without a name
int reserve(int descriptor, std::uint64_t bytes);                    // so that a first touch cannot fail
std::uint64_t huge_page_bytes();                                     // 0: there are none
int lock_descriptor(int descriptor);                                 // exclusive; EWOULDBLOCK if taken
bool ticks_are_time();  // the processor's ticks go on evenly, alike on all its cores

}  // namespace wingbeat::platform
