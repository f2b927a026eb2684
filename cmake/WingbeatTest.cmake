# wingbeat_test(<name> SOURCES <files> [LIBRARIES <targets>] [INCLUDES <folders>] [DEFINITIONS <macros>]
#               [LABEL <label>] [TIMEOUT <seconds>] [LOCK <name>])
#
# A GoogleTest executable. Each of its cases becomes one ctest test: a process of its own with a time limit (default 120 s).
# LOCK: never beside another test with the same lock.
function(wingbeat_test name)
    cmake_parse_arguments(ARG "" "TIMEOUT;LABEL;LOCK" "SOURCES;LIBRARIES;INCLUDES;DEFINITIONS" ${ARGN})
    if(ARG_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "wingbeat_test(${name}): unknown arguments: ${ARG_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    add_executable(${name} ${ARG_SOURCES})
    target_include_directories(${name} PRIVATE ${ARG_INCLUDES})
    target_compile_definitions(${name} PRIVATE ${ARG_DEFINITIONS})
    target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES} wingbeat_warnings GTest::gtest GTest::gtest_main Threads::Threads)
    target_precompile_headers(${name} REUSE_FROM wingbeat_test_support)
    set(properties TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABEL}")
    if(ARG_LOCK)
        list(APPEND properties RESOURCE_LOCK ${ARG_LOCK})
    endif()
    # Found when the tests run, not when they are built: a case that cannot start is a failed test, not a broken build.
    gtest_discover_tests(
        ${name}
        TEST_PREFIX "${name}."
        DISCOVERY_MODE PRE_TEST
        DISCOVERY_TIMEOUT 30
        PROPERTIES ${properties})
    wingbeat_long_target("${ARG_LABEL}")
endfunction()

# The target long_<label>, which builds what the long tests with this label need.
function(wingbeat_long_target labels)
    string(REGEX REPLACE ",.*" "" label "${labels}")
    if(NOT TARGET long_${label})
        add_custom_target(long_${label})
    endif()
    if(ARGN)
        add_dependencies(long_${label} ${ARGN})
    endif()
endfunction()

# wingbeat_script_test(<name> COMMAND <command> [NEEDS <targets>] [TIMEOUT <seconds>] [LABEL <label>] [LOCK <name>] [SERIAL])
#
# Any other program as one test: passed if it exits with 0, skipped if with 77. Several labels are separated by commas. A test with the
# label `long` belongs to the long tier: scripts/test leaves it out, and so does the target `all` with the targets that it alone needs;
# the target long_<label> builds those. A test with a longer time limit starts earlier. SERIAL: never beside any other test; say why.
function(wingbeat_script_test name)
    cmake_parse_arguments(ARG "SERIAL" "TIMEOUT;LABEL;LOCK" "COMMAND;NEEDS" ${ARGN})
    if(ARG_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "wingbeat_script_test(${name}): unknown arguments: ${ARG_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    string(REPLACE "," ";" labels "${ARG_LABEL}")
    add_test(NAME ${name} COMMAND ${ARG_COMMAND})
    set_tests_properties(
        ${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} COST ${ARG_TIMEOUT} RUN_SERIAL ${ARG_SERIAL} RESOURCE_LOCK "${ARG_LOCK}"
                           LABELS "${labels}" SKIP_RETURN_CODE 77)
    if(ARG_NEEDS AND long IN_LIST labels)
        set_target_properties(${ARG_NEEDS} PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
    wingbeat_long_target("${ARG_LABEL}" ${ARG_NEEDS})
endfunction()

# wingbeat_find_julia(<variable>)
#
# The Julia that tests run; empty if there is none, or if the library has sanitizers, which Julia is not built with.
function(wingbeat_find_julia variable)
    set(julia)
    if(NOT WINGBEAT_SANITIZE)
        execute_process(
            COMMAND "${PROJECT_SOURCE_DIR}/scripts/julia" --which
            OUTPUT_VARIABLE julia
            OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    endif()
    set(${variable} "${julia}" PARENT_SCOPE)
endfunction()

# wingbeat_core_again(<name> [SOURCES <more>])
#
# The core, compiled once more in another way.
function(wingbeat_core_again name)
    get_target_property(sources wingbeat_objects SOURCES)
    get_target_property(folder wingbeat_objects SOURCE_DIR)
    list(TRANSFORM sources PREPEND "${folder}/")
    add_library(${name} STATIC ${sources} ${ARGN})
    set_target_properties(${name} PROPERTIES CXX_STANDARD 17)
    target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/core" "${PROJECT_SOURCE_DIR}/tests")
    target_link_libraries(${name} PRIVATE wingbeat_warnings PUBLIC Threads::Threads)
    if(UNIX AND NOT APPLE)
        target_link_libraries(${name} PUBLIC rt)
    endif()
endfunction()
