# What openFrameworks' makefiles and its project generator read: https://github.com/openframeworks/ofxAddonTemplate
#
# Every source below src/ and libs/ is compiled. libs/wingbeat/src/platform has one file for Linux and one for macOS; each is empty on
# the other.
meta:
	ADDON_NAME = ofxWingbeat
	ADDON_DESCRIPTION = A running app, seen live and steered from Julia, Python, C++ or another app, by shared memory
	ADDON_AUTHOR = The Wingbeat authors
	ADDON_TAGS = "shared memory" "data" "science" "swarm" "IPC"

common:
	# Only these, not each folder below them: the library's own headers have names that others may have, too.
	ADDON_INCLUDES = src
	ADDON_INCLUDES += libs/wingbeat/include

linux64:
	ADDON_LDFLAGS = -lrt -lpthread

linux:
	ADDON_LDFLAGS = -lrt -lpthread

linuxaarch64:
	ADDON_LDFLAGS = -lrt -lpthread

linuxarmv6l:
	ADDON_LDFLAGS = -lrt -lpthread

linuxarmv7l:
	ADDON_LDFLAGS = -lrt -lpthread

osx:

macos:
