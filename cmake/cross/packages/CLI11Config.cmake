# Header-only, from WINGBEAT_CROSS_HEADERS: the package of this machine would bring this machine's /usr/include along.
add_library(CLI11::CLI11 INTERFACE IMPORTED)
target_include_directories(CLI11::CLI11 INTERFACE "${WINGBEAT_CROSS_HEADERS}")
