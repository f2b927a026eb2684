# The files that `cmake --install` installs: library, headers, command, Julia package, and the files of find_package and
# pkg-config. All paths in the installed files are relative to their own location, so the prefix can be moved.

if(NOT TARGET wingbeat)
    return()
endif()
include(CMakePackageConfigHelpers)

set(wingbeat_config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/wingbeat")
set(wingbeat_julia_dir "${CMAKE_INSTALL_DATADIR}/wingbeat/julia")

set_target_properties(wingbeat PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION 0)
set_target_properties(wingbeat_static PROPERTIES EXPORT_NAME static OUTPUT_NAME wingbeat)

install(
    TARGETS wingbeat wingbeat_static
    EXPORT wingbeat
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}"
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/wingbeat" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT wingbeat NAMESPACE wingbeat:: FILE wingbeat-targets.cmake DESTINATION "${wingbeat_config_dir}")

if(TARGET wingbeat_cli)
    install(TARGETS wingbeat_cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/swarm/scenarios" DESTINATION "${CMAKE_INSTALL_DATADIR}/wingbeat")
    if(WINGBEAT_OSC)
        install(DIRECTORY "${PROJECT_SOURCE_DIR}/cli/osc/maps/" DESTINATION "${CMAKE_INSTALL_DATADIR}/wingbeat/osc")
    endif()
endif()

if(EXISTS "${PROJECT_SOURCE_DIR}/julia")
    install(
        DIRECTORY "${PROJECT_SOURCE_DIR}/julia/"
        DESTINATION "${wingbeat_julia_dir}"
        PATTERN "Manifest.toml" EXCLUDE
        PATTERN "*.cov" EXCLUDE
        PATTERN "*.mem" EXCLUDE)
endif()

configure_package_config_file(
    "${CMAKE_CURRENT_LIST_DIR}/wingbeat-config.cmake.in" "${PROJECT_BINARY_DIR}/wingbeat-config.cmake"
    INSTALL_DESTINATION "${wingbeat_config_dir}")
# Before 1.0 a minor release may break compatibility.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/wingbeat-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/wingbeat-config.cmake" "${PROJECT_BINARY_DIR}/wingbeat-config-version.cmake"
        DESTINATION "${wingbeat_config_dir}")

file(RELATIVE_PATH wingbeat_prefix_from_pc "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" wingbeat_prefix_from_pc "${wingbeat_prefix_from_pc}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/wingbeat.pc.in" "${PROJECT_BINARY_DIR}/wingbeat.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/wingbeat.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
