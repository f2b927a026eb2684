// Ctrl-C, SIGTERM and SIGHUP as a question that a loop asks, so that it can end in order.
#pragma once

namespace wingbeat::cli {

// From the call on, these signals end no process any more but make interrupted() true, and end sleeps early.
void catch_interrupts();
bool interrupted();

}  // namespace wingbeat::cli
