# The shared library exports wb_* and nothing else. Hidden visibility alone does not do it: templates of the C++ library that
# are instantiated in our objects keep the visibility that the C++ library gave them.

if(NOT TARGET wingbeat)
    return()
endif()

if(APPLE)
    target_link_options(wingbeat PRIVATE "-Wl,-exported_symbol,_wb_*")
else()
    set(wingbeat_exports "${CMAKE_CURRENT_LIST_DIR}/wingbeat.map")
    target_link_options(wingbeat PRIVATE "-Wl,--version-script=${wingbeat_exports}")
    set_property(TARGET wingbeat APPEND PROPERTY LINK_DEPENDS "${wingbeat_exports}")
endif()
