// wingbeat.hpp: the C++ interface of Wingbeat. Include this header only. It needs C++17 or later, and consists of
// headers over the C interface in wingbeat.h.
//
// CONCEPT
//   A *stream* is a named, typed sequence of *frames* that one Writer publishes. A frame holds all *fields* (named
//   arrays) of one simulation step. Any number of Readers on the same machine read frames in shared memory, without
//   copying. The writer never waits for them, unless it asks for lock-step. A Reader can send *requests* to the
//   writer (set a parameter, pull a trigger, run a command), and the writer answers each with a *receipt*.
//
//     wingbeat::StreamSpec spec("swarm", /*capacity=*/n);                  // the simulation
//     spec.per_agent<float>("position", 3, "x y z", "m");
//     spec.field<double>("thermo", {4}, "T U P box");
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
// LIFETIME
//   1. Every object is move-only and releases what it holds at the end of its scope. Small values (Span, Array,
//      Receipt, Error) can be copied.
//   2. A Span or Array is valid while the frame, slot or shared array that it was taken from exists. Taking one from a
//      temporary frame does not compile.
//   3. Frames, slots, windows and sent requests end before the Writer or Reader that they came from.
//
// ERRORS
//   A function that can fail in a correct program returns a [[nodiscard]] Result<T>. Ordinary states, such as no new
//   frame or a writer that has ended, are not errors: they are the status of an empty Frame. A mistake of the calling
//   program, such as an unknown field, another element type or a frame that was released, throws wingbeat::Error,
//   whose text says what to do. Without exceptions the text is printed and the program aborted. In the comments,
//   "WB_ERR_TYPE" stands for an Error with this code().
//
// THREADS
//   An object is used by one thread at a time, except for Reader::interrupt and Frame::release. Different objects are
//   independent of each other. See wingbeat.h for fork().
#pragma once

#include "wingbeat/cpp/inspection.hpp"    // IWYU pragma: export
#include "wingbeat/cpp/reader.hpp"        // IWYU pragma: export
#include "wingbeat/cpp/result.hpp"        // IWYU pragma: export
#include "wingbeat/cpp/shared_array.hpp"  // IWYU pragma: export
#include "wingbeat/cpp/spec.hpp"          // IWYU pragma: export
#include "wingbeat/cpp/values.hpp"        // IWYU pragma: export
#include "wingbeat/cpp/writer.hpp"        // IWYU pragma: export
#include "wingbeat/wingbeat.h"            // IWYU pragma: export
