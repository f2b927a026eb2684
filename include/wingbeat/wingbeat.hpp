// wingbeat.hpp: the C++ interface of Wingbeat. C++17 (also 20 and 23), header-only over the C interface in wingbeat.h.
//
// CONCEPT
//   A *stream* is a named, typed sequence of *frames* from one Writer. A frame holds every *field* (a named array) of
//   one simulation step. Any number of Readers on the same machine see frames in shared memory, without copying; the
//   writer never waits for them. Readers *request* things of the writer (set a parameter, pull a trigger, issue a
//   command), and get a *receipt* for each.
//
//     wingbeat::StreamSpec spec("swarm", /*capacity=*/n);                  // the simulation
//     spec.per_agent<float>("position", 3, "x y z", "m");
//     spec.parameter("alignment", 0.001, {/*min=*/1e-5, /*max=*/0.1});
//     auto swarm = wingbeat::Writer::create(spec).value();
//     for (;;) {
//       auto frame = swarm.begin();                                        // a slot of shared memory
//       simulate(frame.span<float>("position"));                           // filled in place, or frame.copy(...)
//       frame.publish(step, t);
//       swarm.requests([&](auto& request) { ... });
//     }
//
//     auto reader = wingbeat::Reader::open("swarm").value();               // the analysis
//     while (auto frame = reader.wait(1s)) look(frame.span<float>("position"));
//
// LIFETIME, the rules
//   1. Everything is a move-only value that gives back what it holds when it ends.
//   2. A span or array points into its frame and is valid as long as that frame is held. Taking one from a
//      temporary frame does not compile.
//   3. Frames end before the Writer or Reader they came from.
//
// ERRORS
//   What can go wrong in a correct program returns a [[nodiscard]] Result<T>. Ordinary states (no new frame yet, writer
//   gone) are no errors: they are the status of an empty Frame. Mistakes of the calling program (an unknown field,
//   another element type, a frame used after its release) throw wingbeat::Error, whose text says what to do; without
//   exceptions they print it and abort.
//
// THREADS
//   An object is used by one thread at a time, except Reader::interrupt and Frame::release. Different objects are
//   independent.
#pragma once

#include "wingbeat/cpp/frame.hpp"         // IWYU pragma: export
#include "wingbeat/cpp/inspection.hpp"    // IWYU pragma: export
#include "wingbeat/cpp/reader.hpp"        // IWYU pragma: export
#include "wingbeat/cpp/result.hpp"        // IWYU pragma: export
#include "wingbeat/cpp/shared_array.hpp"  // IWYU pragma: export
#include "wingbeat/cpp/span.hpp"          // IWYU pragma: export
#include "wingbeat/cpp/spec.hpp"          // IWYU pragma: export
#include "wingbeat/cpp/window.hpp"        // IWYU pragma: export
#include "wingbeat/cpp/writer.hpp"        // IWYU pragma: export
#include "wingbeat/wingbeat.h"            // IWYU pragma: export
