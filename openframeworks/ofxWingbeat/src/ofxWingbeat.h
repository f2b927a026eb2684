// ofxWingbeat: shows a running openFrameworks app to Julia, C++ or another app, live, and lets them steer it.
//
// A *stream* is a named sequence of *frames* from one app, in shared memory of this machine. A frame holds the named
// *fields* (arrays, most of them per agent) of one step. Any number of readers see it without copying, and the app
// never waits for them. Readers may set *parameters*, pull *triggers* and issue *commands*.
//
//     ofxWingbeat::Writer  publishes data of an app: points, agents, meshes, an ofParameterGroup.
//     ofxWingbeat::Reader  reads the stream of another process, and steers it.
//
// RULES of both
//   - All calls come from the app's main thread: setup() in setup(), update() in update(). Nothing waits, and no
//     function of the app is called on another thread.
//   - Nothing throws. A call that fails returns false and logs the reason by ofLogError("ofxWingbeat"). Events are
//     logged by ofLogNotice("ofxWingbeat"). Each is logged once, not in every frame.
//   - Members are named in the style of openFrameworks (isFrameNew, getCount).
//   - Linux and macOS; C++17 and later.
#pragma once

#include "ofxWingbeatReader.h"  // IWYU pragma: export
#include "ofxWingbeatWriter.h"  // IWYU pragma: export
