# Header-only, from WINGBEAT_CROSS_HEADERS, because the package of this machine would add this machine's /usr/include.
add_library(CLI11::CLI11 INTERFACE IMPORTED)
target_include_directories(CLI11::CLI11 INTERFACE "${WINGBEAT_CROSS_HEADERS}")
