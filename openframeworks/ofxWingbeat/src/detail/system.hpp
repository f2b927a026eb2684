// Included first, so that on other systems this is the first error of the compiler.
#pragma once

#if defined(__APPLE__)
#include <TargetConditionals.h>
#endif

#if !defined(__linux__) && !defined(__APPLE__)
#error "ofxWingbeat needs Linux or macOS: it does not work on Windows or in the browser"
#elif defined(__ANDROID__) || (defined(__APPLE__) && TARGET_OS_IPHONE)
#error "ofxWingbeat needs Linux or macOS: it does not work on Android or iOS"
#endif
