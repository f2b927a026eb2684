#include "interrupts.hpp"

#include <csignal>
#include <initializer_list>

namespace wingbeat::cli {

namespace {

volatile std::sig_atomic_t seen = 0;

extern "C" void note_signal(int) { seen = 1; }

}  // namespace

void catch_interrupts() {
  struct sigaction action = {};
  action.sa_handler = note_signal;
  sigemptyset(&action.sa_mask);
  // Without SA_RESTART, so that a sleeping call returns.
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

bool interrupted() { return seen != 0; }

}  // namespace wingbeat::cli
