// ofxWingbeat: a running openFrameworks app, seen live and steered from Julia, C++ or another app.
//
// A *stream* is a named sequence of *frames* from one app, in shared memory of this machine. A frame holds named *fields*
// (arrays, most of them per agent) of one step. Any number of readers see it without copying; the app never waits for them.
// Readers may set *parameters*, pull *triggers* and issue *commands*.
//
//     ofxWingbeat::Writer  publishes what an app has: points, agents, meshes, its ofParameterGroup.
//     ofxWingbeat::Reader shows what another process publishes, and steers it.
//
// RULES of both
//   - All calls come from the app's main thread: setup() in setup(), update() in update(). Nothing waits, no thread of yours
//     is called.
//   - Nothing throws. What fails returns false and says why by ofLogError("ofxWingbeat"); what went on is
//     ofLogNotice("ofxWingbeat"), once, not in every frame.
//   - Members are named as openFrameworks names them (isFrameNew, getCount), since that is where they are used.
//   - Linux and macOS; C++17 and later.
#pragma once

#include "ofxWingbeatReader.h"  // IWYU pragma: export
#include "ofxWingbeatWriter.h"  // IWYU pragma: export
