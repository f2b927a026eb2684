# Header-only, from WINGBEAT_CROSS_HEADERS, because the library of this machine is built for another processor.
add_library(fmt::fmt INTERFACE IMPORTED)
target_include_directories(fmt::fmt INTERFACE "${WINGBEAT_CROSS_HEADERS}")
target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY)
