# The toolchain of scripts/cross for macOS, which uses zig. WINGBEAT_WRAPPERS is a folder with zig's compilers and
# archiver for one architecture as single programs; WINGBEAT_ARCH is that architecture.
set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR "${WINGBEAT_ARCH}")
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES WINGBEAT_ARCH WINGBEAT_WRAPPERS)

set(CMAKE_C_COMPILER "${WINGBEAT_WRAPPERS}/cc")
set(CMAKE_CXX_COMPILER "${WINGBEAT_WRAPPERS}/c++")
set(CMAKE_AR "${WINGBEAT_WRAPPERS}/ar" CACHE FILEPATH "")
set(CMAKE_RANLIB "${WINGBEAT_WRAPPERS}/ranlib" CACHE FILEPATH "")

# Zig contains the headers and the stubs of the libraries. Files of this machine must not be found instead.
set(CMAKE_OSX_SYSROOT "" CACHE PATH "")
set(CMAKE_FIND_ROOT_PATH "${WINGBEAT_WRAPPERS}")
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
# This machine has no install_name_tool, which would rewrite the paths of an installed library. CMake looks for it when C is
# enabled after C++, and must find something; nothing calls it, because libraries are linked with their installed paths.
set(CMAKE_INSTALL_NAME_TOOL /bin/false CACHE FILEPATH "")
set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
