# The shared library exports only wb_*. Hidden visibility is not enough for that: templates of the C++ library that are
# instantiated in the project's objects keep the visibility that the C++ library gave them.

if(NOT TARGET wingbeat)
    return()
endif()

if(APPLE)
    # Zig's linker, with which `make cross` links for macOS, does not know the option.
    include(CheckLinkerFlag)
    check_linker_flag(CXX "-Wl,-exported_symbol,_main" wingbeat_knows_exported_symbol)
    if(wingbeat_knows_exported_symbol)
        target_link_options(wingbeat PRIVATE "-Wl,-exported_symbol,_wb_*")
    endif()
else()
    set(wingbeat_exports "${CMAKE_CURRENT_LIST_DIR}/wingbeat.map")
    target_link_options(wingbeat PRIVATE "-Wl,--version-script=${wingbeat_exports}")
    set_property(TARGET wingbeat APPEND PROPERTY LINK_DEPENDS "${wingbeat_exports}")
endif()
