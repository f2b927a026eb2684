// Stand-in for libs/openFrameworks/ofMain.h, held against openframeworks 230b718e3c (0.11 to 0.12): which headers it brings, and its last line.
#pragma once

#include "ofAppRunner.h"     // IWYU pragma: export
#include "ofBufferObject.h"  // IWYU pragma: export
#include "ofCamera.h"        // IWYU pragma: export
#include "ofColor.h"         // IWYU pragma: export
#include "ofConstants.h"     // IWYU pragma: export
#include "ofEvent.h"         // IWYU pragma: export
#include "ofGraphics.h"      // IWYU pragma: export
#include "ofLog.h"           // IWYU pragma: export
#include "ofMesh.h"          // IWYU pragma: export
#include "ofParameter.h"     // IWYU pragma: export
#include "ofPolyline.h"      // IWYU pragma: export
#include "ofRectangle.h"     // IWYU pragma: export
#include "ofVbo.h"           // IWYU pragma: export
#include "ofVectorMath.h"    // IWYU pragma: export

using namespace std;  // NOLINT(google-build-using-namespace): as there, so that what it makes ambiguous is found here
