// Included before anything else, so that on other systems this is the first that a compiler says.
#pragma once

#if defined(__APPLE__)
#include <TargetConditionals.h>
#endif

#if !defined(__linux__) && !defined(__APPLE__)
#error "ofxWingbeat is for Linux and macOS: not for Windows, nor for the browser"
#elif defined(__ANDROID__) || (defined(__APPLE__) && TARGET_OS_IPHONE)
#error "ofxWingbeat is for Linux and macOS: not for Android, nor for iOS"
#endif
