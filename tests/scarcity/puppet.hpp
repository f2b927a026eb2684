// The other process of the tests here: a writer and a reader on strings, which can be made poor, or put elsewhere. Each line it is
// told is one word and its arguments; each answer begins with the result of the call.
//
//   limit files|size|memory|threads|locked N | user NUMBER        takes something away from itself
//   memory BYTES | directory BYTES [FILES]     a /dev/shm, or a runtime directory, of its own and of that size; else "refused"
//   join PID                                   sees what that puppet sees
//   fill PATH [BYTES] | empty PATH             a file as large as will fit, or of that size; away with it
//   clock SECONDS | processes                  goes on in a time namespace shifted by that, in a PID namespace; else "refused".
//                                              From then on SIGTERM is its sudden death, for which one can wait.
//   create [HISTORY [READERS]] | big BYTES | publish [N] | answer | lock_step MS
//   open [latest|every|observe|lockstep]       -> result way
//   take [LIMIT_MS]                            -> result, and "whole" or "torn"
//   fd | set VALUE | receipt ID LIMIT_MS | window FRAMES | collect | close_writer | close_reader
//   alive | writer_pid | readers               what it sees from outside
//   pid | error
#pragma once

#include <cstdint>
#include <string>

#include "support/process.hpp"
#include "support/runtime.hpp"
#include "support/streams.hpp"

// A stream of one field of that many bytes, with the fewest slots.
int create_big(std::uint64_t bytes, wbtest::Writer& out);
