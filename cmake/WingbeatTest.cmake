# wingbeat_test(<name> SOURCES <files> [LIBRARIES <targets>] [INCLUDES <folders>] [DEFINITIONS <macros>]
#               [LABEL <label>] [TIMEOUT <seconds>] [SERIAL])
#
# A GoogleTest executable. Each of its cases becomes one ctest test: a process of its own with a time limit (default 60 s).
# SERIAL: never beside another test.
function(wingbeat_test name)
    cmake_parse_arguments(ARG "SERIAL" "TIMEOUT;LABEL" "SOURCES;LIBRARIES;INCLUDES;DEFINITIONS" ${ARGN})
    if(ARG_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "wingbeat_test(${name}): unknown arguments: ${ARG_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 60)
    endif()
    add_executable(${name} ${ARG_SOURCES})
    target_include_directories(${name} PRIVATE ${ARG_INCLUDES})
    target_compile_definitions(${name} PRIVATE ${ARG_DEFINITIONS})
    target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES} wingbeat_warnings GTest::gtest GTest::gtest_main Threads::Threads)
    # Found when the tests run, not when they are built: a case that cannot start is a failed test, not a broken build.
    gtest_discover_tests(
        ${name}
        TEST_PREFIX "${name}."
        DISCOVERY_MODE PRE_TEST
        DISCOVERY_TIMEOUT 30
        PROPERTIES TIMEOUT ${ARG_TIMEOUT} RUN_SERIAL ${ARG_SERIAL} LABELS "${ARG_LABEL}")
endfunction()

# wingbeat_script_test(<name> COMMAND <command> [TIMEOUT <seconds>] [LABEL <label>] [SERIAL])
#
# Any other program as one test: passed if it exits with 0, skipped if with 77. Several labels are separated by commas; what is labelled
# `long` is left out by scripts/test.
function(wingbeat_script_test name)
    cmake_parse_arguments(ARG "SERIAL" "TIMEOUT;LABEL" "COMMAND" ${ARGN})
    if(ARG_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "wingbeat_script_test(${name}): unknown arguments: ${ARG_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 60)
    endif()
    string(REPLACE "," ";" labels "${ARG_LABEL}")
    add_test(NAME ${name} COMMAND ${ARG_COMMAND})
    set_tests_properties(
        ${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} RUN_SERIAL ${ARG_SERIAL} LABELS "${labels}" SKIP_RETURN_CODE 77)
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
