# What openFrameworks' makefiles and its project generator read.
#
# Every source below src/ and libs/ is compiled; of libs/wingbeat/src/platform the preprocessor takes one system's backend. Only the
# folders named here are searched for headers, since the library's own have names that others may have, too. There is no section that the
# project generator does not know, since it calls that an error; makefiles that call a Mac macos read osx, too. Where Wingbeat is
# not for, so much is left out that the first error says just that (src/detail/system.hpp). No comments below this line, for the
# makefiles take any word with a colon at its end for the beginning of a section, in comments as well.

meta:
	ADDON_NAME = ofxWingbeat
	ADDON_DESCRIPTION = A running app, seen live and steered from Julia, C++ or another app, by shared memory
	ADDON_AUTHOR = The Wingbeat authors
	ADDON_TAGS = "shared memory" "data" "science" "swarm" "IPC"

common:
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

vs:
	ADDON_SOURCES_EXCLUDE = libs/wingbeat/% src/detail/%

msys2:
	ADDON_SOURCES_EXCLUDE = libs/wingbeat/% src/detail/%

ios:
	ADDON_SOURCES_EXCLUDE = libs/wingbeat/% src/detail/%

emscripten:
	ADDON_SOURCES_EXCLUDE = libs/wingbeat/% src/detail/%
