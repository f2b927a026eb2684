# Header-only, from WINGBEAT_CROSS_HEADERS: the library of this machine is for this machine's processor.
add_library(fmt::fmt INTERFACE IMPORTED)
target_include_directories(fmt::fmt INTERFACE "${WINGBEAT_CROSS_HEADERS}")
target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY)
