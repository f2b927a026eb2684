// Lines on standard error, of verbs that run until they are ended: nobody may be there to read them any more.
#pragma once

#include <string>

namespace wingbeat::cli {

// Gives the descriptors 0 to 2 that the caller closed to /dev/null. Otherwise the next thing that is opened gets their numbers, and
// what is printed is written into it: into a segment of shared memory, for one. To be called before anything is opened.
void occupy_standard_descriptors();

// From the call on, a pipe that nobody reads any more ends the process no more than a closed terminal does.
void outlive_listeners();

// "wingbeat VERB: TEXT". Lost if it cannot be written.
void say(const std::string& verb, const std::string& text);

}  // namespace wingbeat::cli
